package callrail

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

var testAccess = Access{AccountID: "ACC1", APIKey: "test-api-key", CompanyResourceID: "COM1"}

// newClient returns a client of a stand-in that answers with h, at a fixed time.
func newClient(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	guarded := outbound.New(outbound.Options{AllowLoopback: true})
	c, err := NewClient(Config{BaseURL: srv.URL, HTTP: guarded, Media: guarded, Now: fixedNow})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fixedNow() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestCallAsksForItsFieldsWithTheKey(t *testing.T) {
	t.Parallel()
	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if got, want := r.Header.Get("Authorization"), `Token token="test-api-key"`; got != want {
			t.Errorf("authorization %q, want %q", got, want)
		}
		if r.URL.Path != "/v3/a/ACC1/calls/CAL1.json" {
			t.Errorf("path %q", r.URL.Path)
		}
		for _, field := range []string{"company_id", "gclid", "tags", "recording_duration", "milestones"} {
			if !strings.Contains(r.URL.Query().Get("fields"), field) {
				t.Errorf("field %s was not asked for", field)
			}
		}
		answer(http.StatusOK, `{"id":"CAL1","company_id":"COM1"}`)(w, r)
	})
	call, err := c.Call(t.Context(), testAccess, "CAL1")
	if err != nil || call.ID != "CAL1" || call.CompanyID != "COM1" {
		t.Errorf("got %+v, %v", call, err)
	}
}

func TestCallMerges(t *testing.T) {
	t.Parallel()
	c := newClient(t, answer(http.StatusOK, `{"id":"CAL1","company_id":"COM1","answered":true,"duration":240,"recording_duration":"238",
		"customer_name":"Robin Sample","customer_phone_number":"+13035550177","note":"","tags":["vip"],"lead_status":null,
		"start_time":"2026-11-20T09:15:02.120-07:00","call_type":"answered","zip_code":"80202"}`))
	call, err := c.Call(t.Context(), testAccess, "CAL1")
	if err != nil {
		t.Fatal(err)
	}
	r := &request.Request{
		Caller:  request.Caller{Phone: "+13035550142", Email: "robin@example.com"},
		Details: request.Details{CompanyID: "12345", Note: "kept", DurationS: 180, Source: "Google Ads", Tags: []string{"old"}},
	}
	call.Merge(r, "US")
	want := &request.Request{
		StartedAt: time.Date(2026, 11, 20, 16, 15, 2, 120e6, time.UTC),
		Caller:    request.Caller{Name: "Robin Sample", Phone: "+13035550177", Email: "robin@example.com"},
		Details: request.Details{
			CompanyID: "12345", CompanyResourceID: "COM1", Note: "kept", DurationS: 240, RecordingS: 238, HasRecording: true,
			Answered: true, CallType: "answered", Source: "Google Ads", Tags: []string{"vip"}, CallerIDName: "Robin Sample",
			PostalCode: "80202",
		},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCallRefusesForeignRows(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		access Access
		body   string
		want   error
	}{
		"another company's":                {testAccess, `{"id":"CAL1","company_id":"COM2"}`, ErrForeignCompany},
		"nobody's":                         {testAccess, `{"id":"CAL1"}`, ErrForeignCompany},
		"any, with no company to compare":  {Access{AccountID: "ACC1"}, `{"id":"CAL1","company_id":"COM2"}`, ErrForeignCompany},
		"any, with no company on any side": {Access{AccountID: "ACC1"}, `{"id":"CAL1"}`, ErrForeignCompany},
		"another call":                     {testAccess, `{"id":"CAL2","company_id":"COM1"}`, ErrTransient},
	} {
		if _, err := newClient(t, answer(http.StatusOK, tt.body)).Call(t.Context(), tt.access, "CAL1"); !errors.Is(err, tt.want) {
			t.Errorf("%s: err = %v, want %v", name, err, tt.want)
		}
	}
}

func TestCallClassifiesAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   error
	}{
		{"not found, or spam", 404, `{"error":"not found"}`, ErrNotFound},
		{"a wrong key", 401, `{"error":"HTTP Token: Access denied."}`, ErrUnauthorized},
		{"a key without rights", 403, `{}`, ErrUnauthorized},
		{"an unknown field", 400, `{}`, ErrRejected},
		{"a redirect", 302, ``, ErrRejected},
		{"a fault", 503, `<html>`, ErrTransient},
		{"HTML", 200, `<html>`, ErrTransient},
		{"a list", 200, `[]`, ErrTransient},
		{"bad UTF-8", 200, "{\"id\":\"\xff\"}", ErrTransient},
		{"cut short", 200, `{"id":"CAL1"`, ErrTransient},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := newClient(t, answer(tt.status, tt.body)).Call(t.Context(), testAccess, "CAL1"); !errors.Is(err, tt.want) {
				t.Errorf("err = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestUnreachableAPIIsTransientAndNamesNoAddress(t *testing.T) {
	t.Parallel()
	guarded := outbound.New(outbound.Options{})
	c, err := NewClient(Config{BaseURL: "https://127.0.0.1:1", HTTP: guarded, Media: guarded})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Call(t.Context(), testAccess, "CAL1")
	if !errors.Is(err, ErrTransient) || !errors.Is(err, outbound.ErrBlocked) || strings.Contains(err.Error(), "CAL1") {
		t.Errorf("err = %v", err)
	}
}

func TestRateLimitRestsTheAccount(t *testing.T) {
	t.Parallel()
	for header, wait := range map[string]time.Duration{
		"": time.Minute, "30": 30 * time.Second, "0": time.Second, "99999": time.Hour, "soon": time.Minute,
		"Fri, 20 Nov 2026 12:05:00 GMT": 5 * time.Minute, "Fri, 20 Nov 2026 11:00:00 GMT": time.Second,
	} {
		asked := 0
		c := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
			asked++
			w.Header().Set("Retry-After", header)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		for range 2 {
			_, err := c.Call(t.Context(), testAccess, "CAL1")
			var limited *RateLimitedError
			if !errors.As(err, &limited) || !limited.RetryAt.Equal(fixedNow().Add(wait)) {
				t.Errorf("Retry-After %q: err = %v, want a wait of %v", header, err, wait)
			}
		}
		if asked != 1 {
			t.Errorf("Retry-After %q: asked %d times, want the second request held back", header, asked)
		}
	}
}

func TestNewClientNeedsItsParts(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"no clients":     {BaseURL: DefaultBaseURL},
		"no media":       {HTTP: http.DefaultClient},
		"a relative URL": {BaseURL: "/v3", HTTP: http.DefaultClient, Media: http.DefaultClient},
	} {
		if _, err := NewClient(cfg); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	for address, ok := range map[string]bool{
		DefaultBaseURL: true, "http://127.0.0.1:80": true, "http://example.com": false, "": false,
	} {
		if err := (&Settings{BaseURL: address, Limits: defaultLimits}).Validate(); (err == nil) != ok {
			t.Errorf("Validate(%q) = %v", address, err)
		}
	}
	if err := (&Settings{BaseURL: DefaultBaseURL, Limits: Limits{PerHour: 1}}).Validate(); err == nil {
		t.Error("no requests a day were accepted")
	}
}

func ExampleClient_address() {
	c, err := NewClient(Config{HTTP: http.DefaultClient, Media: http.DefaultClient})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.address(Access{AccountID: "ACC1"}, "calls", "../x?y", "recording.json"))
	// Output: https://api.callrail.com/v3/a/ACC1/calls/..%2Fx%3Fy/recording.json
}
