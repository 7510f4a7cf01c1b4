package redact

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestCardNumbersAreMasked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{"4111111111111111", "[card number]"},
		{"It is 4111 1111 1111 1111.", "It is [card number]."},
		{"4111-1111-1111-1111", "[card number]"},
		{"4111.1111.1111.1111", "[card number]"},
		{"4111, 1111, 1111, 1111", "[card number]"},
		{"pay 5555 5555 5555 4444 please", "pay [card number] please"},
		{"2223003122003222", "[card number]"},
		{"3782 822463 10005", "[card number]"},
		{"378282246310005", "[card number]"},
		{"6011 1111 1111 1117", "[card number]"},
		{"3056 930902 5904", "[card number]"},
		{"3530111333300000", "[card number]"},
		{"card 4222222222222", "card [card number]"},
		{"My card is 41 11 111 11 11 11 11 1, thanks", "My card is [card number], thanks"},
		{"four one one one one one one one one one one one one one one one", "[card number]"},
		{"Four, one one one, uh, one one one one. One one one one, um, one one one one.", "[card number]."},
		{"forty-one eleven eleven eleven eleven eleven eleven eleven", "[card number]"},
		{"four triple one, double one double one, one one one one, quadruple one", "[card number]"},
		{"five five five five, five five five five, five five five five, double four double four", "[card number]"},
		{"4111 1111 one one one one 1111", "[card number]"},
		{"for one one one 1111 1111 1111 on my Visa", "[card number] on my Visa"},
		{"six oh one one 1111 1111 1117", "[card number]"},
		{"The card number is 4111 1111 1111 1112", "The card number is [card number]"}, // one digit was misheard
		{"4111 1111 1111 1111 12/27 123", "[card number] [card expiry] [card code]"},
		{"4111111111111111, expires 12/27, CVV 123", "[card number], expires [card expiry], CVV [card code]"},
		{
			"4111111111111111. The expiration date is oh seven twenty seven and the three digits on the back are nine eight seven.",
			"[card number]. The expiration date is [card expiry] and the three digits on the back are [card code].",
		},
		{"My amex is 371449635398431 expiring December 2027, security code 1234", "My amex is [card number] expiring December [card expiry], security code [card code]"},
		{"the c v v is four five six", "the c v v is [card code]"},
		{"Visa 4242 4242 4242 4242 and Mastercard 5105 1051 0510 5100", "Visa [card number] and Mastercard [card number]"},
		{"four two four two four two four two four two four two four two four two", "[card number]"},
		{"x4111111111111111y", "x[card number]y"},
	} {
		if diff := cmp.Diff(tt.want, Text(tt.text)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.text, diff)
		}
	}
}

func TestSocialSecurityNumbersAreMasked(t *testing.T) {
	t.Parallel()
	const mask = "[social security number]"
	for _, tt := range []struct{ text, want string }{
		{"123-45-6789", mask},
		{"It's 123 45 6789", "It's " + mask},
		{"my social is 123456789", "my social is " + mask},
		{"Social security number? one two three, four five, six seven eight nine", "Social security number? " + mask},
		{"my SSN is 123 456 789 okay", "my SSN is " + mask + " okay"},
		{"taxpayer number 912-70-1234", "taxpayer number " + mask},
		{"912-70-1234", mask},
		{"the last four of your social? 6789", "the last four of your social? " + mask},
		{"What are the last four digits of your social? Six seven eight nine.", "What are the last four digits of your social? " + mask + "."},
	} {
		if diff := cmp.Diff(tt.want, Text(tt.text)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.text, diff)
		}
	}
}

