package api_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/reanalyze"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

const (
	demo     = "tenant_demo"
	other    = "tenant_other"
	audience = "pipeline-api"
)

// world is the API on a real store, with an issuer whose tokens it trusts.
type world struct {
	url      string
	issuer   *oidc.Issuer
	database store.Config
	store    *store.Store
	outage   *storetest.Outage
	as       string // serve every tenant as this one: what a missing condition would do

	directory *tenant.Directory
	ingest    *ingestDeps
	outside   *outside
}

// newWorld serves the API for two tenants. Scopes pass through wrap, if there is one.
func newWorld(t *testing.T, wrap func(api.Scope) api.Scope) *world {
	t.Helper()
	w := &world{database: storetest.Config(t), outage: &storetest.Outage{}, issuer: newIssuer(t), ingest: &ingestDeps{}}
	var err error
	w.store, err = store.Open(t.Context(), w.database, w.outage.Option())
	must(t, err)
	t.Cleanup(w.store.Close)
	for _, id := range []string{demo, other} {
		must(t, w.store.Operator().PutTenant(t.Context(), "test", tenant.Tenant{
			ID: id, Name: id, Status: tenant.Active, TimeZone: "UTC", Region: "US",
		}))
	}
	directory := tenant.NewDirectory(w.store.Operator(), tenant.Options{Interval: time.Minute})
	must(t, directory.Refresh(t.Context()))
	w.directory = directory
	w.outside = newOutside(t, w.store)
	handler, err := api.New(t.Context(), api.Config{Access: access.Config{Issuers: access.Issuers{{
		Issuer: w.issuer.URL(), JWKSURL: w.issuer.KeysURL(), Audience: access.Audience{audience},
		Tenants: []string{access.AnyTenant}, MaxRole: access.PlatformAdmin,
	}}}, Addresses: api.Addresses{WebhookURL: "https://hooks.example.com"}}, api.Deps{
		Secrets: w.outside.secrets, Vault: w.outside.vault, Connect: w.outside.connect, Tracker: w.outside.tracker, Tester: w.outside.tester,
		Tenants: tenants{w}, Importer: w.importer(), Surveyor: w.surveyor(), Health: server.Health("api"), Now: time.Now, Prices: cost.Default(), Platform: w.store.Operator(),
		Announcer: w.ingest, Publisher: w.ingest, Limiter: w.ingest, Counts: w.ingest, Recordings: w.ingest, Downloads: w.ingest,
		Scope: func(id string) api.Scope {
			scope := w.store.ForTenant(cmp.Or(w.as, id))
			if wrap == nil {
				return scope
			}
			return wrap(scope)
		},
	})
	must(t, err)
	router := chi.NewRouter() // as a service mounts it
	router.Mount("/", handler)
	served := httptest.NewServer(server.Middleware("api")(router))
	t.Cleanup(served.Close)
	w.url = served.URL
	return w
}

// tenants is the world's directory.
type tenants struct{ *world }

func (d tenants) Tenant(ctx context.Context, id string) (*tenant.Tenant, error) {
	return d.directory.Tenant(ctx, cmp.Or(d.as, id))
}

func (d tenants) All() []*tenant.Tenant { return d.directory.All() }

func (d tenants) Changed(ctx context.Context) error { return d.directory.Changed(ctx) }

func (w *world) importer() *reconcile.Importer {
	return &reconcile.Importer{Tenants: tenants{w}, Taker: &reconcile.Taker{
		CallRail: w.outside.tracker, Secrets: w.outside.secrets, Announcer: w.ingest, Now: time.Now,
		Store: func(id string) reconcile.Store { return w.store.ForTenant(id) },
	}}
}

func (w *world) surveyor() *reanalyze.Surveyor {
	return &reanalyze.Surveyor{
		Prices: cost.Default(), Now: time.Now, Store: func(id string) reanalyze.Lister { return w.store.ForTenant(id) },
	}
}

func newIssuer(t *testing.T) *oidc.Issuer {
	t.Helper()
	var handler atomic.Pointer[http.Handler]
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		(*handler.Load()).ServeHTTP(w, r)
	}))
	t.Cleanup(served.Close)
	issuer, err := oidc.New(oidc.Config{URL: served.URL})
	must(t, err)
	keys := issuer.Handler()
	handler.Store(&keys)
	return issuer
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) token(t *testing.T, role access.Role, tenantID string) string {
	t.Helper()
	token, err := w.issuer.AccessToken(oidc.Access{
		Subject: "ann@example.com", Audience: audience, Role: string(role), TenantID: tenantID,
	})
	must(t, err)
	return token
}

// reply is an answer that has been read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// get asks for a path and checks the answer against the document.
func (w *world) get(t *testing.T, path, token string) reply {
	t.Helper()
	return w.do(t, http.MethodGet, path, http.Header{"Authorization": {"Bearer " + token}})
}

func (w *world) do(t *testing.T, method, path string, header http.Header) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.url+path, http.NoBody)
	must(t, err)
	r.Header = header
	return w.roundTrip(t, r)
}

// caller has connections of its own: a test server that is closed takes idle ones of
// http.DefaultTransport along, and with them the answer without a body that comes just then.
var caller = &http.Client{Transport: &http.Transport{}}

