package api_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/hubspot"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/oauth"
	"github.com/your-org/multi-tenant-pipeline/internal/notify"
	sandboxcallrail "github.com/your-org/multi-tenant-pipeline/internal/sandbox/callrail"
	sandboxhubspot "github.com/your-org/multi-tenant-pipeline/internal/sandbox/hubspot"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/secretmanager"
	vault "github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// Keys of the outside systems.
const (
	callRailKey  = "callrail-api-key"
	signingKey   = "00112233445566778899aabbccddeeff"
	hubSpotToken = "pat-na1-demo"
)

// outside is what settings speak of: Secret Manager, CallRail, HubSpot and Slack. There is no mail server.
type outside struct {
	secrets  *vault.Reader
	manager  *secretmanager.Server
	tracker  *callrail.Client
	callRail *sandboxcallrail.Server
	vault    api.VaultFunc
	connect  api.Connect
	hubSpot  string // its address
	tester   *notify.Tester
}

func newOutside(t *testing.T, s *store.Store) *outside {
	t.Helper()
	o := &outside{manager: secretmanager.New("demo", time.Now)}
	cfg := vault.Config{Project: "demo", Endpoint: "http://" + serveSecrets(t, o.manager), TTL: time.Hour, StaleFor: time.Hour}
	client, err := vault.NewClient(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { _ = client.Close() })
	o.secrets = vault.New(client, cfg)
	o.vault = oauth.NewVaults(func(ctx context.Context, tenantID, name string, ttl time.Duration) (oauth.Lock, error) {
		lease, err := s.ForTenant(tenantID).Lock(ctx, name, ttl)
		if err != nil {
			return nil, err
		}
		return lease, nil
	}, o.secrets, time.Now).Vault

	o.callRail, err = sandboxcallrail.New(sandboxcallrail.Config{Companies: []sandboxcallrail.Company{{
		TenantID: demo, ID: "12345", ResourceID: "COM1", AccountID: "ACC1", APIKey: callRailKey, SigningKey: signingKey,
	}}})
	must(t, err)
	portals, err := sandboxhubspot.New(sandboxhubspot.Config{Portals: []sandboxhubspot.Portal{{TenantID: demo, Token: hubSpotToken}}})
	must(t, err)
	o.hubSpot = serve(t, portals.Handler())
	guarded := outbound.New(outbound.Options{AllowLoopback: true})
	o.tracker, err = callrail.NewClient(callrail.Config{BaseURL: serve(t, o.callRail.Handler()), HTTP: guarded, Media: guarded})
	must(t, err)
	o.tester, err = notify.NewTester(notify.SMTPConfig{}, o.secrets, guarded)
	must(t, err)
	factory := hubspot.NewFactory()
	o.connect = func(tenantID string, in *tenant.Integration, settings json.RawMessage, credentials string) (crm.Connector, error) {
		return factory(crm.Settings{TenantID: tenantID, IntegrationID: in.ID, Credentials: credentials, Config: settings}, guarded)
	}
	return o
}

func serveSecrets(t *testing.T, manager *secretmanager.Server) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	server := grpc.NewServer()
	manager.Register(server)
	go func() { _ = server.Serve(listener) }() // ends with Stop
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	served := httptest.NewServer(h)
	t.Cleanup(served.Close)
	return served.URL
}

// secret returns a secret's newest value, empty if there is none.
func (o *outside) secret(t *testing.T, name string) string {
	t.Helper()
	value, _, _ := o.secrets.Newest(t.Context(), name, 0)
	return value
}

// admin is an administrator of one tenant.
type admin struct {
	*world
	token string
	path  string // of the tenant
}

func (w *world) admin(t *testing.T, tenantID string) *admin {
	t.Helper()
	return &admin{world: w, token: w.token(t, access.TenantAdmin, tenantID), path: "/v1/tenants/" + tenantID}
}

// send asks for something of the tenant and checks the answer's status, and the answer against
// the document. Headers are name and value by turns.
func (a *admin) send(t *testing.T, method, path, body string, want int, headers ...string) reply {
	t.Helper()
	return a.ask(t, method, a.path+path, body, want, headers...)
}

func (a *admin) ask(t *testing.T, method, path, body string, want int, headers ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, a.url+path, strings.NewReader(body))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+a.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got := a.roundTrip(t, r)
	if got.status != want {
		t.Fatalf("%s %s: got %d %s, want %d", method, path, got.status, got.body, want)
	}
	return got
}

// fields returns which fields of a body were refused.
func fields(t *testing.T, r reply) []string {
	t.Helper()
	problem := decode[api.Problem](t, r)
	var names []string
	for _, e := range problem.Errors {
		names = append(names, e.Field)
	}
	return names
}

// actions returns the newest lines of the tenant's audit log, oldest first, without whom.
func (a *admin) actions(t *testing.T, n int) []string {
	t.Helper()
	page := decode[api.AuditPage](t, a.send(t, http.MethodGet, "/audit?limit=100", "", http.StatusOK))
	var lines []string
	for _, e := range page.Entries[:min(n, len(page.Entries))] {
		lines = append([]string{e.Action + " " + e.Target}, lines...)
	}
	return lines
}
