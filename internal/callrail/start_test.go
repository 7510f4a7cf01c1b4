package callrail

import "testing"

func TestATimeThatCannotBeDoesNotCostTheCall(t *testing.T) {
	t.Parallel()
	for start, want := range map[string]string{
		"2026-11-20T16:15:00Z":              "2026-11-20 16:15",
		"9999-12-31T23:59:59.999999-12:00":  "2026-11-20 16:20", // the year 10000 in UTC
		"0000-01-01T00:00:00Z":              "2026-11-20 16:20",
		"yesterday":                         "2026-11-20 16:20",
		"2026-11-20T16:15:00+99:99":         "2026-11-20 16:20",
		"99999999999999999999-01-01T00:00Z": "2026-11-20 16:20",
	} {
		r, err := decode(t, `{"call_id":"CAL1","start_time":"`+start+`","created_at":"2026-11-20T16:20:00Z"}`).Request(PostCall, "US")
		if err != nil {
			t.Fatal(err)
		}
		if got := r.StartedAt.UTC().Format("2006-01-02 15:04"); got != want {
			t.Errorf("%s: started at %s, want %s", start, got, want)
		}
	}
}