// roundTrip sends a request and checks the answer against the document.
func (w *world) roundTrip(t *testing.T, r *http.Request) reply {
	t.Helper()
	resp, err := caller.Do(r)
	must(t, err)
	body, err := io.ReadAll(finite(resp))
	must(t, err)
	must(t, resp.Body.Close())
	r.Body = http.NoBody // it has been sent; the check reads it again
	got := reply{status: resp.StatusCode, header: resp.Header, body: body}
	checkAgainstDocument(t, r, got)
	return got
}

// finite returns an answer's body; of a stream, which has no end, the first bytes.
func finite(resp *http.Response) io.Reader {
	if resp.Header.Get("Content-Type") == "text/event-stream" {
		return io.LimitReader(resp.Body, int64(len("event: ping\n")))
	}
	return resp.Body
}

func decode[T any](t *testing.T, r reply) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(r.body, &v); err != nil {
		t.Fatalf("status %d: %v in %s", r.status, err, r.body)
	}
	return v
}

// call commits a call of the tenant and returns its id.
func (w *world) call(t *testing.T, tenantID, external string) string {
	t.Helper()
	r := &request.Request{
		TenantID: tenantID, ID: request.ID(tenantID, request.NamespaceCall, external), Kind: request.Call,
		Namespace: request.NamespaceCall, ExternalID: external,
		Caller:  request.Caller{Name: "Jane " + tenantID, Phone: "+13035550142"},
		Details: request.Details{Source: "Google Ads"},
	}
	_, err := w.store.ForTenant(tenantID).Accept(t.Context(), request.Intake{Request: r, Body: []byte("{}"), BodyHash: external})
	must(t, err)
	return r.ID
}

// finish takes a call through all steps as the pipeline does.
func (w *world) finish(t *testing.T, tenantID, requestID string, transcript *request.Transcript, analysis *request.Analysis) {
	t.Helper()
	scope, ctx := w.store.ForTenant(tenantID), t.Context()
	w.step(t, tenantID, requestID, request.Received, func(*store.Claim) stage.Result { return stage.Result{Transcript: transcript} })
	w.step(t, tenantID, requestID, request.Transcribed, func(c *store.Claim) stage.Result {
		r := c.Request
		r.Intent, r.ProjectType, r.Timeline, r.Budget = analysis.Intent, analysis.ProjectType, analysis.Timeline, analysis.Budget.Signal
		r.LeadScore, r.ScoreBand, r.Summary = analysis.LeadScore, analysis.ScoreBand, analysis.Summary
		return stage.Result{Analysis: analysis}
	})
	w.step(t, tenantID, requestID, request.Analyzed, func(c *store.Claim) stage.Result {
		claims, err := c.PlanDeliveries(ctx, []store.Plan{{Destination: "hubspot", Connector: "hubspot"}}, time.Minute)
		must(t, err)
		must(t, claims[0].Write(ctx, request.LedgerEntry{Step: "contact", RemoteID: "101", Outcome: "created", At: time.Now()}))
		must(t, claims[0].Settle(ctx, store.Settlement{State: request.DeliveryDone, Outcome: "created"}, request.Event{Step: "push", Name: "delivered"}))
		return stage.Result{}
	})
	w.step(t, tenantID, requestID, request.Pushed, func(*store.Claim) stage.Result { return stage.Result{} })
	got, err := scope.Request(ctx, requestID)
	must(t, err)
	if got.Status != request.Completed {
		t.Fatalf("status: got %s, want completed", got.Status)
	}
}

func (w *world) step(t *testing.T, tenantID, requestID string, from request.Status, work func(*store.Claim) stage.Result) {
	t.Helper()
	claim, err := w.store.ForTenant(tenantID).Claim(t.Context(), stage.Wanted{
		RequestID: requestID, Run: w.run(t, tenantID, requestID), From: from, Lease: time.Minute, Limit: 3,
	})
	must(t, err)
	next := map[request.Status]request.Status{
		request.Received: request.Transcribed, request.Transcribed: request.Analyzed,
		request.Analyzed: request.Pushed, request.Pushed: request.Completed,
	}[from]
	event := request.Event{Step: string(from), Name: "done", Duration: 1500 * time.Millisecond}
	must(t, claim.Advance(t.Context(), next, work(claim), event))
}

func (w *world) run(t *testing.T, tenantID, requestID string) int64 {
	t.Helper()
	r, err := w.store.ForTenant(tenantID).Request(t.Context(), requestID)
	must(t, err)
	return r.Run
}

func requestsPath(tenantID string) string { return "/v1/tenants/" + tenantID + "/requests" }

func requestPath(tenantID, requestID string) string {
	return fmt.Sprintf("/v1/tenants/%s/requests/%s", tenantID, requestID)
}

// auditor keeps what is audited, or fails.
type auditor struct {
	api.Scope
	lines *[]string
	err   error
}

func (a *auditor) Audit(ctx context.Context, actor, action, target string) error {
	if a.err != nil {
		return a.err
	}
	*a.lines = append(*a.lines, actor+" "+action+" "+target)
	return a.Scope.Audit(ctx, actor, action, target)
}
