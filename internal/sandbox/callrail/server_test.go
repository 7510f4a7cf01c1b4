package callrail_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/callrail"
)

const (
	account = "ACC0000000000000000000000000000a"
	company = "COM0000000000000000000000000000a"
	other   = "COM0000000000000000000000000000b"
	callID  = "CAL019a0000000070008000000000000001"
	post    = `{"resource_id":"` + callID + `","duration":"187","recording_duration":185,"answered":"true","voicemail":false,
		"customer_name":"EXAMPLE DANA","customer_phone_number":"+13035550142","tracking_phone_number":"+13035550111",
		"business_phone_number":"+13035550100","call_type":"answered","gclid":"test-gclid-1","campaign":"","tags":["kitchen"],
		"start_time":"2026-11-20T09:15:02.120-07:00","timestamp":"2026-11-20T09:15:02.120-07:00"}`
)

var audio = []byte("ID3 this stands for an MP3")

// fixture is a stand-in with two tenants: a and b, each with a key of its own, and c in
// a's account with a's key.
type fixture struct {
	*callrail.Server
	url string
	now time.Time
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{now: time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)}
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.Handler().ServeHTTP(w, r)
	}))
	f.url = "http://" + web.Listener.Addr().String()
	server, err := callrail.New(callrail.Config{
		BaseURL: f.url, Now: func() time.Time { return f.now },
		Companies: []callrail.Company{
			{TenantID: "a", ID: "12345", ResourceID: company, AccountID: account, APIKey: "key-a", SigningKey: "00112233", Name: "Example A", TimeZone: "America/Denver"},
			{TenantID: "b", ID: "54321", ResourceID: other, AccountID: "ACC0000000000000000000000000000b", APIKey: "key-b", SigningKey: "44556677", Name: "Example B"},
			{TenantID: "c", ID: "777", ResourceID: "COM0000000000000000000000000000c", AccountID: account, APIKey: "key-a", Name: "Example C"},
		},
	})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	f.Server = server
	web.Start()
	t.Cleanup(web.Close)
	return f
}

func (f *fixture) add(t *testing.T, tenant, call string, recording []byte) string {
	t.Helper()
	id, err := f.AddCall(tenant, json.RawMessage(call), recording)
	if err != nil {
		t.Fatalf("AddCall: %v", err)
	}
	return id
}

// reply is a decoded answer.
type reply struct {
	status int
	body   map[string]any
	header http.Header
	raw    string
}

func (f *fixture) do(t *testing.T, key, method, path, body string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	if key != "" {
		req.Header.Set("Authorization", `Token token="`+key+`"`)
	}
	return send(t, req)
}

func send(t *testing.T, req *http.Request) reply {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("read answer: %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatalf("close answer: %v", err)
	}
	out := reply{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &out.body) // not every answer is JSON
	return out
}

func TestAPI_refuses_what_CallRail_refuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, nil)
	base := "/v3/a/" + account
	tests := []struct {
		name, key, method, path, body string
		want                          int
	}{
		{"no key", "", "GET", "/v3/a.json", "", 401},
		{"an unknown key", "nobody", "GET", "/v3/a.json", "", 401},
		{"another user's account", "key-b", "GET", base + "/calls.json", "", 404},
		{"another user's call", "key-b", "GET", "/v3/a/ACC0000000000000000000000000000b/calls/" + callID + ".json", "", 404},
		{"a call nobody made", "key-a", "GET", base + "/calls/CAL1.json", "", 404},
		{"a path without .json", "key-a", "GET", base + "/calls/" + callID, "", 404},
		{"an unknown field", "key-a", "GET", base + "/calls/" + callID + ".json?fields=gclid,budget", "", 400},
		{"an unknown field of a list", "key-a", "GET", base + "/calls.json?fields=budget", "", 400},
		{"a call without recording", "key-a", "GET", base + "/calls/" + callID + "/recording.json", "", 404},
		{"a page too large", "key-a", "GET", base + "/calls.json?per_page=251", "", 400},
		{"two ways of paging", "key-a", "GET", base + "/calls.json?relative_pagination=true&page=2", "", 400},
		{"sort, fields and relative paging", "key-a", "GET", base + "/calls.json?relative_pagination=true&sort=duration&fields=gclid", "", 400},
		{"a timestamp as a date", "key-a", "GET", base + "/calls.json?start_date=2026-11-20T09:15:02.120Z", "", 400},
		{"calls of three years ago", "key-a", "GET", base + "/calls.json?start_date=2023-11-20", "", 400},
		{"an unknown time zone", "key-a", "GET", base + "/calls.json?start_date=2026-11-20&time_zone=Mars", "", 400},
		{"integrations of no company", "key-a", "GET", base + "/integrations.json", "", 400},
		{"integrations of a foreign company", "key-a", "GET", base + "/integrations.json?company_id=" + other, "", 404},
		{"an integration with an unknown hook", "key-a", "POST", base + "/integrations.json", `{"type":"Webhooks","company_id":"` + company + `","config":{"call_completed":["https://h.example.com"]}}`, 400},
		{"an integration with a bare address", "key-a", "POST", base + "/integrations.json", `{"type":"Webhooks","company_id":"` + company + `","config":{"post_call_webhook":"https://h.example.com"}}`, 400},
		{"a change that is not JSON", "key-a", "PUT", base + "/calls/" + callID + ".json", `tags=x`, 400},
		{"a change of an unknown field", "key-a", "PUT", base + "/calls/" + callID + ".json", `{"gclid":"x"}`, 400},
		{"a value that is no amount", "key-a", "PUT", base + "/calls/" + callID + ".json", `{"value":"a lot"}`, 400},
		{"an unknown lead status", "key-a", "PUT", base + "/calls/" + callID + ".json", `{"lead_status":"great"}`, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := f.do(t, tt.key, tt.method, tt.path, tt.body)
			if got.status != tt.want {
				t.Errorf("status = %d, want %d (%s)", got.status, tt.want, got.raw)
			}
			if _, ok := got.body["error"].(string); !ok {
				t.Errorf("body = %s, want a JSON error", got.raw)
			}
		})
	}
}

func TestAPI_counts_the_account_s_requests(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 1000 {
		if got := f.do(t, "key-a", "GET", "/v3/a.json", ""); got.status != 200 {
			t.Fatalf("request %d: status = %d, want 200", i, got.status)
		}
	}
	if got := f.do(t, "key-a", "GET", "/v3/a.json", ""); got.status != 429 {
		t.Errorf("request 1001: status = %d, want 429", got.status)
	}
	if got := f.do(t, "key-b", "GET", "/v3/a.json", ""); got.status != 200 {
		t.Errorf("another account: status = %d, want 200", got.status)
	}
	f.now = f.now.Add(time.Hour)
	if got := f.do(t, "key-a", "GET", "/v3/a.json", ""); got.status != 200 {
		t.Errorf("an hour later: status = %d, want 200", got.status)
	}
}
