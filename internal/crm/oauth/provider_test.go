package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

var start = time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)

// provider exchanges tokens, each for half an hour. With rotate, a refresh token works once, and using
// it again revokes the connection, as Salesforce does it.
type provider struct {
	rotate bool

	mu      sync.Mutex
	grant   string // the refresh token that works
	revoked bool
	asked   int
	fail    func(w http.ResponseWriter) // instead of an answer
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if p.fail != nil {
		p.fail(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if r.FormValue("grant_type") != "refresh_token" || r.FormValue("client_id") != "app" || r.FormValue("client_secret") != "hush" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"invalid_client"}`)
		return
	}
	if p.revoked = p.revoked || r.FormValue("refresh_token") != p.grant; p.revoked {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant","error_description":"the grant is no more"}`)
		return
	}
	if p.rotate {
		p.grant = fmt.Sprintf("refresh-%d", p.asked)
	}
	fmt.Fprintf(w, `{"access_token":"access-%d","refresh_token":%q,"expires_in":1800,"api_domain":"https://demo.example.com"}`, p.asked, p.grant)
}

func (p *provider) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *provider) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// cloud is what the instances share: a secret with its versions, and a lock.
type cloud struct {
	mu       sync.Mutex
	versions []string
	lag      int   // how many versions "latest" is behind
	putErr   error // of every Put
	puts     int
	held     bool
	note     string
}

func (c *cloud) Newest(_ context.Context, _ string, atLeast int64) (string, int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := max(int64(max(len(c.versions)-c.lag, 1)), atLeast)
	return c.versions[n-1], n, nil
}

func (c *cloud) Put(_ context.Context, _, value string) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.puts++; c.putErr != nil {
		return 0, c.putErr
	}
	c.versions = append(c.versions, value)
	return int64(len(c.versions)), nil
}

func (c *cloud) lock(context.Context, string, string, time.Duration) (Lock, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held {
		return nil, stage.ErrHeld
	}
	c.held = true
	return &held{cloud: c, note: c.note}, nil
}

type held struct {
	cloud *cloud
	note  string
}

func (h *held) Note() string { return h.note }

func (h *held) Unlock(_ context.Context, note string) error {
	h.cloud.mu.Lock()
	defer h.cloud.mu.Unlock()
	h.cloud.held, h.cloud.note = false, note
	return nil
}

func (c *cloud) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

func (c *cloud) newest(t *testing.T) credentials {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	got, err := parse(c.versions[len(c.versions)-1])
	if err != nil {
		t.Fatalf("saved credentials: %v", err)
	}
	return got
}

// bed is a provider, a cloud and a clock.
type bed struct {
	provider *provider
	cloud    *cloud
	url      string
	mu       sync.Mutex
	now      time.Time
}

func newBed(t *testing.T, p *provider) *bed {
	t.Helper()
	p.grant = "refresh-0"
	ts := httptest.NewServer(p)
	t.Cleanup(ts.Close)
	return &bed{provider: p, cloud: &cloud{versions: []string{secretOf(t, credentials{RefreshToken: "refresh-0"})}}, url: ts.URL, now: start}
}

func secretOf(t *testing.T, c credentials) string {
	t.Helper()
	c.ClientID, c.ClientSecret = "app", "hush"
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func (b *bed) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bed) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// instance is one process, which has cached the secret's first version.
type instance struct {
	bed     *bed
	sources *Sources
	vaults  *Vaults
	cached  string
}

func (b *bed) instance() *instance {
	v := NewVaults(b.cloud.lock, b.cloud, b.clock)
	v.savePause = time.Millisecond
	return &instance{bed: b, sources: NewSources(b.clock), vaults: v, cached: b.cloud.versions[0]}
}

func (i *instance) source(t *testing.T) *Source {
	t.Helper()
	s, err := i.sources.Source(crm.Settings{
		TenantID: "tenant_demo", IntegrationID: "int_1", Credentials: i.cached, Vault: i.vaults.Vault("tenant_demo", "a"),
	}, Endpoint{Name: "test", URL: i.bed.url}, http.DefaultClient)
	if err != nil {
		t.Fatalf("source: %v", err)
	}
	return s
}

func (i *instance) want(t *testing.T, token string) {
	t.Helper()
	got, err := i.source(t).Token(t.Context())
	if err != nil || got != token {
		t.Errorf("token = %q, %v, want %q", got, err, token)
	}
}

func (i *instance) wantFault(t *testing.T, fault crm.Fault) *crm.Error {
	t.Helper()
	got, err := i.source(t).Token(t.Context())
	var e *crm.Error
	if !errors.As(err, &e) || e.Fault != fault {
		t.Fatalf("token = %q, %v, want the fault %s", got, err, fault)
	}
	return e
}
