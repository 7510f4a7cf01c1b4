package contact

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nyaruka/phonenumbers"
)

func TestPhone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, raw, region, want string }{
		{"E.164 stays", "+13035550142", "US", "+13035550142"},
		{"national form", "(303) 555-0142", "US", "+13035550142"},
		{"the tenant's region counts", "020 7946 0958", "GB", "+442079460958"},
		{"no region is the United States", "303-555-0142", "", "+13035550142"},
		{"an extension is split off", "303-555-0142 ext 5", "US", "+13035550142"},
		{"a link", "tel:+13035550142", "US", "+13035550142"},
		{"possible though not valid", "+15551234567", "US", "+15551234567"},
		{"local without area code", "555-0142", "US", ""},
		{"too long", "+1303555014200000", "US", ""},
		{"words", "none", "US", ""},
		{"empty", "", "US", ""},
		{"ANONYMOUS", "266696687", "US", ""},
		{"UNAVAILABLE", "86282452253", "US", ""},
		{"RESTRICTED, a valid number", "7378742883", "US", ""},
		{"RESTRICTED with country code", "+17378742883", "US", ""},
		{"BLOCKED", "2562533", "US", ""},
		{"UNKNOWN with a leading 1", "18566696", "US", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Phone(tt.raw, tt.region); got != tt.want {
				t.Errorf("Phone(%q, %q) = %q, want %q", tt.raw, tt.region, got, tt.want)
			}
		})
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ raw, want string }{
		{" Robin@Example.COM ", "robin@example.com"},
		{"mailto:robin@example.com", "robin@example.com"},
		{"Robin Sample <robin@example.com>", "robin@example.com"},
		{"robin.s+kitchen@example.com", "robin.s+kitchen@example.com"},
		{"robin@exämple.com", "robin@xn--exmple-cua.com"},
		{"robin@localhost", ""},
		{"robin", ""},
		{`"robin sample"@example.com`, ""},
		{"robin@example.com, dana@example.com", ""},
		{strings.Repeat("a", 250) + "@example.com", ""},
		{"", ""},
	} {
		if got := Email(tt.raw); got != tt.want {
			t.Errorf("Email(%q) = %q, want %q", tt.raw, got, tt.want)
		}
	}
}

func TestPersonName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ raw, want string }{
		{"Robin Sample", "Robin Sample"},
		{"  Robin   O'Sample-Example ", "Robin O'Sample-Example"},
		{"robin sample", "robin sample"},
		{"李小龙", "李小龙"},
		{"EXAMPLE DANA", ""},
		{"WIRELESS CALLER", ""},
		{"Wireless Caller", ""},
		{"DENVER CO", ""},
		{"Denver, CO", ""},
		{"Denver CO", ""},
		{"V12345678901", ""},
		{"Unknown", ""},
		{"+13035550142", ""},
		{"robin@example.com", ""},
		{"", ""},
		{"...", ""},
	} {
		if got := PersonName(tt.raw); got != tt.want {
			t.Errorf("PersonName(%q) = %q, want %q", tt.raw, got, tt.want)
		}
	}
}

func TestTypedNameIsAlsoAPersonsName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		parts []string
		want  string
	}{
		{[]string{"Robin", "Sample"}, "Robin Sample"},
		{[]string{"ROBIN", "O'SAMPLE-EXAMPLE"}, "Robin O'Sample-Example"},
		{[]string{"", "Sample"}, "Sample"},
		{[]string{"Robin\x00\tSample"}, "Robin Sample"},
		{[]string{"robin@example.com"}, ""},
		{[]string{"123"}, ""},
		{nil, ""},
	} {
		got := TypedName(tt.parts...)
		if got != tt.want {
			t.Errorf("TypedName(%q) = %q, want %q", tt.parts, got, tt.want)
		}
		if PersonName(got) != got {
			t.Errorf("PersonName(%q) = %q: a typed name must pass for a person's", got, PersonName(got))
		}
	}
}

func TestFromForm(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		answers []Answer
		want    Person
	}{
		{
			name:    "names with words between underscores",
			answers: []Answer{{"your_name", "Robin Sample"}, {"email_address", "Robin@example.com"}, {"phone_number", "303-555-0177"}, {"address_zip", "80202"}},
			want:    Person{"Robin Sample", "+13035550177", "robin@example.com"},
		},
		{
			name:    "first and last name apart, in camel case",
			answers: []Answer{{"lastName", "Sample"}, {"firstName", "Robin"}, {"tel", "3035550177"}},
			want:    Person{Name: "Robin Sample", Phone: "+13035550177"},
		},
		{
			name:    "bracketed names",
			answers: []Answer{{"form[name][first]", "Robin"}, {"form[name][last]", "Sample"}, {"form[e-mail]", "robin@example.com"}},
			want:    Person{Name: "Robin Sample", Email: "robin@example.com"},
		},
		{
			name:    "names that say nothing",
			answers: []Answer{{"field_1", "Robin Sample"}, {"field_2", "robin@example.com"}, {"field_3", "(303) 555-0177"}},
			want:    Person{Phone: "+13035550177", Email: "robin@example.com"},
		},
		{
			name:    "one field for two things",
			answers: []Answer{{"email_or_phone", "303-555-0177"}},
			want:    Person{Phone: "+13035550177"},
		},
		{
			name:    "somebody else's data",
			answers: []Answer{{"company_name", "Example Ltd"}, {"referral_name", "Pat"}, {"fax_phone", "303-555-0100"}, {"referrer_email", "pat@example.com"}},
			want:    Person{},
		},
		{
			name:    "a number that is no phone",
			answers: []Answer{{"order", "3035550177"}, {"budget", "50000"}, {"message", "ask Pat <pat@example.com>"}, {"first_visit", "Yes"}},
			want:    Person{},
		},
		{
			name:    "the same field twice: the one that can be read",
			answers: []Answer{{"phone", ""}, {"phone", "303-555-0177"}, {"phone", "303-555-0178"}},
			want:    Person{Phone: "+13035550177"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, FromForm(tt.answers, "US")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What is E.164 already is what the library makes of it.
func TestANorthAmericanNumberIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	for area := 100; area < 1000; area++ {
		for _, rest := range []string{"5550142", "0000000", "1234567", "9999999"} {
			raw := "+1" + strconv.Itoa(area) + rest
			n, err := phonenumbers.Parse(raw, "GB")
			same := err == nil && phonenumbers.IsPossibleNumberWithReason(n) == phonenumbers.IS_POSSIBLE &&
				phonenumbers.Format(n, phonenumbers.E164) == raw
			if isNorthAmerican(raw) && !same {
				t.Errorf("%s is taken as it is, the library says %v %v", raw, n, err)
			}
		}
	}
	for _, raw := range []string{"+1303555014", "+130355501422", "+1303555014x", "+23035550142", "+11235550142", "+1٣٠٣٥"} {
		if isNorthAmerican(raw) {
			t.Errorf("%s is no such number", raw)
		}
	}
}
