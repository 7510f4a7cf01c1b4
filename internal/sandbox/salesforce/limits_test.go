package salesforce_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestSessions_end_when_unused_and_when_access_is_taken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 3 { // being used keeps it alive
		f.wait(90 * time.Minute)
		if got := f.do(t, "GET", "/limits", ""); got.status != 200 {
			t.Fatalf("used session: status = %d, want 200", got.status)
		}
	}
	f.wait(2 * time.Hour)
	if got := f.do(t, "GET", "/limits", ""); got.code() != "INVALID_SESSION_ID" {
		t.Errorf("unused session = %d %s, want INVALID_SESSION_ID", got.status, got.raw)
	}
	f.token = f.login(t)
	if err := f.Block("a", true); err != nil {
		t.Fatalf("Block: %v", err)
	}
	if got := f.do(t, "GET", "/limits", ""); got.status != 401 {
		t.Errorf("session of a blocked app: status = %d, want 401", got.status)
	}
	if got := f.ask(t, bearer(sign(t, appKey(), rs256, f.claims()))); got.status != 400 || got.body["error"] != "invalid_grant" {
		t.Errorf("token of a blocked app = %d %s, want invalid_grant", got.status, got.raw)
	}
	if err := f.Block("a", false); err != nil {
		t.Fatalf("Block: %v", err)
	}
	f.token = f.login(t)
	if err := f.EndSessions("a"); err != nil {
		t.Fatalf("EndSessions: %v", err)
	}
	if got := f.do(t, "GET", "/limits", ""); got.status != 401 {
		t.Errorf("ended session: status = %d, want 401", got.status)
	}
}

func TestLimits_are_told_and_kept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	got := f.ask(t, url.Values{"grant_type": {"client_credentials"}, "client_id": {"client-b"}, "client_secret": {"secret-b"}})
	f.token = fmt.Sprint(got.body["access_token"])
	for i := range 5 {
		got := f.do(t, "GET", "/sobjects", "")
		if want := fmt.Sprintf("api-usage=%d/5", i+1); got.status != 200 || got.header.Get("Sforce-Limit-Info") != want {
			t.Fatalf("request %d = %d, %q, want 200, %q", i, got.status, got.header.Get("Sforce-Limit-Info"), want)
		}
	}
	got = f.do(t, "GET", "/sobjects", "")
	if got.status != 403 || got.code() != "REQUEST_LIMIT_EXCEEDED" || !strings.Contains(got.raw, "TotalRequests") || got.header.Get("Retry-After") != "" {
		t.Errorf("sixth request = %d %s", got.status, got.raw)
	}
	f.wait(24 * time.Hour)
	got = f.ask(t, url.Values{"grant_type": {"client_credentials"}, "client_id": {"client-b"}, "client_secret": {"secret-b"}})
	f.token = fmt.Sprint(got.body["access_token"])
	if got := f.do(t, "GET", "/limits", ""); got.status != 200 || !strings.Contains(got.raw, `"DailyApiRequests":{"Max":5,"Remaining":4}`) {
		t.Errorf("a day later = %d %s", got.status, got.raw)
	}
}
