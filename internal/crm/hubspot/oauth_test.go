package hubspot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/hubspot"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/hubspot"
)

// app stands before a portal as HubSpot does for an OAuth app: it hands out access tokens
// for half an hour and lets through only those.
type app struct {
	next  http.Handler
	clock *crmtest.Clock

	mu      sync.Mutex
	issued  map[string]time.Time // when each access token ends
	tokens  int
	asked   int
	revoked bool
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.URL.Path == "/oauth/2026-09/token" {
		a.exchange(w, r)
		return
	}
	ends, known := a.issued[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !known || a.clock.Now().After(ends) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"status":"error","message":"The OAuth token used to make this call expired.","category":"EXPIRED_AUTHENTICATION"}`)
		return
	}
	r.Header.Set("Authorization", "Bearer "+token)
	a.next.ServeHTTP(w, r)
}

func (a *app) exchange(w http.ResponseWriter, r *http.Request) {
	a.asked++
	w.Header().Set("Content-Type", "application/json")
	if a.revoked || r.FormValue("grant_type") != "refresh_token" || r.FormValue("client_id") != "app" ||
		r.FormValue("client_secret") != "hush" || r.FormValue("refresh_token") != "grant" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"status":"BAD_REFRESH_TOKEN","message":"missing or invalid refresh token"}`)
		return
	}
	fmt.Fprintf(w, `{"token_type":"bearer","access_token":%q,"refresh_token":"grant","expires_in":1800}`, a.issue())
}

func (a *app) issue() string {
	a.tokens++
	t := fmt.Sprintf("access-%d", a.tokens)
	a.issued[t] = a.clock.Now().Add(30 * time.Minute)
	return t
}

// expire ends all access tokens before their time.
func (a *app) expire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.issued)
}

// vault keeps one secret in memory.
type vault struct {
	mu     sync.Mutex
	secret string
}

func (v *vault) Renew(ctx context.Context, renew func(context.Context, string) (string, error)) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	next, err := renew(ctx, v.secret)
	if err == nil {
		v.secret = next
	}
	return next, err
}

func (v *vault) get() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.secret
}

// connected is a portal behind an app.
type connected struct {
	*app
	vault  *vault
	server *sandbox.Server
	url    string
}

func newConnected(t *testing.T, clock *crmtest.Clock) *connected {
	t.Helper()
	server, err := sandbox.New(sandbox.Config{Portals: []sandbox.Portal{{TenantID: "tenant_demo", Token: token}}, Lag: lag, Now: clock.Now})
	if err != nil {
		t.Fatalf("new sandbox: %v", err)
	}
	a := &app{next: server.Handler(), clock: clock, issued: make(map[string]time.Time)}
	ts := httptest.NewServer(a)
	t.Cleanup(ts.Close)
	secret := fmt.Sprintf(`{"client_id":"app","client_secret":"hush","refresh_token":"grant","access_token":%q,"expires_at":%q}`,
		a.issue(), clock.Now().Add(30*time.Minute).Format(time.RFC3339))
	return &connected{app: a, vault: &vault{secret: secret}, server: server, url: ts.URL}
}

func (c *connected) settings() crm.Settings {
	s := settings(c.url)
	s.Credentials, s.Vault = c.vault.get(), c.vault
	return s
}

func TestConnectorConformsWithOAuth(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, crmtest.Harness{Replies: replies, Open: func(t *testing.T, clock *crmtest.Clock) crmtest.CRM {
		c := newConnected(t, clock)
		account, _ := openAt(t, clock)
		account.Connect = func(client *http.Client) (crm.Connector, error) {
			return hubspot.NewAccounts(clock.Now).Connect(c.settings(), client)
		}
		account.Objects = func() []crmtest.Object { return objects(c.server) }
		account.Delete = func(o crmtest.Object) {
			req := httptest.NewRequestWithContext(t.Context(), http.MethodDelete, "/crm/objects/2026-09/"+o.Type+"/"+o.ID, nil)
			req.Header.Set("Authorization", "Bearer "+token)
			c.server.Handler().ServeHTTP(httptest.NewRecorder(), req)
		}
		return account
	}})
}

// deliver delivers with one connector.
func (c *connected) deliver(t *testing.T, connector crm.Connector, id string) error {
	t.Helper()
	_, err := crm.Deliver(t.Context(), connector, crmtest.NewLead(id), crmtest.NewMemory(c.clock.Now).Ledger(id), c.clock.Now)
	return err
}

func TestAnExpiredAccessTokenIsRenewedWithinTheDelivery(t *testing.T) {
	t.Parallel()
	c := newConnected(t, &crmtest.Clock{})
	connector, err := hubspot.NewAccounts(c.clock.Now).Connect(c.settings(), http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"req_1", "req_2"} {
		c.expire()
		if err := c.deliver(t, connector, id); err != nil {
			t.Fatalf("deliver: %v", err)
		}
	}
	if c.asked != 2 {
		t.Errorf("%d exchanges, want one for each time", c.asked)
	}
	var saved struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(c.vault.get()), &saved); err != nil || c.issued[saved.AccessToken].IsZero() {
		t.Errorf("saved access token %q, %v, want the newest", saved.AccessToken, err)
	}
}

func TestARevokedConnectionParks(t *testing.T) {
	t.Parallel()
	c := newConnected(t, &crmtest.Clock{})
	c.revoked = true
	c.expire()
	connector, err := hubspot.NewAccounts(c.clock.Now).Connect(c.settings(), http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	d := crm.Dispose(c.deliver(t, connector, "req_1"))
	if d.State != request.DeliveryParked || !strings.Contains(d.Words, "missing or invalid refresh token") {
		t.Errorf("disposition = %+v, want parked with HubSpot's words", d)
	}
}

func TestIncompleteCredentialsAreRefusedWithoutQuotingThem(t *testing.T) {
	t.Parallel()
	_, err := hubspot.NewAccounts(time.Now).Connect(crm.Settings{Credentials: `{"client_id":"hush"}`}, http.DefaultClient)
	if err == nil || !strings.Contains(err.Error(), "refresh_token") || strings.Contains(err.Error(), "hush") {
		t.Errorf("error = %v, want what is missing", err)
	}
}