// A conversation, in which the number comes in pieces.
func TestANumberOverSeveralTurnsIsMasked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ said, want []string }{
		"the agent listens": {
			[]string{"A: What's the card number?", "C: 4111 1111", "A: Okay.", "C: uh 1111", "A: mm-hmm, go ahead", "C: 1111. That's it."},
			[]string{"A: What's the card number?", "C: [card number]", "A: Okay.", "C: uh [card number]", "A: mm-hmm, go ahead", "C: [card number]. That's it."},
		},
		"the agent repeats each group": {
			[]string{"C: four one one one", "A: four one one one", "C: one one one one", "A: 1111, okay", "C: 1111", "A: 1111", "C: 1111", "A: 1111."},
			[]string{"C: [card number]", "A: [card number]", "C: [card number]", "A: [card number], okay", "C: [card number]", "A: [card number]", "C: [card number]", "A: [card number]."},
		},
		"the agent reads it back": {
			[]string{"C: 5555 5555 5555 4444", "A: So that's 5555 5555 5555 4444?"},
			[]string{"C: [card number]", "A: So that's [card number]?"},
		},
		"code and date are asked for": {
			[]string{"C: it's 4111 1111 1111 1111", "A: Great. Expiration?", "C: Twelve twenty-seven.", "A: And the security code?", "C: One two three."},
			[]string{"C: it's [card number]", "A: Great. Expiration?", "C: [card expiry].", "A: And the security code?", "C: [card code]."},
		},
		"a social security number": {
			[]string{"A: I need your social.", "C: one two three", "A: okay", "C: forty-five", "A: yes", "C: 6789"},
			[]string{"A: I need your social.", "C: [social security number]", "A: okay", "C: [social security number]", "A: yes", "C: [social security number]"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := conversation(tt.said)
			Transcript(tr)
			var got []string
			for _, s := range tr.Segments {
				got = append(got, s.Speaker+": "+s.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			text := strings.NewReplacer("\nA: ", "\nAgent: ", "\nC: ", "\nCustomer: ")
			if diff := cmp.Diff(text.Replace("\n"+strings.Join(tt.want, "\n")), Text(text.Replace("\n"+strings.Join(tt.said, "\n")))); diff != "" {
				t.Errorf("as one text (-want +got)\n%s", diff)
			}
		})
	}
}

func conversation(turns []string) *request.Transcript {
	tr := &request.Transcript{}
	for i, turn := range turns {
		speaker, text, _ := strings.Cut(turn, ": ")
		tr.Segments = append(tr.Segments, request.Segment{Index: i, Speaker: speaker, Text: text, Start: float64(10 * i), End: float64(10*i + 9)})
	}
	return tr
}

func TestMaskedSpansAreNoted(t *testing.T) {
	t.Parallel()
	tr := conversation([]string{"A: Card?", "C: 4111 1111", "A: okay", "C: 1111 1111 and the CVV is 123"})
	Transcript(tr)
	want := []request.Redaction{
		{Segment: 1, Kind: CardNumber, Start: 10, End: 19},
		{Segment: 3, Kind: CardNumber, Start: 30, End: 39},
		{Segment: 3, Kind: CardCode, Start: 30, End: 39},
	}
	if diff := cmp.Diff(want, tr.Redactions); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	again := *tr
	Transcript(&again)
	if diff := cmp.Diff(*tr, again); diff != "" {
		t.Errorf("masked again (-want +got)\n%s", diff)
	}
}

func TestFormFieldsAreMaskedByWhatTheyAskFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, want string }{
		{"message", "Charge 4111 1111 1111 1111 please", "Charge [card number] please"},
		{"cardNumber", "4111-1111-1111-1112", "[card number]"},
		{"cvv", "123", "[card code]"},
		{"card_security_code", "1234", "[card code]"},
		{"card_expiry", "12/27", "[card expiry]"},
		{"ssn", "123456789", "[social security number]"},
		{"social_security", "123 456 789", "[social security number]"},
		{"phone", "(303) 555-0142", "(303) 555-0142"},
		{"zip", "80202-1234", "80202-1234"},
		{"budget", "$45,000", "$45,000"},
		{"address_1", "4111 S Example St", "4111 S Example St"},
		{"order", "1234", "1234"},
	} {
		if got := Field(tt.name, tt.value); got != tt.want {
			t.Errorf("%s %q: got %q, want %q", tt.name, tt.value, got, tt.want)
		}
	}
}

func TestDetailsAreMasked(t *testing.T) {
	t.Parallel()
	const number = "4111 1111 1111 1111"
	d := request.Details{
		Fields: []request.Field{{Name: "message", Value: number}}, Text: number, Note: number,
		SourceTranscript: "Agent: Yes?\nCaller: " + number, SourceSummary: "Paid with " + number, TrackingPhone: "+13035550111",
	}
	Details(&d)
	want := request.Details{
		Fields: []request.Field{{Name: "message", Value: "[card number]"}}, Text: "[card number]", Note: "[card number]",
		SourceTranscript: "Agent: Yes?\nCaller: [card number]", SourceSummary: "Paid with [card number]", TrackingPhone: "+13035550111",
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Some of these nineteen digits pass for a longer number of the same brand.
func TestACodeBehindANumberIsNoPartOfIt(t *testing.T) {
	t.Parallel()
	for code := 100; code < 200; code++ {
		text := fmt.Sprintf("4111 1111 1111 1111 %d", code)
		if got, want := Text(text), "[card number] [card code]"; got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
