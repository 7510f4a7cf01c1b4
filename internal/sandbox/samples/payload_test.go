package samples

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var company = Company{
	ID: "12345", ResourceID: "COM019a00000000700080000000000000aa",
	Name: `Demo "Company" & Sons`, TimeZone: "America/Chicago",
}

var start = time.Date(2027, 3, 14, 9, 26, 53, 589e6, time.FixedZone("CST", -6*3600))

func TestPayloadBelongsToTheCompanyAndTheHour(t *testing.T) {
	t.Parallel()
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			got := decode(t, s)
			want := map[string]any{
				"company_id": 12345.0, "company_resource_id": company.ResourceID,
				"company_name": company.Name, "company_time_zone": company.TimeZone,
			}
			for key, value := range want {
				if diff := cmp.Diff(value, got[key]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", key, diff)
				}
			}
			begun, created := "start_time", got["created_at"]
			if s.Kind == "form" {
				begun = "submitted_at"
			} else if got["datetime"] != "2027-03-14 15:26:53" {
				t.Errorf("datetime = %v", got["datetime"])
			}
			if got[begun] != "2027-03-14T09:26:53.589-06:00" {
				t.Errorf("%s = %v", begun, got[begun])
			}
			if text, _ := created.(string); !strings.HasPrefix(text, "2027-03-14T09:26:53.7") {
				t.Errorf("created_at = %v did not move along", created)
			}
		})
	}
}

func decode(t *testing.T, s Sample) map[string]any {
	t.Helper()
	body, err := s.Payload(company, start)
	if err != nil {
		t.Fatal(err)
	}
	for _, old := range []string{placeholderID, placeholderResourceID, placeholderTimeZone, "2026-11-2"} {
		if strings.Contains(string(body), old) {
			t.Errorf("the payload still says %q", old)
		}
	}
	var decoded map[string]any
	if err := json.Unmarshal(body, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

func TestPayloadHasTheShapeOfARealOne(t *testing.T) {
	t.Parallel()
	for _, s := range All() {
		body := decode(t, s)
		least := map[string]int{"call": 50, "form": 20}[string(s.Kind)]
		if len(body) < least {
			t.Errorf("%s: %d keys, want at least %d", s.Name, len(body), least)
		}
		if s.Kind == "form" {
			continue
		}
		recorded := body["recording"] != ""
		if recorded != (len(s.Audio) > 0) {
			t.Errorf("%s: recording %q with %d bytes of audio", s.Name, body["recording"], len(s.Audio))
		}
	}
}

func TestPayloadKeepsTheOrderOfFormFields(t *testing.T) {
	t.Parallel()
	s, _ := ByName("form-basement")
	body, err := s.Payload(company, start)
	if err != nil {
		t.Fatal(err)
	}
	last := -1
	for _, key := range []string{"full_name", "your_email", "best_number", "proj_type", "investment_range", "tell_us_more"} {
		at := strings.Index(string(body), `"`+key+`":`)
		if at <= last {
			t.Errorf("%s stands at %d, after %d", key, at, last)
		}
		last = at
	}
}

func TestPayloadRefusesACompanyIDThatIsNoNumber(t *testing.T) {
	t.Parallel()
	s, _ := ByName("kitchen-hot")
	if _, err := s.Payload(Company{ID: "COM1"}, start); err == nil {
		t.Error("Payload succeeded")
	}
}
