package callrail_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGetCall_answers_few_fields_and_others_by_name(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, audio)
	path := "/v3/a/" + account + "/calls/" + callID + ".json"

	got := f.do(t, "key-a", "GET", path, "").body
	if _, ok := got["gclid"]; ok || len(got) != 16 {
		t.Errorf("default fields = %v, want 16 without gclid", got)
	}
	got = f.do(t, "key-a", "GET", path+"?fields=gclid,company_id,campaign,tags,transcription", "").body
	want := map[string]any{
		"answered": true, "voicemail": false, "duration": float64(187), "recording_duration": "185",
		"gclid": "test-gclid-1", "company_id": company, "campaign": nil, "tags": []any{"kitchen"}, "transcription": nil,
		"id": callID, "start_time": "2026-11-20T09:15:02.120-07:00",
		"recording": f.url + "/v3/a/" + account + "/calls/" + callID + "/recording.json",
	}
	for name, value := range want {
		if diff := cmp.Diff(value, got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestListCalls_shows_the_key_s_companies_within_the_dates(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	at := func(id, start string) string {
		return fmt.Sprintf(`{"resource_id":%q,"start_time":%q,"answered":false}`, id, start)
	}
	f.add(t, "a", at("CAL1", "2026-11-20T09:00:00.000-07:00"), nil)
	f.add(t, "a", at("CAL2", "2026-11-19T23:30:00.000-07:00"), nil)
	f.add(t, "a", at("CAL3", "2026-10-01T09:00:00.000-07:00"), nil)
	f.add(t, "b", at("CAL4", "2026-11-20T09:00:00.000-07:00"), nil)
	f.add(t, "c", at("CAL5", "2026-11-20T08:00:00.000-07:00"), nil)

	tests := []struct{ name, query, want string }{
		{"a week without dates", "", "CAL1 CAL5 CAL2"},
		{"one company", "company_id=" + company, "CAL1 CAL2"},
		{"a day in Denver", "start_date=2026-11-20&end_date=2026-11-20&time_zone=America/Denver", "CAL1 CAL5"},
		{"a day in UTC", "start_date=2026-11-20&end_date=2026-11-20&time_zone=Etc/UTC", "CAL1 CAL5 CAL2"},
		{"minutes", "start_date=2026-11-20T15:00&end_date=2026-11-20T15:30", "CAL5"},
		{"further back", "start_date=2026-09-01&end_date=2026-11-01", "CAL3"},
		{"oldest first", "sort=start_time&order=asc", "CAL2 CAL5 CAL1"},
		{"answered ones", "answer_status=answered", ""},
		{"the second page of one", "per_page=1&page=2", "CAL5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := f.do(t, "key-a", "GET", "/v3/a/"+account+"/calls.json?"+tt.query, "")
			if ids := idsOf(got.body["calls"]); ids != tt.want {
				t.Errorf("calls = %q, want %q (%d %s)", ids, tt.want, got.status, got.raw)
			}
		})
	}
}

func TestListCalls_links_to_the_next_page(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 5 {
		f.add(t, "a", fmt.Sprintf(`{"resource_id":"CAL%d","start_time":"2026-11-20T0%d:00:00.000-07:00"}`, i, i), nil)
	}
	next, ids := "/v3/a/"+account+"/calls.json?relative_pagination=true&per_page=2", []string{}
	for pages := 0; next != ""; pages++ {
		if pages > 3 {
			t.Fatal("the pages never end")
		}
		got := f.do(t, "key-a", "GET", next, "")
		ids = append(ids, idsOf(got.body["calls"]))
		if got.body["has_next_page"] != (got.body["next_page"] != nil) {
			t.Errorf("has_next_page = %v, next_page = %v", got.body["has_next_page"], got.body["next_page"])
		}
		address, _ := got.body["next_page"].(string)
		next = strings.TrimPrefix(address, f.url)
	}
	if diff := cmp.Diff([]string{"CAL4 CAL3", "CAL2 CAL1", "CAL0"}, ids); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func idsOf(list any) string {
	rows, _ := list.([]any)
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, fmt.Sprint(row.(map[string]any)["id"]))
	}
	return strings.Join(ids, " ")
}

func TestUpdateCall_changes_what_may_be_written(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, change, field, want string }{
		{"tags are replaced", `{"tags":["hot"]}`, "tags", "[hot]"},
		{"tags are appended when asked", `{"tags":["hot","kitchen"],"append_tags":true}`, "tags", "[kitchen hot]"},
		{"a note", `{"note":"Wants a quote"}`, "note", "Wants a quote"},
		{"a cleared name", `{"customer_name":null}`, "customer_name", "<nil>"},
		{"a value", `{"value":"$1.00"}`, "value", "$1.00"},
		{"a lead status", `{"lead_status":"good_lead"}`, "lead_status", "good_lead"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.add(t, "a", post, nil)
			path := "/v3/a/" + account + "/calls/" + callID + ".json?fields=tags,note,value,lead_status"
			if got := f.do(t, "key-a", "PUT", path, tt.change); got.status != http.StatusOK {
				t.Fatalf("PUT: status = %d (%s)", got.status, got.raw)
			}
			got := fmt.Sprint(f.do(t, "key-a", "GET", path, "").body[tt.field])
			if got != tt.want {
				t.Errorf("%s = %q, want %q", tt.field, got, tt.want)
			}
		})
	}
}

func TestUpdateCall_hides_spam(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, nil)
	path := "/v3/a/" + account + "/calls/" + callID + ".json"
	f.do(t, "key-a", "PUT", path, `{"spam":true}`)
	if got := f.do(t, "key-a", "GET", path, ""); got.status != http.StatusNotFound {
		t.Errorf("GET: status = %d, want 404", got.status)
	}
	if got := idsOf(f.do(t, "key-a", "GET", "/v3/a/"+account+"/calls.json", "").body["calls"]); got != "" {
		t.Errorf("list = %q, want none", got)
	}
}
