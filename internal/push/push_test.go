package push_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/push"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// fakeCRM is a CRM with three kinds of record, whose steps can be made to fail.
type fakeCRM struct {
	mu      sync.Mutex
	created map[string]int // by step
	updated map[string]int
	fail    map[string]error // by step, once
}

func newFakeCRM() *fakeCRM {
	return &fakeCRM{created: map[string]int{}, updated: map[string]int{}, fail: map[string]error{}}
}

func (f *fakeCRM) factory(crm.Settings, *http.Client) (crm.Connector, error) { return f, nil }
func (f *fakeCRM) Link(map[string]request.LedgerEntry) string                { return "https://crm.example.com/1" }
func (f *fakeCRM) Test(context.Context) error                                { return nil }

func (f *fakeCRM) Steps() []crm.Step {
	var steps []crm.Step
	for _, name := range []string{crm.StepContact, crm.StepDeal, crm.StepCall} {
		steps = append(steps, crm.Step{
			Name: name,
			Find: func(context.Context, crm.State) (string, error) { return "", nil },
			Do:   func(_ context.Context, s crm.State) (crm.Record, error) { return f.do(name, s.Current) },
		})
	}
	return steps
}

func (f *fakeCRM) do(step, current string) (crm.Record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.fail[step]; err != nil {
		delete(f.fail, step)
		return crm.Record{}, err
	}
	if current != "" {
		f.updated[step]++
		return crm.Record{ID: current, Outcome: crm.Updated}, nil
	}
	f.created[step]++
	return crm.Record{ID: fmt.Sprintf("%s-%d", step, f.created[step]), Outcome: crm.Created}, nil
}

// secrets knows every secret.
type secrets struct{}

func (secrets) Get(context.Context, string) (string, error) { return "token", nil }

// world is a store with a tenant and a push step in front of fake CRMs.
type world struct {
	store  *store.Store
	tenant *tenant.Tenant
	runner *stage.Runner
	pusher *push.Worker
	crms   map[string]*fakeCRM
	outage storetest.Outage
	mu     sync.Mutex
	now    time.Time
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) Advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) Tenant(context.Context, string) (*tenant.Tenant, error) { return w.tenant, nil }

func (w *world) Announce(context.Context, request.Status, string, string, int64) error { return nil }

func newWorld(t *testing.T, kinds ...string) *world {
	t.Helper()
	w := &world{crms: map[string]*fakeCRM{}, now: time.Now()}
	w.store = storetest.New(t, store.WithClock(w.Now), w.outage.Option())
	w.tenant = &tenant.Tenant{ID: "tenant_demo", Name: "Demo", Status: tenant.Active, TimeZone: "UTC", Region: "US"}
	connectors := map[string]crm.Factory{}
	for _, kind := range kinds {
		w.crms[kind] = newFakeCRM()
		connectors[kind] = w.crms[kind].factory
		w.tenant.Integrations = append(w.tenant.Integrations, tenant.Integration{ID: kind, Kind: kind, Status: tenant.Active, Secret: "s"})
	}
	if err := w.store.Operator().PutTenant(t.Context(), "test", *w.tenant); err != nil {
		t.Fatal(err)
	}
	var err error
	w.pusher, err = push.New(
		push.Config{Lease: time.Minute, Attempts: 5, Backoff: time.Second, Longest: time.Minute},
		push.Deps{Store: w.store, Tenants: w, Secrets: secrets{}, Connectors: connectors, HTTP: http.DefaultClient, Now: w.Now},
	)
	if err != nil {
		t.Fatal(err)
	}
	w.runner = &stage.Runner{
		Name: "push", From: request.Analyzed, To: request.Pushed, Worker: w.pusher, Tenants: w, Next: w, Now: w.Now,
		Config: stage.Config{Lease: time.Minute, Attempts: 5, Backoff: time.Second, Longest: time.Minute},
		Claim: func(ctx context.Context, id string, want stage.Wanted) (stage.Claim, error) {
			claim, err := w.store.ForTenant(id).Claim(ctx, want)
			if err != nil {
				return nil, err
			}
			return claim, nil
		},
	}
	return w
}

