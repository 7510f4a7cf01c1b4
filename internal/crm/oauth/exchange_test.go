package oauth

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

func TestRefusalsMeanWhatTheProviderMeans(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		header string // Retry-After
		body   string
		want   crm.Fault
		wait   time.Duration
	}{
		"the standard's revoked grant":       {status: 400, body: `{"error":"invalid_grant"}`, want: crm.AuthRevoked},
		"a wrong client secret":              {status: 401, body: `{"error":"invalid_client"}`, want: crm.AuthRevoked},
		"HubSpot's deleted account":          {status: 400, body: `{"status":"BAD_HUB","message":"hub is gone"}`, want: crm.AuthRevoked},
		"HubSpot's unknown refresh token":    {status: 400, body: `{"status":"BAD_REFRESH_TOKEN","message":"missing or invalid"}`, want: crm.AuthRevoked},
		"another refusal":                    {status: 400, body: `{"error":"unsupported_grant_type"}`, want: crm.Invalid},
		"a refusal with a status of success": {status: 200, body: `{"error":"invalid_grant"}`, want: crm.AuthRevoked},
		"a request for patience":             {status: 400, body: `{"error":"temporarily_unavailable"}`, want: crm.Transient},
		"a limit":                            {status: 429, body: `{}`, want: crm.RateLimited, wait: time.Minute},
		"a limit that says how long":         {status: 429, header: "30", body: `{}`, want: crm.RateLimited, wait: 30 * time.Second},
		"a failure":                          {status: 500, body: `{"error":"invalid_grant"}`, want: crm.Transient},
		"a proxy's page":                     {status: 403, body: `<html>no</html>`, want: crm.Transient},
		"a page in place of a token":         {status: 200, body: `<html>hello</html>`, want: crm.Transient},
		"an answer without a token":          {status: 200, body: `{}`, want: crm.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if test.header != "" {
					w.Header().Set("Retry-After", test.header)
				}
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			t.Cleanup(ts.Close)
			c := credentials{ClientID: "app", ClientSecret: "hush", RefreshToken: "grant-me"}
			_, err := Endpoint{URL: ts.URL}.exchange(t.Context(), http.DefaultClient, c, func() time.Time { return start })
			if err == nil || crm.FaultOf(err) != test.want {
				t.Fatalf("error = %v, want %s", err, test.want)
			}
			if got := crm.Dispose(err).RetryAt; test.wait > 0 && !got.Equal(start.Add(test.wait)) {
				t.Errorf("retry at %v, want in %v", got, test.wait)
			}
			if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "grant-me") {
				t.Errorf("error %q holds a secret", err)
			}
		})
	}
}

func TestNobodyAtHomeIsTransient(t *testing.T) {
	t.Parallel()
	_, err := Endpoint{URL: "http://127.0.0.1:1"}.exchange(t.Context(), http.DefaultClient, credentials{RefreshToken: "r"}, time.Now)
	if err == nil || crm.FaultOf(err) != crm.Transient {
		t.Errorf("error = %v, want transient", err)
	}
}

func TestTheClientAuthenticatesAsTheProviderWants(t *testing.T) {
	t.Parallel()
	for _, basic := range []bool{false, true} {
		ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, password, inHeader := r.BasicAuth()
			if inHeader != basic || basic && (user != "app" || password != "hush") || !basic && r.FormValue("client_secret") != "hush" {
				t.Errorf("basic %t: client authenticates with %q %q", basic, user, r.PostForm)
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"access_token":"a"}`))
		}))
		c := credentials{ClientID: "app", ClientSecret: "hush", RefreshToken: "r"}
		got, err := Endpoint{URL: ts.URL, Basic: basic}.exchange(t.Context(), http.DefaultClient, c, time.Now)
		if err != nil || got.AccessToken != "a" || got.RefreshToken != "r" || !got.ExpiresAt.IsZero() {
			t.Errorf("basic %t: got %+v, %v", basic, got, err)
		}
		ts.Close()
	}
}

func TestCredentialsAreChecked(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]string{
		`{"client_id":"a","client_secret":"b","refresh_token":"c"}`: "",
		`{"client_id":"a"}`: "refresh_token",
		`{"client_id":7}`:   "not the expected JSON",
		`{"hush`:            "not the expected JSON",
	} {
		_, err := parse(secret)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush")) {
			t.Errorf("credentials %s: error = %v, want %q", secret, err, want)
		}
	}
}

func TestSavingKeepsWhatElseIsInTheSecret(t *testing.T) {
	t.Parallel()
	c := credentials{ClientID: "a", ClientSecret: "b", RefreshToken: "new", AccessToken: "x"}
	got, err := c.merge(`{"client_id":"a","client_secret":"b","refresh_token":"old","expires_at":"2026-11-20T16:00:00Z","hub_id":42}`)
	want := `{"access_token":"x","client_id":"a","client_secret":"b","hub_id":42,"refresh_token":"new"}`
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("secret (-want +got):\n%s", diff)
	}
}
