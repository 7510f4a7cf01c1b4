package push_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

const everything = `[{"name":"Hot","actions":{"callrail":{"tags":["hot"],"lead_status":"good_lead","value":"analysis.budget.max","note":"analysis.summary"}}}]`

// office is a CallRail account with one call, and what it tells us about changes.
type office struct {
	*sandbox.Server
	mu       sync.Mutex
	fail     int // the status of the next writes, 0: none fails
	lose     bool
	writes   int
	outcomes []request.Outcome // of the deliveries about changes
}

// newOffice connects the world to a CallRail account that holds the call CAL1.
func newOffice(t *testing.T, w *world) *office {
	t.Helper()
	o := &office{}
	web := httptest.NewUnstartedServer(http.HandlerFunc(o.serve))
	url := "http://" + web.Listener.Addr().String()
	var err error
	o.Server, err = sandbox.New(sandbox.Config{BaseURL: url, Companies: []sandbox.Company{
		{TenantID: "tenant_demo", ID: "12345", ResourceID: "COM1", AccountID: "ACC1", APIKey: "token", SigningKey: "k"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	web.Start()
	t.Cleanup(web.Close)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { o.told(t, w, r) }))
	t.Cleanup(hook.Close)
	if err := o.Register("tenant_demo", map[string]string{"updated_call_webhook": hook.URL + "/hook"}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.AddCall("tenant_demo", json.RawMessage(`{"resource_id":"CAL1","answered":true,"duration":60,"tags":["ads"]}`), nil); err != nil {
		t.Fatal(err)
	}
	w.tenant.Sources = []tenant.Source{{ID: "src_1", Kind: tenant.SourceCallRail, CompanyID: "12345", CompanyResourceID: "COM1", AccountID: "ACC1", APIKeySecret: "key"}}
	guarded := outbound.New(outbound.Options{AllowLoopback: true})
	w.pusher.CallRail, err = callrail.NewClient(callrail.Config{BaseURL: url, HTTP: guarded, Media: guarded, Now: w.Now})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// serve is the account's API, which fails as it is told.
func (o *office) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		o.Handler().ServeHTTP(w, r)
		return
	}
	o.mu.Lock()
	o.writes++
	fail, lose := o.fail, o.lose
	o.lose = false
	o.mu.Unlock()
	switch {
	case fail != 0:
		w.WriteHeader(fail)
	case lose: // it is done, but nobody hears of it
		o.Handler().ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	default:
		o.Handler().ServeHTTP(w, r)
	}
}

// told takes a delivery about a change as the webhook does.
func (o *office) told(t *testing.T, w *world, r *http.Request) {
	body, err := outbound.ReadAll(r.Body, 1<<20)
	if err != nil {
		t.Error(err)
		return
	}
	payload, err := callrail.Decode(body)
	if err != nil {
		t.Error(err)
		return
	}
	req, err := payload.Request(callrail.CallModified, "US")
	if err != nil {
		t.Error(err)
		return
	}
	req.TenantID, req.ID = "tenant_demo", request.ID("tenant_demo", req.Namespace, req.ExternalID)
	got, err := w.store.ForTenant("tenant_demo").Accept(r.Context(), request.Intake{
		Request: req, Body: body, BodyHash: string(body[:min(len(body), 60)]), Change: true, Changes: payload.Changes(),
	})
	if err != nil {
		t.Error(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.outcomes = append(o.outcomes, got.Outcome)
}

// call returns the call as the account holds it.
func (o *office) call(t *testing.T) map[string]any {
	t.Helper()
	for _, object := range o.Objects("tenant_demo") {
		if object.Type == "calls" {
			return object.Fields
		}
	}
	t.Fatal("the call is gone")
	return nil
}

func (o *office) setCall(t *testing.T, fields string) {
	t.Helper()
	if _, err := o.AddCall("tenant_demo", json.RawMessage(`{"resource_id":"CAL1","answered":true,"duration":60,`+fields+`}`), nil); err != nil {
		t.Fatal(err)
	}
}

// analyzedCall puts the call CAL1 into the store as far as push.
func (w *world) analyzedCall(t *testing.T, isLead bool) string {
	t.Helper()
	scope := w.store.ForTenant("tenant_demo")
	id := request.ID("tenant_demo", request.NamespaceCall, "CAL1")
	_, err := scope.Accept(t.Context(), request.Intake{BodyHash: "first", Request: &request.Request{
		TenantID: "tenant_demo", ID: id, Kind: request.Call, Namespace: request.NamespaceCall, ExternalID: "CAL1", SourceID: "src_1",
		Caller: request.Caller{Phone: "+13035550142"}, Details: request.Details{Tags: []string{"ads"}, DurationS: 60, Answered: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	high := int64(40000)
	w.advance(t, id, request.Received, request.Transcribed, stage.Result{Transcript: &request.Transcript{Origin: request.OriginNone}})
	w.advance(t, id, request.Transcribed, request.Analyzed, stage.Result{
		Analysis: &request.Analysis{IsLead: isLead, Summary: "Wants a kitchen.", Budget: request.Budget{Max: &high}},
	})
	return id
}

func (w *world) advance(t *testing.T, id string, from, to request.Status, result stage.Result) {
	t.Helper()
	claim, err := w.store.ForTenant("tenant_demo").Claim(t.Context(), stage.Wanted{RequestID: id, Run: 1, From: from, Lease: time.Minute, Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if err := claim.Advance(t.Context(), to, result, request.Event{Step: "test", Name: "done"}); err != nil {
		t.Fatal(err)
	}
}

func (w *world) due(t *testing.T, id string) request.Delivery {
	t.Helper()
	w.Advance(2 * time.Hour)
	if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "callrail"); err != nil {
		t.Fatal(err)
	}
	return w.delivery(t, id, "callrail")
}

func TestTheCallIsWrittenOnOnceAndOurOwnChangeIsNoNews(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	o := newOffice(t, w)
	w.rules(t, everything)
	id := w.analyzedCall(t, false)
	w.push(t, id)
	w.push(t, id)
	o.Wait()
	got := o.call(t)
	if diff := cmp.Diff([]any{"ads", "hot"}, got["tags"]); diff != "" || got["note"] != "Wants a kitchen." || got["value"] != "40000.00" || got["lead_status"] != "good_lead" {
		t.Errorf("the call is %v %s", got, diff)
	}
	if d := w.delivery(t, id, "callrail"); d.State != request.DeliveryDone || d.Outcome != "updated" || o.writes != 1 {
		t.Errorf("delivery %s, outcome %q, %d writes", d.State, d.Outcome, o.writes)
	}
	if diff := cmp.Diff([]request.Outcome{request.Ignored}, o.outcomes); diff != "" {
		t.Error(diff)
	}
	r := w.request(t, id)
	if r.CRMState != request.CRMNone || r.Details.Note != "" || r.Status != request.Pushed {
		t.Errorf("CRM state %s, note %q, status %s", r.CRMState, r.Details.Note, r.Status)
	}
}

func TestWhatPeopleWroteOnTheCallStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := newOffice(t, w)
	o.setCall(t, `"tags":["HOT"],"note":"Sold!","value":"$9.00","lead_status":"not_a_lead"`)
	w.rules(t, everything)
	id := w.analyzedCall(t, true)
	w.push(t, id)
	d := w.delivery(t, id, "callrail")
	want := []string{
		"The call has a note already. It was left as it is.", "The call has a value already. It was left as it is.",
		"The call has a lead status already. It was left as it is.",
	}
	if diff := cmp.Diff(want, d.Warnings); diff != "" || d.State != request.DeliveryDone || o.writes != 0 {
		t.Errorf("%s, %d writes %s", d.State, o.writes, diff)
	}
}

func TestALostAnswerIsNotWrittenTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := newOffice(t, w)
	o.lose = true
	w.rules(t, everything)
	id := w.analyzedCall(t, true)
	w.push(t, id)
	o.Wait()
	if d := w.delivery(t, id, "callrail"); d.State != request.DeliveryPending {
		t.Errorf("after the lost answer: %s", d.State)
	}
	if d := w.due(t, id); d.State != request.DeliveryDone || o.writes != 1 {
		t.Errorf("then: %s, %d writes", d.State, o.writes)
	}
	if !slices.Equal(o.outcomes, []request.Outcome{request.Ignored}) {
		t.Errorf("our change was %v", o.outcomes)
	}
}

func TestTroubleWithCallRailIsTriedAgainOrParked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(*world, *office)
		want  request.DeliveryState
		says  string
	}{
		"down":               {func(_ *world, o *office) { o.fail = http.StatusInternalServerError }, request.DeliveryPending, ""},
		"rate limited":       {func(_ *world, o *office) { o.fail = http.StatusTooManyRequests }, request.DeliveryPending, "slow down"},
		"refused":            {func(_ *world, o *office) { o.fail = http.StatusBadRequest }, request.DeliveryParked, "refused the change"},
		"key withdrawn":      {func(_ *world, o *office) { o.fail = http.StatusForbidden }, request.DeliveryParked, "credentials"},
		"call gone":          {func(_ *world, o *office) { o.Reset() }, request.DeliveryParked, "does not show the call"},
		"no API key":         {func(w *world, _ *office) { w.tenant.Sources[0].APIKeySecret = "" }, request.DeliveryParked, "no API key"},
		"no client":          {func(w *world, _ *office) { w.pusher.CallRail = nil }, request.DeliveryParked, "no API key"},
		"company of another": {func(w *world, _ *office) { w.tenant.Sources[0].CompanyResourceID = "COM2" }, request.DeliveryParked, "refused the change"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			o := newOffice(t, w)
			w.rules(t, everything)
			id := w.analyzedCall(t, true)
			test.spoil(w, o)
			w.push(t, id)
			d := w.delivery(t, id, "callrail")
			if d.State != test.want || !strings.Contains(d.Error, test.says) {
				t.Errorf("got %s: %s", d.State, d.Error)
			}
			if r := w.request(t, id); r.Status != request.Pushed || r.CRMState != request.CRMNone {
				t.Errorf("request %s, CRM %s", r.Status, r.CRMState)
			}
		})
	}
}

func TestARuleThatIsGoneWritesNothingAnyMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := newOffice(t, w)
	o.fail = http.StatusInternalServerError
	w.rules(t, everything)
	id := w.analyzedCall(t, true)
	w.push(t, id)
	o.fail = 0
	w.rules(t, `[]`)
	if d := w.due(t, id); d.State != request.DeliveryDone || o.writes != 1 {
		t.Errorf("%s, %d writes", d.State, o.writes)
	}
}
