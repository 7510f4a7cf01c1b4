package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const callRailSource = `{"kind":"callrail","name":"CallRail","company_id":"12345","company_resource_id":"COM1","account_id":"ACC1","api_key":"` + callRailKey + `"}`

func TestASourceIsCreatedReplacedAndDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	put := a.send(t, http.MethodPut, "/sources/call-rail", callRailSource, http.StatusOK)
	want := api.Source{
		SourceID: "call-rail", Kind: "callrail", Name: "CallRail", Status: tenant.Active, CompanyID: "12345", CompanyResourceID: "COM1",
		AccountID: "ACC1", HasAPIKey: true, SigningKeys: []string{}, FormKeys: []string{}, Origins: []string{},
		Problem: "There is no signing key: every delivery is refused. Connect the source, or add the key that CallRail shows.",
	}
	for _, kind := range []string{"post_call", "call_modified", "form_submission", "text_received"} {
		want.WebhookUrls = append(want.WebhookUrls, "https://hooks.example.com/v1/callrail/webhook/tenant_demo/"+kind)
	}
	if diff := cmp.Diff(want, decode[api.Source](t, put)); diff != "" {
		t.Errorf("source (-want +got):\n%s", diff)
	}
	if got := w.outside.secret(t, "tenant-tenant_demo-callrail_call_hrail"); got != callRailKey {
		t.Errorf("api key: kept %q", got)
	}
	tag := put.header.Get("ETag")
	must(t, w.store.Operator().AddCounts(t.Context(), []tenant.SourceCount{{
		TenantID: demo, SourceID: "call-rail", Outcome: "accepted", Reason: "post_call", Count: 1, LastAt: time.Now(),
	}}))
	got := a.send(t, http.MethodGet, "/sources/call-rail", "", http.StatusOK)
	if got.header.Get("ETag") != tag || decode[api.Source](t, got).LastDeliveryAt == nil {
		t.Errorf("a delivery changed the tag, or is not shown: %s", got.body)
	}

	renamed := strings.Replace(strings.Replace(callRailSource, `"name":"CallRail"`, `"name":"Tracker","status":"suspended"`, 1), `,"api_key":"`+callRailKey+`"`, "", 1)
	after := decode[api.Source](t, a.send(t, http.MethodPut, "/sources/call-rail", renamed, http.StatusOK, "If-Match", tag))
	if after.Name != "Tracker" || after.Status != tenant.Suspended || !after.HasAPIKey {
		t.Errorf("got %+v, want the key to stay", after)
	}
	a.send(t, http.MethodPut, "/sources/call-rail", renamed, http.StatusPreconditionFailed, "If-Match", tag)
	a.send(t, http.MethodPut, "/sources/another", renamed, http.StatusPreconditionFailed, "If-Match", "*")

	a.send(t, http.MethodDelete, "/sources/call-rail", "", http.StatusNoContent)
	a.send(t, http.MethodDelete, "/sources/call-rail", "", http.StatusNotFound)
	if page := decode[api.SourceList](t, a.send(t, http.MethodGet, "/sources", "", http.StatusOK)); len(page.Sources) > 0 {
		t.Errorf("got %+v", page)
	}
	if got := w.outside.secret(t, "tenant-tenant_demo-callrail_call_hrail"); got != "" {
		t.Error("the api key of a source that is gone was kept")
	}
	lines := []string{"secret.put tenant-tenant_demo-callrail_call_hrail", "source.put call-rail", "source.put call-rail", "source.delete call-rail"}
	if diff := cmp.Diff(lines, a.actions(t, 4)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

// What a revoked key kept from being written back to calls goes on when a new one is there.
func TestANewAPIKeyRetriesWhatWasParked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	a.send(t, http.MethodPut, "/sources/call-rail", callRailSource, http.StatusOK)
	id := w.call(t, demo, "CAL1")
	w.deliver(t, id, store.Plan{Destination: "callrail", Connector: "callrail"}, store.Settlement{State: request.DeliveryParked, Error: "refused"})
	a.send(t, http.MethodPut, "/sources/call-rail", callRailSource, http.StatusOK)
	deliveries, err := w.store.ForTenant(demo).Deliveries(t.Context(), id)
	must(t, err)
	if len(deliveries) != 1 || deliveries[0].State != request.DeliveryPending {
		t.Errorf("got %+v, want it due again", deliveries)
	}
}

func TestANewAPIKeyMakesUpForMissingWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	jobs := func() []api.Job {
		return decode[api.JobPage](t, a.send(t, http.MethodGet, "/jobs", "", http.StatusOK)).Jobs
	}
	a.send(t, http.MethodPut, "/sources/call-rail", callRailSource, http.StatusOK)
	a.send(t, http.MethodPut, "/sources/call-rail", strings.Replace(callRailSource, `"api_key"`, `"signing_key"`, 1), http.StatusOK)
	if got := jobs(); len(got) > 0 {
		t.Errorf("there was nothing to make up for: %+v", got)
	}
	a.send(t, http.MethodPut, "/sources/call-rail", callRailSource, http.StatusOK)
	got := jobs()
	if len(got) != 1 || got[0].Kind != "retranscribe" || got[0].State != "queued" || got[0].SourceID != "call-rail" {
		t.Errorf("got %+v, want a job for call-rail", got)
	}
}

func TestWhatASourceCannotBeIsRefusedAllAtOnce(t *testing.T) {
	t.Parallel()
	a := newWorld(t, nil).admin(t, demo)
	a.send(t, http.MethodPut, "/sources/web", `{"kind":"form","form_keys":["fk_demo"],"origins":["https://www.example.com"]}`, http.StatusOK)
	for body, want := range map[string][]string{
		`{"kind":"callrail"}`: {"company_resource_id"},
		`{"kind":"callrail","company_id":"COM1","company_resource_id":"12345","api_key":"k","form_keys":["fk_x"]}`: {"account_id", "company_id", "company_resource_id", "form_keys"},
		`{"kind":"callrail","company_id":"1","api_key":"k"}`:                                                       {"account_id", "company_resource_id"},
		`{"kind":"form","company_id":"1","account_id":"ACC1","api_key":"k","form_keys":["fk_other"]}`:              {"account_id", "api_key", "company_id", "origins"},
		`{"kind":"form","form_keys":["fk_demo"],"origins":["https://www.example.com"]}`:                            {"form_keys"},
	} {
		refused := a.send(t, http.MethodPut, "/sources/new", body, http.StatusUnprocessableEntity)
		if diff := cmp.Diff(want, fields(t, refused)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	refused := a.send(t, http.MethodPut, "/sources/web", callRailSource, http.StatusUnprocessableEntity)
	if diff := cmp.Diff([]string{"kind"}, fields(t, refused)); diff != "" {
		t.Errorf("another kind (-want +got):\n%s", diff)
	}
}

func TestNamesThatStandForSomethingElseAreNoSources(t *testing.T) {
	t.Parallel()
	a := newWorld(t, nil).admin(t, demo)
	for _, id := range []string{"api", "-"} {
		refused := a.send(t, http.MethodPut, "/sources/"+id, `{"kind":"form"}`, http.StatusUnprocessableEntity)
		if diff := cmp.Diff([]string{"source_id"}, fields(t, refused)); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
}

func TestACompanyOfAnotherTenantIsRefusedWithoutSayingWhose(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.admin(t, other).send(t, http.MethodPut, "/sources/theirs", callRailSource, http.StatusOK)
	got := w.admin(t, demo).send(t, http.MethodPut, "/sources/ours", callRailSource, http.StatusConflict)
	if strings.Contains(string(got.body), other) {
		t.Errorf("got %s", got.body)
	}
}

func TestSigningKeysAreRotated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	source := strings.Replace(callRailSource, `"api_key":"`+callRailKey+`"`, `"signing_key":"first-signing-key"`, 1)
	first := decode[api.Source](t, a.send(t, http.MethodPut, "/sources/c", source, http.StatusOK)).SigningKeys
	again := decode[api.Source](t, a.send(t, http.MethodPut, "/sources/c", source, http.StatusOK)).SigningKeys
	if diff := cmp.Diff(first, again); diff != "" || len(first) != 1 {
		t.Errorf("the same put twice (-first +again):\n%s", diff)
	}
	keys := "/sources/c/signing-keys"
	a.send(t, http.MethodDelete, keys+"/"+first[0], "", http.StatusConflict) // the last one stays

	given := decode[api.SigningKey](t, a.send(t, http.MethodPost, keys, `{"value":"second-signing-key"}`, http.StatusCreated))
	drawn := decode[api.SigningKey](t, a.send(t, http.MethodPost, keys, `{}`, http.StatusCreated))
	if given.Value != "" || len(drawn.Value) != 32 || w.outside.secret(t, "tenant-tenant_demo-"+drawn.KeyID) != drawn.Value {
		t.Errorf("given %+v, drawn %+v", given, drawn)
	}
	if same := decode[api.SigningKey](t, a.send(t, http.MethodPost, keys, `{"value":"second-signing-key"}`, http.StatusCreated)); same.KeyID != given.KeyID {
		t.Errorf("the same key is kept twice: %s and %s", given.KeyID, same.KeyID)
	}
	a.send(t, http.MethodPost, keys, `{}`, http.StatusCreated)
	a.send(t, http.MethodPost, keys, `{}`, http.StatusConflict) // four are enough

	a.send(t, http.MethodDelete, keys+"/"+first[0], "", http.StatusNoContent)
	a.send(t, http.MethodDelete, keys+"/"+first[0], "", http.StatusNotFound)
	if got := w.outside.secret(t, "tenant-tenant_demo-"+first[0]); got != "" {
		t.Error("a key that is not accepted any more was kept")
	}
	known, _ := w.directory.Lookup(demo)
	if len(known.Sources[0].SigningSecrets) != 3 {
		t.Errorf("got %v", known.Sources[0].SigningSecrets)
	}
	for _, e := range decode[api.AuditPage](t, a.send(t, http.MethodGet, "/audit?limit=100", "", http.StatusOK)).Entries {
		if text := strings.Join([]string{e.Action, e.Target}, " "); strings.Contains(text, "signing-key") {
			t.Errorf("a key is in the log: %s", text)
		}
	}
}

func TestWebhooksAreSetUpAtCallRail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	must(t, w.outside.callRail.Register(demo, map[string]string{"post_call_webhook": "https://foreign.example.com/hook"}))
	a.send(t, http.MethodPut, "/sources/c", callRailSource, http.StatusOK)
	var first api.Connection
	for i := range 2 { // it may be repeated
		got := decode[api.Connection](t, a.send(t, http.MethodPost, "/sources/c/connect", "", http.StatusOK))
		if i == 0 {
			first = got
		}
		if diff := cmp.Diff(first, got); diff != "" {
			t.Errorf("done again (-first +again):\n%s", diff)
		}
	}
	want := []string{"https://foreign.example.com/hook", "https://hooks.example.com/v1/callrail/webhook/tenant_demo/post_call"}
	if diff := cmp.Diff(want, first.Webhooks["post_call"]); diff != "" || first.Created || first.State != "active" {
		t.Errorf("got %+v\n%s", first, diff)
	}
	if got := w.outside.secret(t, "tenant-tenant_demo-"+first.SigningKey); got != signingKey {
		t.Errorf("signing key: kept %q", got)
	}
	if got := decode[api.Source](t, a.send(t, http.MethodGet, "/sources/c", "", http.StatusOK)); len(got.SigningKeys) != 1 || got.Problem != "" {
		t.Errorf("got %+v", got)
	}
}

func TestASourceThatCannotBeConnectedSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	connect := func(source string) []string {
		t.Helper()
		a.send(t, http.MethodPut, "/sources/c", source, http.StatusOK)
		return fields(t, a.send(t, http.MethodPost, "/sources/c/connect", "", http.StatusUnprocessableEntity))
	}
	for want, source := range map[string]string{
		"company_resource_id": strings.Replace(callRailSource, "COM1", "COM9", 1),
		"api_key":             strings.Replace(callRailSource, callRailKey, "revoked", 1),
	} {
		if diff := cmp.Diff([]string{want}, connect(source)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", source, diff)
		}
	}
	a.send(t, http.MethodPost, "/sources/nothing/connect", "", http.StatusNotFound)
	a.send(t, http.MethodPut, "/sources/web", `{"kind":"form"}`, http.StatusOK)
	if diff := cmp.Diff([]string{"kind"}, fields(t, a.send(t, http.MethodPost, "/sources/web/connect", "", http.StatusUnprocessableEntity))); diff != "" {
		t.Error(diff)
	}
}

func TestDeliveriesAreShownByDayAndReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	a.send(t, http.MethodPut, "/sources/c", callRailSource, http.StatusOK)
	at := time.Date(2026, 3, 2, 16, 4, 5, 0, time.UTC)
	for _, c := range []tenant.SourceCount{
		{SourceID: "c", Outcome: "accepted", Reason: "post_call", Count: 41, LastAt: at},
		{SourceID: "c", Outcome: "rejected", Reason: "unauthorized", Count: 2, LastAt: at.AddDate(0, 0, 1)},
		{SourceID: "c", Outcome: "accepted", Reason: "post_call", Count: 1, LastAt: at.AddDate(0, 0, 9)},
		{SourceID: "", Outcome: "rejected", Reason: "unauthorized", Count: 7, LastAt: at},
	} {
		c.TenantID = demo
		must(t, w.store.Operator().AddCounts(t.Context(), []tenant.SourceCount{c}))
	}
	must(t, w.store.ForTenant(demo).PutSourceState(t.Context(), "c", tenant.SourceState{PolledUntil: at, Webhooks: "disabled"}))

	viewer := &admin{world: w, token: w.token(t, access.TenantViewer, demo), path: a.path}
	got := decode[api.SourceDeliveries](t, viewer.send(t, http.MethodGet, "/sources/c/deliveries?from=2026-03-02&to=2026-03-03", "", http.StatusOK))
	if len(got.Counts) != 2 || got.Counts[0].Count != 41 || !got.LastAcceptedAt.Equal(at) || !got.LastRejectedAt.Equal(at.AddDate(0, 0, 1)) {
		t.Errorf("got %+v", got)
	}
	if !got.PolledUntil.Equal(at) || got.Webhooks != "disabled" || !strings.Contains(got.Problem, "disabled") {
		t.Errorf("state: got %+v", got)
	}
	nobody := decode[api.SourceDeliveries](t, viewer.send(t, http.MethodGet, "/sources/-/deliveries?from=2026-03-02&to=2026-03-02", "", http.StatusOK))
	if len(nobody.Counts) != 1 || nobody.Counts[0].Count != 7 || nobody.LastAcceptedAt != nil {
		t.Errorf("not verified: got %+v", nobody)
	}
	viewer.send(t, http.MethodGet, "/sources/none/deliveries?from=2026-03-02&to=2026-03-02", "", http.StatusNotFound)
	viewer.send(t, http.MethodGet, "/sources/c/deliveries?from=2026-03-02&to=2026-03-01", "", http.StatusBadRequest)
	viewer.send(t, http.MethodGet, "/sources/c/deliveries?from=2025-03-02&to=2026-03-05", "", http.StatusBadRequest)
}
