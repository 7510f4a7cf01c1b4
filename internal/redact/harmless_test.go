package redact

import (
	"strings"
	"testing"
)

// FuzzWhatIsHarmlessIsNotMasked: letting a value through without looking closely must never
// let through what would have been masked.
func FuzzWhatIsHarmlessIsNotMasked(f *testing.F) {
	for line := range strings.Lines(everyday) {
		f.Add("note", line)
	}
	for name, values := range map[string][]string{
		"message":     {"4111111111111111", "4111-1111-1111-1111", "4111 1111 1111 1111 and more", "3782 822463 10005", "123-45-6789", "123 45 6789"},
		"cardNumber":  {"4111111111111112", "1234567890123"},
		"card_cvv":    {"123", "cvv 123", "12/27"},
		"social":      {"123456789"},
		"n4111":       {"111111111111"},
		"agent":       {"Agent: 4111 [00:12] Caller: 1111 1111 1111", "four one one one one one one one one one one one one one one one"},
		"ſocial":      {"\u212a 4111111111111111", "one's", "c v v 123", "c.v.c. 123"},
		"c":           {"v v 123"},
		"cV_v":        {"123"},
		"creditCARDs": {"OneTwoThree", "5105105105105100", "2026-11-20T09:15:02.120-07:00", "CAL019a0000000070008000000000000001"},
	} {
		for _, value := range values {
			f.Add(name, value)
		}
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		if got := field(name, value); harmless(name, value) && got != value {
			t.Errorf("%q: %q is let through, and would be %q", name, value, got)
		}
		if got := Text(value); harmless("", value) && got != value {
			t.Errorf("%q is let through, and would be %q", value, got)
		}
	})
}

func TestTheValuesOfADeliveryAreHarmless(t *testing.T) { // not parallel: it counts allocations
	values := map[string]string{
		"resource_id": "CAL019a0000000070008000000000000001", "company_id": "100000001", "customer_phone_number": "+13035550142",
		"formatted_customer_phone_number": "(303) 555-0142", "start_time": "2026-11-20T09:15:02.120-07:00", "duration": "187",
		"landing_page_url": "https://www.example.com/kitchen?gclid=test-gclid-1", "customer_name": "EXAMPLE DANA", "note": "",
		"recording": "https://api.callrail.com/v3/a/100000001/calls/CAL019a0000000070008000000000000001/recording.json",
		"address":   "4111 South Example Street, Denver, CO 80202-1234", "ga": "GA1.2.1234567.7654321",
	}
	for name, value := range values {
		if !harmless(name, value) {
			t.Errorf("%s: %q is looked at closely", name, value)
		}
	}
	if got := testing.AllocsPerRun(10, func() {
		for name, value := range values {
			_ = Field(name, value)
		}
	}); got > 0 {
		t.Errorf("%.0f allocations, want none", got)
	}
	for _, w := range []map[string]bool{telling, speakers} {
		for word := range w {
			if len(word) > longestTelling {
				t.Errorf("%q is longer than any word that is looked up", word)
			}
		}
	}
}