// analyzed puts a request into the store that has come as far as push.
func (w *world) analyzed(t *testing.T, external string, isLead bool) string {
	t.Helper()
	scope := w.store.ForTenant("tenant_demo")
	id := request.ID("tenant_demo", request.NamespaceForm, external)
	_, err := scope.Accept(t.Context(), request.Intake{BodyHash: external, Request: &request.Request{
		TenantID: "tenant_demo", ID: id, Kind: request.Form, Namespace: request.NamespaceForm, ExternalID: external,
		Caller: request.Caller{Name: "Dana Example", Phone: "+13035550142", Email: "dana@example.com"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	claim, err := scope.Claim(t.Context(), stage.Wanted{RequestID: id, Run: 1, From: request.Transcribed, Lease: time.Minute, Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	result := stage.Result{Analysis: &request.Analysis{IsLead: isLead, Analyzer: request.AnalyzerRules}}
	if err := claim.Advance(t.Context(), request.Analyzed, result, request.Event{Step: "analyze", Name: "done"}); err != nil {
		t.Fatal(err)
	}
	return id
}

func (w *world) push(t *testing.T, id string) {
	t.Helper()
	if err := w.runner.Handle(t.Context(), "tenant_demo", id, 1); err != nil {
		t.Fatal(err)
	}
}

func (w *world) states(t *testing.T, id string) map[string]request.DeliveryState {
	t.Helper()
	all, err := w.store.ForTenant("tenant_demo").Deliveries(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]request.DeliveryState{}
	for _, d := range all {
		states[d.Destination] = d.State
	}
	return states
}

func (w *world) request(t *testing.T, id string) *request.Request {
	t.Helper()
	r, err := w.store.ForTenant("tenant_demo").Request(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestALeadReachesEveryDestinationOnceHoweverOftenItIsAnnounced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot", "custom")
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	w.push(t, id)
	want := map[string]int{crm.StepContact: 1, crm.StepDeal: 1, crm.StepCall: 1}
	for kind, fake := range w.crms {
		if diff := cmp.Diff(want, fake.created); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
	if r := w.request(t, id); r.Status != request.Pushed || r.CRMState != request.CRMDone {
		t.Errorf("got %s, CRM %s", r.Status, r.CRMState)
	}
}

func TestOneCRMThatIsDownDelaysOnlyItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot", "custom")
	w.crms["custom"].fail[crm.StepDeal] = &crm.Error{Fault: crm.Transient, Op: "create deal", Status: 503}
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	want := map[string]request.DeliveryState{"hubspot": request.DeliveryDone, "custom": request.DeliveryPending}
	if diff := cmp.Diff(want, w.states(t, id)); diff != "" {
		t.Error(diff)
	}
	if r := w.request(t, id); r.Status != request.Pushed || r.CRMState != request.CRMPending {
		t.Errorf("got %s, CRM %s", r.Status, r.CRMState)
	}
	if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "custom"); err != nil {
		t.Fatal(err)
	}
	if got := w.states(t, id)["custom"]; got != request.DeliveryPending {
		t.Errorf("before its time: got %s", got)
	}
	w.Advance(time.Hour)
	if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "custom"); err != nil {
		t.Fatal(err)
	}
	if got := w.states(t, id)["custom"]; got != request.DeliveryDone {
		t.Errorf("when due: got %s", got)
	}
	if got := w.crms["custom"].created[crm.StepContact]; got != 1 {
		t.Errorf("contacts after the retry: got %d, want 1", got)
	}
	if r := w.request(t, id); r.CRMState != request.CRMDone {
		t.Errorf("CRM state: got %s", r.CRMState)
	}
}

func TestWhatSomebodyMustPutRightIsParkedWithTheCRMsWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.crms["hubspot"].fail[crm.StepDeal] = &crm.Error{Fault: crm.Invalid, Op: "create deal", Message: "stage is missing", Fields: []string{"dealstage"}}
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	all, err := w.store.ForTenant("tenant_demo").Deliveries(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if all[0].State != request.DeliveryParked || all[0].Error == "" || !all[0].DueAt.IsZero() {
		t.Errorf("got %+v", all[0])
	}
}

func TestWhatIsNoLeadIsSkipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	id := w.analyzed(t, "FRM1", false)
	w.push(t, id)
	if got := w.states(t, id)["hubspot"]; got != request.DeliverySkipped {
		t.Errorf("got %s", got)
	}
	if n := w.crms["hubspot"].created[crm.StepContact]; n != 0 {
		t.Errorf("%d contacts made", n)
	}
}

func TestTwoCallsOfOnePersonAtOnceMakeOneContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.pusher.Config.BusyWait = time.Hour
	var ids []string
	for i := range 4 {
		ids = append(ids, w.analyzed(t, fmt.Sprintf("FRM%d", i), true))
	}
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			if err := w.runner.Handle(t.Context(), "tenant_demo", id, 1); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := w.crms["hubspot"].created; got[crm.StepContact] != 1 || got[crm.StepDeal] != 4 {
		t.Errorf("got %v, want one contact and four deals", got)
	}
}

func TestADeliveryFailsAfterTheLimitOfAttempts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	id := w.analyzed(t, "FRM1", true)
	for attempt := int64(1); attempt <= w.pusher.Config.Attempts; attempt++ {
		w.crms["hubspot"].fail[crm.StepContact] = errors.New("connection refused")
		if attempt == 1 {
			w.push(t, id)
		} else {
			w.Advance(time.Hour)
			w.handleDue(t, id, "hubspot")
		}
		want := request.DeliveryPending
		if attempt == w.pusher.Config.Attempts {
			want = request.DeliveryFailed
		}
		if got := w.states(t, id)["hubspot"]; got != want {
			t.Errorf("after attempt %d: got %s, want %s", attempt, got, want)
		}
	}
}

// A CRM that says when to come again is taken at its word, except that what fails is not tried
// sooner than it would be without that word.
func TestWhenADeliveryIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault    crm.Fault
		in       time.Duration // the CRM's word; 0: none
		from, to time.Duration
	}{
		"it fails, without a word":      {crm.Transient, 0, time.Second / 2, time.Second},
		"it fails, too soon":            {crm.Transient, time.Millisecond, time.Second / 2, time.Second},
		"it fails, later":               {crm.Transient, time.Hour, time.Hour, time.Hour},
		"its limit is reached, briefly": {crm.RateLimited, time.Millisecond, time.Millisecond, time.Millisecond},
		"its limit is reached, long":    {crm.RateLimited, time.Hour, time.Hour, time.Hour},
	} {
		w := newWorld(t, "hubspot")
		fault := &crm.Error{Fault: test.fault, Op: "create contact"}
		if test.in > 0 {
			fault.RetryAt = w.Now().Add(test.in)
		}
		w.crms["hubspot"].fail[crm.StepContact] = fault
		id := w.analyzed(t, "FRM1", true)
		w.push(t, id)
		if got := w.delivery(t, id, "hubspot").DueAt.Sub(w.Now()).Round(time.Millisecond); got < test.from || got > test.to {
			t.Errorf("%s: tried again after %v, want %v to %v", name, got, test.from, test.to)
		}
	}
}

