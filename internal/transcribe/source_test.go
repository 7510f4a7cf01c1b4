package transcribe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const call = `{"id":"CAL1","company_id":"COM1","answered":true,"duration":187,"recording":"https://x","campaign":"Kitchen"}`

// api answers as CallRail does for one call of one account.
type api struct{ call, recording http.HandlerFunc }

func (a api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/media":
		w.Header().Set("Content-Type", "audio/mpeg")
		w.Header().Set("Content-Length", "2916")
		_, _ = w.Write(mp3(1, 1))
	case r.Header.Get("Authorization") != `Token token="key-1"`:
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/v3/a/ACC1/calls/CAL1.json":
		a.call(w, r)
	case r.URL.Path == "/v3/a/ACC1/calls/CAL1/recording.json":
		a.recording(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

type secrets map[string]string

func (s secrets) Get(_ context.Context, name string) (string, error) {
	if v, ok := s[name]; ok {
		return v, nil
	}
	if name == "broken" {
		return "", errors.New("unavailable")
	}
	return "", fmt.Errorf("read secret %s: %w", name, secret.ErrNotFound)
}

func body(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// newCallRail returns the source, a tenant with access to it and a request of his.
func newCallRail(t *testing.T, a api, limits ...callrail.Limits) (*CallRail, *tenant.Tenant, *request.Request) {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	cfg := callrail.Config{BaseURL: server.URL, HTTP: server.Client(), Media: server.Client()}
	for _, l := range limits {
		cfg.Limits = l
	}
	client, err := callrail.NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	tn := &tenant.Tenant{ID: "tenant_demo", Region: "US", Sources: []tenant.Source{{
		ID: "src_1", Kind: tenant.SourceCallRail, AccountID: "ACC1", CompanyID: "100", CompanyResourceID: "COM1", APIKeySecret: "key",
	}}}
	r := &request.Request{TenantID: tn.ID, SourceID: "src_1", Namespace: request.NamespaceCall, ExternalID: "CAL1"}
	return NewCallRail(client, secrets{"key": "key-1", "old key": "key-0"}), tn, r
}

func TestCallRailBringsDetailsAndAudio(t *testing.T) {
	t.Parallel()
	located := func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"url":"http://%s/media"}`, r.Host)
	}
	c, tn, r := newCallRail(t, api{call: body(call), recording: located})
	if err := c.Fetch(t.Context(), tn, r); err != nil {
		t.Fatal(err)
	}
	if d := r.Details; !d.Answered || !d.HasRecording || d.DurationS != 187 || d.Campaign != "Kitchen" {
		t.Errorf("details %+v", d)
	}
	audio, err := c.Recording(t.Context(), tn, r)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(audio.Body)
	if err := errors.Join(err, audio.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if int64(len(content)) != audio.Length || len(content) == 0 {
		t.Errorf("%d bytes, announced %d", len(content), audio.Length)
	}
}

func TestCallRailSaysWhatAFailureMeans(t *testing.T) {
	t.Parallel()
	ok := body(call)
	limited := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	for name, tc := range map[string]struct {
		api    api
		change func(*tenant.Tenant, *request.Request)
		want   string
		retry  bool
	}{
		"no such call":      {api: api{call: status(404)}, want: AbsentNeverCame},
		"no recording":      {api: api{call: ok, recording: status(404)}, want: AbsentNeverCame},
		"API down":          {api: api{call: status(500)}, want: AbsentUnreachable},
		"rate limited":      {api: api{call: limited}, want: AbsentUnreachable, retry: true},
		"other company":     {api: api{call: body(strings.Replace(call, "COM1", "COM2", 1))}, want: AbsentForbidden},
		"foreign host":      {api: api{call: ok, recording: body(`{"url":"https://media.example.com/a.mp3"}`)}, want: AbsentForbidden},
		"refused":           {api: api{call: status(400)}, want: AbsentForbidden},
		"key refused":       {api: api{call: ok}, change: key("old key"), want: AbsentNoAccess},
		"no key":            {change: key(""), want: AbsentNoAccess},
		"no such secret":    {change: key("missing"), want: AbsentNoAccess},
		"secrets down":      {change: key("broken"), want: AbsentUnreachable},
		"no source":         {change: func(_ *tenant.Tenant, r *request.Request) { r.SourceID = "src_2" }, want: AbsentNoAccess},
		"came by the API":   {change: func(_ *tenant.Tenant, r *request.Request) { r.Namespace = request.NamespaceAPI }, want: AbsentNoAccess},
		"bootstrap key":     {change: func(_ *tenant.Tenant, r *request.Request) { r.SourceID = "" }, want: AbsentNoAccess},
		"bootstrap, by now": {api: api{call: status(404)}, change: byCompany, want: AbsentNeverCame},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, tn, r := newCallRail(t, tc.api)
			if tc.change != nil {
				tc.change(tn, r)
			}
			err := c.Fetch(t.Context(), tn, r)
			if err == nil {
				_, err = c.Recording(t.Context(), tn, r)
			}
			var got *SourceError
			if !errors.As(err, &got) || got.Absent != tc.want || got.Retry.IsZero() == tc.retry {
				t.Errorf("error %v, want %q, with a time to retry %v", err, tc.want, tc.retry)
			}
		})
	}
}

func key(name string) func(*tenant.Tenant, *request.Request) {
	return func(t *tenant.Tenant, _ *request.Request) { t.Sources[0].APIKeySecret = name }
}

func byCompany(_ *tenant.Tenant, r *request.Request) {
	r.SourceID, r.Details.CompanyID = "", "100"
}

func TestHistoryTakesWhatLiveCallsLeave(t *testing.T) {
	t.Parallel()
	for silent, want := range map[bool]int{false: 10, true: 5} {
		asked := 0
		c, tn, r := newCallRail(t, api{call: func(w http.ResponseWriter, req *http.Request) {
			asked++
			body(call)(w, req)
		}}, callrail.Limits{PerHour: 200, PerDay: 1000})
		r.Handling.Silent = silent
		for range 20 {
			if err := c.Fetch(t.Context(), tn, r); err != nil {
				break
			}
		}
		if asked != want {
			t.Errorf("history %v: asked %d times at once, want %d", silent, asked, want)
		}
	}
}
