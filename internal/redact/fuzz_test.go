package redact

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var run = regexp.MustCompile(`[0-9]+`)

// leaves returns a card number that a text still has in one piece.
func leaves(text string) string {
	for _, digits := range run.FindAllString(text, -1) {
		if b, ok := brandOf(digits); ok && !b.minor && len(digits) == 16 && checks(digits) {
			return digits
		}
	}
	return ""
}

func FuzzText(f *testing.F) {
	for line := range strings.Lines(everyday) {
		f.Add(line, 4111111111111111>>4)
	}
	f.Add("Agent: card? Caller: %s, 12/27 123", 1)
	f.Add("order %s$ cvv 123 social 123-45-6789 to two for", 2)
	f.Add("[00:01] Speaker 1: one %s double \xff triple oh", 3)
	f.Fuzz(func(t *testing.T, text string, n int) {
		text = strings.ReplaceAll(text, "%s", visa(n))
		got := Text(text)
		if number := leaves(got); number != "" {
			t.Errorf("%q leaves %s in %q", text, number, got)
		}
		if utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("%q became %q", text, got)
		}
		if again := Text(got); leaves(again) != leaves(got) {
			t.Errorf("%q changed again to %q", got, again)
		}
		cut := len(text) / 2
		tr := &request.Transcript{Segments: []request.Segment{{Speaker: "agent", Text: text[:cut]}, {Index: 1, Speaker: "customer", Text: text[cut:]}}}
		Transcript(tr)
		_ = Field(text[:cut], text[cut:])
	})
}

// visa returns a Visa number that any integer stands for.
func visa(n int) string {
	body := "4" + fmt.Sprintf("%014d", uint64(n)%1e14)
	for check := range 10 {
		if number := body + string(rune('0'+check)); checks(number) {
			return number
		}
	}
	return ""
}

// However a number is grouped, and wherever its turns are cut, nothing of it stays.
func TestANumberIsFoundInEveryGrouping(t *testing.T) {
	t.Parallel()
	words := strings.Fields("zero one two three four five six seven eight nine")
	for n := range 200 {
		number := visa(n * 31_415_926_535)
		var grouped, spoken strings.Builder
		for i, d := range number {
			if i > 0 && (i*7+n)%(2+n%3) == 0 {
				grouped.WriteString([]string{" ", "-", ", uh, ", ". Okay. "}[(i+n)%4])
			}
			grouped.WriteRune(d)
			spoken.WriteString(words[d-'0'] + " ")
		}
		for _, said := range []string{"my card is " + grouped.String(), spoken.String(), "Visa: " + spoken.String(), number} {
			if got := Text(said); !strings.Contains(got, masks[CardNumber]) || strings.ContainsAny(got, "0123456789") {
				t.Errorf("%q became %q", said, got)
			}
		}
	}
}

// What strangers may send costs the same for each kilobyte, whatever is in it.
func BenchmarkText(b *testing.B) {
	for name, piece := range map[string]string{
		"cards": "4111111111111111 ", "digits": "1 ", "words": "one ", "codes": "cvv 1 ", "codes after cards": "card 4111111111111111 cvv 12345 ",
		"turns": "Agent: 1 Caller: 1 ", "expiries": "card expires 1 ", "social": "social 123 ", "homophones": "to for 1 ", "back": "digits 1 back card ",
	} {
		text := strings.Repeat(piece, 1<<20/len(piece))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_ = Text(text)
			}
		})
	}
}
