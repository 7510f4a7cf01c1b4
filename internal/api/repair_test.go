package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

func (d *ingestDeps) Publish(_ context.Context, name topic.Name, m topic.Message) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.announced = append(d.announced, strings.Join([]string{string(name), m.TenantID, m.RequestID, m.Destination}, " "))
	return d.deaf
}

func (d *ingestDeps) heard() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.announced
	d.announced = nil
	return all
}

// finished returns a world with a call that has come to its end.
func finished(t *testing.T) (w *world, id string) {
	t.Helper()
	w = newWorld(t, nil)
	id = w.call(t, demo, "CAL1")
	w.finish(t, demo, id, newTranscript("I would like a quote for my kitchen."), newAnalysis("Wants a quote for a kitchen."))
	return w, id
}

func (w *world) detail(t *testing.T, id string) api.RequestDetail {
	t.Helper()
	return decode[api.RequestDetail](t, w.get(t, requestPath(demo, id), w.token(t, access.TenantViewer, demo)))
}

func TestAnswersAreCorrectedAndTheAnalysersOwnKept(t *testing.T) {
	t.Parallel()
	w, id := finished(t)
	path := "/requests/" + id + "/corrections"
	body := `{"corrections":[{"field":"project_type","value":"bathroom"},{"field":"budget","value":{"signal":"low","min":null,"max":9000}},
		{"field":"customer.phone","value":"(303) 555-0188"},{"field":"customer.email","value":"Robin@Example.com"},{"field":"lead_score","value":64}]}`
	got := decode[api.CorrectionList](t, w.orders(t, http.MethodPost, path, body, http.StatusOK))
	type line struct{ Field, Value, Was string }
	text := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	var lines []line
	for _, c := range got.Corrections {
		lines = append(lines, line{c.Field, text(c.Value), text(c.Was)})
		if c.By != w.issuer.URL()+"#ann@example.com" || c.At.IsZero() {
			t.Errorf("%s: by %q at %s", c.Field, c.By, c.At)
		}
	}
	want := []line{
		{"budget", `{"max":9000,"min":null,"signal":"low"}`, `{"max":null,"min":40000,"signal":"high"}`},
		{"customer.email", `"robin@example.com"`, `""`}, {"customer.phone", `"+13035550188"`, `""`},
		{"lead_score", "64", "86"}, {"project_type", `"bathroom"`, `"kitchen"`},
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	d := w.detail(t, id)
	if d.Analysis.ProjectType != "bathroom" || *d.ProjectType != "bathroom" || *d.LeadScore != 64 || *d.ScoreBand != "warm" ||
		d.Caller.Phone != "+13035550188" || d.Caller.Email != "robin@example.com" || len(d.Corrections) != 5 || d.Status != request.Completed {
		t.Errorf("request: got %+v", d)
	}
	if all := w.ingest.heard(); len(all) != 0 {
		t.Errorf("announced though nothing should be pushed: %v", all)
	}
	if got := w.audited(t); got[len(got)-2] != "request.correct" {
		t.Errorf("audit log: %v", got)
	}
	w.orders(t, http.MethodDelete, path+"/project_type", "", http.StatusNoContent)
	w.orders(t, http.MethodDelete, path+"/project_type", "", http.StatusNotFound)
	if d := w.detail(t, id); d.Analysis.ProjectType != "kitchen" || len(d.Corrections) != 4 {
		t.Errorf("taken back: got %s, %d corrections", d.Analysis.ProjectType, len(d.Corrections))
	}
}

func TestACorrectionIsPushedOnDemand(t *testing.T) {
	t.Parallel()
	w, id := finished(t)
	w.orders(t, http.MethodPost, "/requests/"+id+"/corrections", `{"corrections":[{"field":"intent","value":"appointment"}],"push":true}`, http.StatusOK)
	if diff := cmp.Diff([]string{"analyzed tenant_demo " + id + " 2"}, w.ingest.heard()); diff != "" {
		t.Errorf("announced: %s", diff)
	}
	if d := w.detail(t, id); d.Status != request.Analyzed || d.Run != 2 {
		t.Errorf("request: %s, run %d", d.Status, d.Run)
	}
}

func TestCorrectionsThatCannotBeMadeNameTheirPlace(t *testing.T) {
	t.Parallel()
	w, id := finished(t)
	for body, want := range map[string]string{
		`{"corrections":[{"field":"intent","value":"buy"}]}`:                                                           "/corrections/0/value",
		`{"corrections":[{"field":"spam","value":false},{"field":"lead_score","value":"high"}]}`:                       "/corrections/1/value",
		`{"corrections":[{"field":"customer.phone","value":"555-0142"}]}`:                                              "/corrections/0/value",
		`{"corrections":[{"field":"customer.email","value":"robin"}]}`:                                                 "/corrections/0/value",
		`{"corrections":[{"field":"customer.email","value":7}]}`:                                                       "/corrections/0/value",
		`{"corrections":[{"field":"summary","value":"a"},{"field":"summary","value":"b"}]}`:                            "/corrections/1/field",
		`{"corrections":[{"field":"spam","value":true},{"field":"is_lead","value":true}]}`:                             "/corrections/0/value",
		`{"corrections":[{"field":"budget","value":{"signal":"high","min":2,"max":1}},{"field":"spam","value":true}]}`: "/corrections/0/value",
	} {
		got := w.order(t, http.MethodPost, "/requests/"+id+"/corrections", body)
		if p := decode[api.Problem](t, got); got.status != http.StatusBadRequest || p.Code != api.ProblemCodeInvalidRequest || p.Parameter != want {
			t.Errorf("%s: got %d %s, want %s", body, got.status, got.body, want)
		}
	}
	early := w.call(t, demo, "CAL2")
	w.orders(t, http.MethodPost, "/requests/"+early+"/corrections", `{"corrections":[{"field":"spam","value":true}]}`, http.StatusConflict)
	if d := w.detail(t, id); len(d.Corrections) != 0 {
		t.Errorf("something was corrected: %+v", d.Corrections)
	}
}

func TestARequestIsRepeatedFromAStep(t *testing.T) {
	t.Parallel()
	w, id := finished(t)
	path := "/requests/" + id + "/retry"
	w.orders(t, http.MethodPost, path, `{}`, http.StatusConflict) // it is completed: from where?
	got := decode[api.RequestState](t, w.orders(t, http.MethodPost, path, `{"from":"analyze"}`, http.StatusAccepted))
	if diff := cmp.Diff(api.RequestState{RequestID: id, Status: request.Transcribed, CrmState: request.CRMDone}, got); diff != "" {
		t.Error(diff)
	}
	w.ingest.deaf = context.DeadlineExceeded                                   // nobody hears it: the row is due all the same
	w.orders(t, http.MethodPost, path, `{"from":"push"}`, http.StatusConflict) // it would not be analysed
	w.orders(t, http.MethodPost, path, `{"from":"analyze"}`, http.StatusAccepted)
	want := []string{"transcribed tenant_demo " + id + " 2", "transcribed tenant_demo " + id + " 3"}
	if diff := cmp.Diff(want, w.ingest.heard()); diff != "" {
		t.Errorf("announced: %s", diff)
	}
	w.step(t, demo, id, request.Transcribed, func(*store.Claim) stage.Result {
		if p := decode[api.Problem](t, w.orders(t, http.MethodPost, path, `{"from":"push"}`, http.StatusConflict)); p.Code != api.ProblemCodeBusy {
			t.Errorf("while a step is at work: got %s", p.Code)
		}
		return stage.Result{Analysis: newAnalysis("a")}
	})
}

func TestDeliveriesThatEndedBadlyAreRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	must(t, w.store.Operator().PutTenant(t.Context(), "test", tenant.Tenant{
		ID: demo, Name: demo, Status: tenant.Active, TimeZone: "UTC", Region: "US",
		Integrations: []tenant.Integration{{ID: "hubspot", Kind: "hubspot", Status: tenant.Active}},
	}))
	must(t, w.directory.Refresh(t.Context()))
	id := w.call(t, demo, "CAL1")
	park := func() {
		claim, err := w.store.ForTenant(demo).ClaimDelivery(t.Context(), id, "hubspot", time.Minute, 5)
		must(t, err)
		must(t, claim.Settle(t.Context(), store.Settlement{State: request.DeliveryParked, Error: "a field is missing"}, request.Event{Step: "push", Name: "parked"}))
	}
	w.step(t, demo, id, request.Received, func(*store.Claim) stage.Result { return stage.Result{Transcript: newTranscript("a")} })
	w.step(t, demo, id, request.Transcribed, func(*store.Claim) stage.Result { return stage.Result{Analysis: newAnalysis("a")} })
	w.step(t, demo, id, request.Analyzed, func(c *store.Claim) stage.Result {
		claims, err := c.PlanDeliveries(t.Context(), []store.Plan{{Destination: "hubspot", Connector: "hubspot"}}, time.Minute)
		must(t, err)
		must(t, claims[0].Settle(t.Context(), store.Settlement{State: request.DeliveryPending}, request.Event{Step: "push", Name: "later"}))
		return stage.Result{}
	})
	one, all := "/requests/"+id+"/deliveries/hubspot/retry", "/integrations/hubspot/retry"
	w.orders(t, http.MethodPost, one, "", http.StatusConflict) // it is pending
	w.orders(t, http.MethodPost, "/requests/"+id+"/deliveries/custom/retry", "", http.StatusNotFound)
	park()
	got := decode[api.RequestState](t, w.orders(t, http.MethodPost, one, "", http.StatusAccepted))
	if got.CrmState != request.CRMPending || got.Status != request.Pushed {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff([]string{"delivery-due tenant_demo " + id + " hubspot"}, w.ingest.heard()); diff != "" {
		t.Errorf("announced: %s", diff)
	}
	park()
	if got := decode[api.Retried](t, w.orders(t, http.MethodPost, all, "", http.StatusOK)); got.Retried != 1 {
		t.Errorf("retried: got %d, want 1", got.Retried)
	}
	w.orders(t, http.MethodPost, "/integrations/custom/retry", "", http.StatusNotFound)
	want := []string{"delivery.retry", "deliveries.retry"}
	if got := w.audited(t); !cmp.Equal(want, got[len(got)-2:]) {
		t.Errorf("audit log: got %v", got)
	}
}
