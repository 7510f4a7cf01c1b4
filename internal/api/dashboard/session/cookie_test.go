package session

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

const testKey = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="

func newJar(t *testing.T, secure bool) *jar {
	t.Helper()
	aeads, err := (&Config{Keys: testKey}).aeads()
	if err != nil {
		t.Fatal(err)
	}
	return &jar{aeads: aeads, secure: secure}
}

func blank() *http.Request { return httptest.NewRequest(http.MethodGet, "/dashboard", nil) }

// kept returns the request that a browser sends after an answer.
func kept(rec *httptest.ResponseRecorder) *http.Request {
	r := blank()
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge >= 0 {
			r.AddCookie(c)
		}
	}
	return r
}

func TestALongValueIsKeptInSeveralCookies(t *testing.T) {
	t.Parallel()
	j := newJar(t, true)
	for _, length := range []int{0, 10, 3000, 9000, 15000} {
		rec := httptest.NewRecorder()
		want := strings.Repeat("x", length)
		if err := j.put(rec, blank(), "session", want); err != nil {
			t.Fatal(err)
		}
		for _, c := range rec.Result().Cookies() {
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
				t.Errorf("cookie %+v is not as it must be", c)
			}
			if size := len(c.String()); size > 4096 {
				t.Errorf("cookie %s has %d bytes", c.Name, size)
			}
		}
		var got string
		if err := j.get(kept(rec), "session", &got); err != nil || got != want {
			t.Errorf("%d letters come back as %d: %v", length, len(got), err)
		}
	}
	if err := j.put(httptest.NewRecorder(), blank(), "session", strings.Repeat("x", 40000)); err == nil {
		t.Error("a value that browsers do not keep is accepted")
	}
}

func TestAShorterValueLeavesNothingOfALongerOne(t *testing.T) {
	t.Parallel()
	j := newJar(t, false)
	long := httptest.NewRecorder()
	if err := j.put(long, blank(), "session", strings.Repeat("x", 9000)); err != nil {
		t.Fatal(err)
	}
	r := kept(long)
	short := httptest.NewRecorder()
	if err := j.put(short, r, "session", "y"); err != nil {
		t.Fatal(err)
	}
	var deleted []string
	for _, c := range short.Result().Cookies() {
		if c.MaxAge < 0 {
			deleted = append(deleted, c.Name)
		}
	}
	if diff := cmp.Diff([]string{"dashboard_session_1", "dashboard_session_2", "dashboard_session_3"}, deleted); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
}

func TestAChangedOrExchangedCookieIsNone(t *testing.T) {
	t.Parallel()
	j := newJar(t, false)
	rec := httptest.NewRecorder()
	if err := j.put(rec, blank(), "sign_in", map[string]string{"sub": "ann"}); err != nil {
		t.Fatal(err)
	}
	sealed := rec.Result().Cookies()[0].Value
	for name, cookie := range map[string]*http.Cookie{
		"another's purpose": {Name: "dashboard_session", Value: sealed},
		"a changed letter":  {Name: "dashboard_sign_in", Value: flipped(sealed)},
		"cut off":           {Name: "dashboard_sign_in", Value: sealed[:len(sealed)-4]},
		"no base64":         {Name: "dashboard_sign_in", Value: "%%%"},
		"empty":             {Name: "dashboard_sign_in", Value: ""},
	} {
		r := blank()
		r.AddCookie(cookie)
		var got map[string]string
		of := strings.TrimPrefix(cookie.Name, "dashboard_")
		if err := j.get(r, of, &got); !errors.Is(err, errNoCookie) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestOnlyAddressesOfTheDashboardAreReturnedTo(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/dashboard/tenants/a?x=1": "/dashboard/tenants/a?x=1", "/dashboard": "/dashboard",
		"": "/dashboard", "/": "/dashboard", "/v1/tenants": "/dashboard", "/dashboards": "/dashboard",
		"https://evil.example.com/dashboard/": "/dashboard", "//evil.example.com/dashboard/": "/dashboard",
		"/dashboard/../v1": "/dashboard", `/dashboard/\evil`: "/dashboard", "/dashboard/\r\nX: y": "/dashboard", "javascript:alert(1)": "/dashboard",
	} {
		if got := Local(to); got != want {
			t.Errorf("%q: got %q, want %q", to, got, want)
		}
	}
}

func TestTheConfigurationTellsEveryProblem(t *testing.T) {
	t.Parallel()
	if err := (&Config{}).Validate(); err != nil {
		t.Errorf("without an issuer: %v", err)
	}
	good := Config{Issuer: "https://id.example.com", URL: "https://api.example.com/dashboard", ClientID: "x", Keys: testKey, Lasts: time.Hour}
	if err := good.Validate(); err != nil {
		t.Errorf("a good one: %v", err)
	}
	err := (&Config{Issuer: "http://id.example.com", URL: "https://api.example.com", Keys: config.Secret("short")}).Validate()
	for _, name := range []string{"DASHBOARD_ISSUER", "DASHBOARD_URL", "DASHBOARD_CLIENT_ID", "DASHBOARD_SESSION", "DASHBOARD_KEYS"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not complained of: %v", name, err)
		}
	}
}

// flipped changes one letter in the middle.
func flipped(sealed string) string {
	at := len(sealed) / 2
	letter := "A"
	if sealed[at] == 'A' {
		letter = "B"
	}
	return sealed[:at] + letter + sealed[at+1:]
}
