package api_test

import (
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
	url    string
	issuer *oidc.Issuer
	store  *store.Store
}

// newWorld serves the API for two tenants. Scopes pass through wrap, if there is one.
func newWorld(t *testing.T, wrap func(api.Scope) api.Scope) *world {
	t.Helper()
	w := &world{store: storetest.New(t), issuer: newIssuer(t)}
	for _, id := range []string{demo, other} {
		must(t, w.store.Operator().PutTenant(t.Context(), "test", tenant.Tenant{
			ID: id, Name: id, Status: tenant.Active, TimeZone: "UTC", Region: "US",
		}))
	}
	directory := tenant.NewDirectory(w.store.Operator(), tenant.Options{Interval: time.Minute})
	must(t, directory.Refresh(t.Context()))
	handler, err := api.New(t.Context(), api.Config{Access: access.Config{Issuers: access.Issuers{{
		Issuer: w.issuer.URL(), JWKSURL: w.issuer.KeysURL(), Audience: audience,
		Tenants: []string{access.AnyTenant}, MaxRole: access.PlatformAdmin,
	}}}}, api.Deps{
		Tenants: directory, Health: server.Health("api"), Now: time.Now,
		Scope: func(id string) api.Scope {
			if wrap == nil {
				return w.store.ForTenant(id)
			}
			return wrap(w.store.ForTenant(id))
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
	resp, err := http.DefaultClient.Do(r)
	must(t, err)
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	must(t, resp.Body.Close())
	got := reply{status: resp.StatusCode, header: resp.Header, body: body}
	checkAgainstDocument(t, r, got)
	return got
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
		RequestID: requestID, Run: 1, From: from, Lease: time.Minute, Limit: 3,
	})
	must(t, err)
	next := map[request.Status]request.Status{
		request.Received: request.Transcribed, request.Transcribed: request.Analyzed,
		request.Analyzed: request.Pushed, request.Pushed: request.Completed,
	}[from]
	event := request.Event{Step: string(from), Name: "done", Duration: 1500 * time.Millisecond}
	must(t, claim.Advance(t.Context(), next, work(claim), event))
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