func TestACRMThatNeverAnswersIsAskedLessAndLess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	id := w.analyzed(t, "FRM1", true)
	var waits []time.Duration
	for i := range 3 {
		w.crms["hubspot"].fail[crm.StepContact] = &crm.Error{Fault: crm.Ambiguous, Op: "create contact"}
		if i == 0 {
			w.push(t, id)
		} else if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "hubspot"); err != nil {
			t.Fatal(err)
		}
		all, err := w.store.ForTenant("tenant_demo").Deliveries(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if got := all[0].Attempts; got != int64(i+1) {
			t.Fatalf("attempts: got %d, want %d", got, i+1)
		}
		waits = append(waits, all[0].DueAt.Sub(w.Now()))
		w.Advance(time.Hour)
	}
	if waits[0] <= 0 || waits[2] <= waits[0] {
		t.Errorf("waits %v do not grow", waits)
	}
}

func TestAParkedDeliveryGoesOutOnceItIsRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	scope := w.store.ForTenant("tenant_demo")
	w.crms["hubspot"].fail[crm.StepDeal] = &crm.Error{Fault: crm.Invalid, Op: "create deal", Fields: []string{"dealstage"}}
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	if n, err := scope.RetryDeliveries(t.Context(), "test", "hubspot"); n != 1 || err != nil {
		t.Fatalf("retried %d, %v", n, err)
	}
	due, err := w.store.Operator().TakeDue(t.Context(), 10)
	if err != nil || len(due) != 1 || due[0].Destination != "hubspot" {
		t.Fatalf("due %+v, %v", due, err)
	}
	if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "hubspot"); err != nil {
		t.Fatal(err)
	}
	if got := w.states(t, id)["hubspot"]; got != request.DeliveryDone {
		t.Errorf("got %s", got)
	}
	if got := w.crms["hubspot"].created; got[crm.StepContact] != 1 || got[crm.StepDeal] != 1 {
		t.Errorf("created %v, want one of each", got)
	}
	if n, err := scope.RetryDeliveries(t.Context(), "test", "hubspot"); n != 0 || err != nil {
		t.Errorf("a delivery that is done was retried: %d, %v", n, err)
	}
}
