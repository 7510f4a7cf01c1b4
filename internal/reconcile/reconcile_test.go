package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// tracker is a CallRail account that answers lists by the real client's parser.
type tracker struct {
	calls  []string // JSON of each
	asked  []url.Values
	state  string
	status int             // of every answer; 0: 200
	busy   map[string]bool // paths whose first request comes above the rate limit
	oldest time.Time       // what it does not answer for is older; zero: it answers for everything
}

func (k *tracker) client(t *testing.T) *callrail.Client {
	t.Helper()
	served := httptest.NewServer(http.HandlerFunc(k.serve))
	t.Cleanup(served.Close)
	c, err := callrail.NewClient(callrail.Config{BaseURL: served.URL, HTTP: served.Client(), Media: served.Client()})
	must(t, err)
	return c
}

func (k *tracker) serve(w http.ResponseWriter, r *http.Request) {
	if k.status != 0 {
		w.WriteHeader(k.status)
		return
	}
	if k.busy[r.URL.Path] {
		delete(k.busy, r.URL.Path)
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	switch r.URL.Path {
	case "/v3/a/ACC1/calls.json":
		k.asked = append(k.asked, r.URL.Query())
		if from, err := time.Parse("2006-01-02T15:04", r.URL.Query().Get("start_date")); err != nil || from.Before(k.oldest) {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		body := ""
		if page <= len(k.calls) { // one call to a page
			body = k.calls[page-1]
		}
		fmt.Fprintf(w, `{"total_pages":%d,"total_records":%d,"calls":[%s]}`, len(k.calls), len(k.calls), body)
	case "/v3/a/ACC1/form_submissions.json":
		fmt.Fprint(w, `{"total_pages":1,"total_records":1,"form_submissions":[
			{"id":"FOR0001","company_id":"COM1","customer_email":"jane@example.com","form_data":{"message":"New deck"}}]}`)
	case "/v3/a/ACC1/integrations.json":
		fmt.Fprintf(w, `{"integrations":[{"id":1,"type":"Webhooks","state":%q}]}`, k.state)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func callJSON(id, more string) string {
	return fmt.Sprintf(`{"id":%q,"company_id":"COM1","call_type":"answered","answered":true,"duration":60,"recording_duration":"58",
		"direction":"inbound","customer_phone_number":"+13035550142"%s}`, id, more)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type secrets map[string]string

func (s secrets) Get(_ context.Context, name string) (string, error) { return s[name], nil }

type announcer struct{ got []string }

func (a *announcer) Announce(_ context.Context, status request.Status, _, requestID string, _ int64) error {
	a.got = append(a.got, string(status)+" "+requestID)
	return nil
}

// directory holds one tenant.
type directory struct{ owner *tenant.Tenant }

func (d directory) All() []*tenant.Tenant { return []*tenant.Tenant{d.owner} }

func (d directory) Tenant(context.Context, string) (*tenant.Tenant, error) { return d.owner, nil }

// scene is a tenant with a source, a store and a call tracker.
type scene struct {
	*tracker
	store     *store.Store
	owner     *tenant.Tenant
	announced *announcer
	taker     *reconcile.Taker
	poller    *reconcile.Poller
}

func newScene(t *testing.T, k *tracker) *scene {
	t.Helper()
	s := &scene{tracker: k, store: storetest.New(t), announced: &announcer{}, owner: &tenant.Tenant{
		ID: "tenant_a", Name: "A", Status: tenant.Active, TimeZone: "UTC", Region: "US",
		Sources: []tenant.Source{{
			ID: "callrail", Kind: tenant.SourceCallRail, Status: tenant.Active, AccountID: "ACC1",
			CompanyID: "1", CompanyResourceID: "COM1", APIKeySecret: "key",
		}},
	}}
	must(t, s.store.Operator().PutTenant(t.Context(), "test", *s.owner))
	s.taker = &reconcile.Taker{
		CallRail: k.client(t), Secrets: secrets{"key": "k"}, Announcer: s.announced, Now: func() time.Time { return noon },
		Store: func(id string) reconcile.Store { return s.store.ForTenant(id) },
	}
	s.poller = &reconcile.Poller{
		Config: reconcile.Config{Every: 15 * time.Minute, Settle: 10 * time.Minute, Overlap: time.Hour, First: 24 * time.Hour, Longest: 720 * time.Hour},
		Taker:  s.taker, Tenants: directory{s.owner}, Counts: s.store.Operator(),
	}
	return s
}

func (s *scene) request(t *testing.T, namespace, external string) *request.Request {
	t.Helper()
	r, err := s.store.ForTenant("tenant_a").Request(t.Context(), request.ID("tenant_a", namespace, external))
	must(t, err)
	return r
}

func TestWhatWasNeverDeliveredIsTakenInOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t, &tracker{state: "active", calls: []string{
		callJSON("CAL1", ""), callJSON("CAL2", `,"direction":"outbound"`), callJSON("CAL3", `,"call_type":"in_progress"`), callJSON("CAL4", ""),
	}})
	_, err := s.store.ForTenant("tenant_a").Accept(t.Context(), request.Intake{Request: &request.Request{
		TenantID: "tenant_a", ID: request.ID("tenant_a", request.NamespaceCall, "CAL4"), Kind: request.Call,
		Namespace: request.NamespaceCall, ExternalID: "CAL4", Caller: request.Caller{Name: "Delivered"},
	}})
	must(t, err)

	must(t, s.poller.Poll(t.Context()))
	if got := s.request(t, request.NamespaceCall, "CAL1"); got.Status != request.Received || got.SourceID != "callrail" || !got.Details.HasRecording {
		t.Errorf("the missing call: %+v", got)
	}
	if got := s.request(t, request.NamespaceForm, "FRM0001"); got.Caller.Email != "jane@example.com" {
		t.Errorf("the missing form: %+v", got)
	}
	if got := s.request(t, request.NamespaceCall, "CAL4"); got.Caller.Name != "Delivered" {
		t.Errorf("the delivered call was overwritten: %+v", got)
	}
	if len(s.announced.got) != 2 {
		t.Errorf("announced %v, want the call and the form", s.announced.got)
	}
	state, err := s.store.ForTenant("tenant_a").SourceState(t.Context(), "callrail")
	must(t, err)
	if want := (tenant.SourceState{PolledUntil: noon.Add(-10 * time.Minute), PolledAt: noon, Webhooks: "active"}); !cmp.Equal(want, state) {
		t.Error(cmp.Diff(want, state))
	}

	must(t, s.poller.Poll(t.Context())) // its turn has not come again
	if len(s.asked) != 4 {
		t.Errorf("asked for %d pages, want 4", len(s.asked))
	}
	s.taker.Now = func() time.Time { return noon.Add(20 * time.Minute) }
	must(t, s.poller.Poll(t.Context()))
	if from := s.asked[4].Get("start_date"); from != "2026-03-02T10:50" {
		t.Errorf("asked again from %s, want an hour before the last end", from)
	}
	if len(s.announced.got) != 2 {
		t.Errorf("announced again: %v", s.announced.got)
	}
}

// A poll that gave up at the rate limit would begin with the same calls again and again, and never
// come to the forms.
func TestAPollWaitsForItsAccountsTurn(t *testing.T) {
	t.Parallel()
	s := newScene(t, &tracker{state: "disabled", busy: map[string]bool{
		"/v3/a/ACC1/calls.json": true, "/v3/a/ACC1/form_submissions.json": true, "/v3/a/ACC1/integrations.json": true,
	}})
	must(t, s.poller.Poll(t.Context()))
	s.request(t, request.NamespaceForm, "FRM0001")
	state, err := s.store.ForTenant("tenant_a").SourceState(t.Context(), "callrail")
	must(t, err)
	if state.PolledUntil.IsZero() || state.Webhooks != "disabled" {
		t.Errorf("the poll did not come to its end: %+v", state)
	}
}

// An account's rate may not be enough for all its sources: none of them is always the last.
func TestWhoWaitsLongestIsAskedFirst(t *testing.T) {
	t.Parallel()
	s := newScene(t, &tracker{state: "active"})
	for n, ago := range map[string]time.Duration{"lately": 20 * time.Minute, "long": 3 * time.Hour, "hour": time.Hour} {
		s.owner.Sources = append(s.owner.Sources, tenant.Source{
			ID: n, Kind: tenant.SourceCallRail, Status: tenant.Active, AccountID: "ACC1", CompanyResourceID: "COM" + n, APIKeySecret: "key",
		})
		must(t, s.store.ForTenant("tenant_a").PutSourceState(t.Context(), n, tenant.SourceState{PolledAt: noon.Add(-ago)}))
	}
	must(t, s.poller.Poll(t.Context()))
	var order []string
	for _, asked := range s.asked {
		order = append(order, asked.Get("company_id"))
	}
	if want := []string{"COM1", "COMlong", "COMhour", "COMlately"}; !cmp.Equal(want, order) {
		t.Error(cmp.Diff(want, order))
	}
}

func TestASourceThatCannotBeAskedSaysWhy(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]tenant.SourceState{
		http.StatusUnauthorized: {PolledAt: noon, Problem: "CallRail does not accept the API key."},
		http.StatusBadGateway:   {PolledAt: noon},
	} {
		s := newScene(t, &tracker{status: status})
		must(t, s.poller.Poll(t.Context()))
		got, err := s.store.ForTenant("tenant_a").SourceState(t.Context(), "callrail")
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("status %d: %s", status, diff)
		}
	}
}

// run does a job's pieces until it is done, dying before every other save.
func run(t *testing.T, importer *reconcile.Importer, j *job.Job) (pieces int) {
	t.Helper()
	for {
		piece, err := importer.Work(t.Context(), j)
		must(t, err)
		if pieces++; pieces%2 == 1 {
			continue // the piece is done again
		}
		j.Progress, j.Report = encode(t, piece.Progress), encode(t, piece.Report)
		if piece.Done {
			return pieces
		}
	}
}

func TestHistoryIsBroughtInSilentlyAndOnceAfterCrashes(t *testing.T) {
	t.Parallel()
	s := newScene(t, &tracker{calls: []string{callJSON("CAL1", ""), callJSON("CAL2", ""), callJSON("CAL3", `,"recording_duration":""`)}})
	importer := &reconcile.Importer{Taker: s.taker, Tenants: directory{s.owner}, PerMinute: 60}
	order := reconcile.Order{SourceID: "callrail", From: noon.AddDate(0, -1, 0), To: noon, Batch: true}

	estimate, err := importer.Estimate(t.Context(), s.owner, order)
	must(t, err)
	if want := (reconcile.Estimate{Calls: 3, Recorded: 2, Seconds: 120, Takes: 3 * time.Second}); estimate != want {
		t.Errorf("estimate: got %+v, want %+v", estimate, want)
	}
	input, err := order.Input()
	must(t, err)
	j := &job.Job{TenantID: "tenant_a", ID: "job_1", Kind: job.Import, Input: input, Actor: "ann", CreatedAt: noon}
	run(t, importer, j)
	var report reconcile.ImportReport
	must(t, job.Decode(j.Report, &report))
	if report.Listed != 3 || report.Looked != 3 {
		t.Errorf("report: got %+v", report)
	}
	for _, id := range []string{"CAL1", "CAL2", "CAL3"} {
		want := request.Handling{Silent: true, NoCRM: true, Batch: true, JobID: "job_1", Actor: "ann"}
		if diff := cmp.Diff(want, s.request(t, request.NamespaceCall, id).Handling); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
	if len(s.announced.got) != 3 {
		t.Errorf("announced %v, want each once", s.announced.got)
	}
	left, err := importer.Estimate(t.Context(), s.owner, order)
	if err != nil || left.Calls != 0 {
		t.Errorf("left to import: %+v, %v", left, err)
	}
}

func TestAnEstimateSaysWhatKeepsItFromAsking(t *testing.T) {
	t.Parallel()
	s := newScene(t, &tracker{status: http.StatusForbidden})
	importer := &reconcile.Importer{Taker: s.taker, Tenants: directory{s.owner}}
	for _, id := range []string{"callrail", "nobody"} {
		_, err := importer.Estimate(t.Context(), s.owner, reconcile.Order{SourceID: id, From: noon.AddDate(0, -1, 0), To: noon})
		var why *reconcile.AccessError
		if !errors.As(err, &why) {
			t.Errorf("%s: got %v", id, err)
		}
	}
}

func encode(t *testing.T, v any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(v)
	must(t, err)
	return raw
}
