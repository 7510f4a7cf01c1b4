package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestCallRailsOwnSignature(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	r := signedRequest(t, endpoint, call, "")
	r.Header.Set(callrail.HeaderSHA1, callrail.SignSHA1([]byte(call), demoKey))
	if diff := cmp.Diff(accepted(request.Accepted), f.send(t, r)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestBootstrapKey(t *testing.T) {
	t.Parallel()
	const body = `{"call_id":"CAL1","tenant_id":"tenant_new","callrail_company_id":"999"}`
	f := newFixture(t)
	own := signedRequest(t, endpoint, body, "")
	own.Header.Set(callrail.HeaderSHA1, callrail.SignSHA1([]byte(body), bootstrapKey))
	if diff := cmp.Diff(unauthorized, f.send(t, own)); diff != "" {
		t.Errorf("in CallRail's form (-want +got)\n%s", diff)
	}
	want := answer{Status: 200, Outcome: "accepted", RequestID: request.ID("tenant_new", "call", "CAL1")}
	if diff := cmp.Diff(want, f.send(t, signedRequest(t, endpoint, body, bootstrapKey))); diff != "" {
		t.Errorf("in our form (-want +got)\n%s", diff)
	}
	if got := f.store.intakes[0].Request; got.SourceID != "" || got.TenantID != "tenant_new" {
		t.Errorf("request of %q, source %q", got.TenantID, got.SourceID)
	}
}

func TestAnUnknownTenantIsAnsweredLikeABadSignature(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	replies := make([]*httptest.ResponseRecorder, 0, 2)
	for _, id := range []string{"tenant_demo", "tenant_nobody"} {
		w := httptest.NewRecorder()
		f.ServeHTTP(w, signedRequest(t, endpoint+"?tenant_id="+id, `{"call_id":"CAL1"}`, "wrong key"))
		replies = append(replies, w)
	}
	if diff := cmp.Diff(replies[0].Body.String(), replies[1].Body.String()); diff != "" {
		t.Errorf("bodies differ\n%s", diff)
	}
	if diff := cmp.Diff(replies[0].Header(), replies[1].Header()); diff != "" {
		t.Errorf("headers differ\n%s", diff)
	}
	if replies[0].Code != http.StatusUnauthorized || replies[1].Code != http.StatusUnauthorized {
		t.Errorf("status %d and %d", replies[0].Code, replies[1].Code)
	}
}

func TestRepeatsAndChangesMeetTheirRow(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, step := range []struct {
		name, body string
		want       request.Outcome
	}{
		{"first", call, request.Accepted},
		{"the same again", call, request.Duplicate},
		{"form-encoded", "call_id=CAL1&tenant_id=tenant_demo&duration=180", request.Duplicate},
		{"modified", modified, request.Updated},
		{"modified again, alike", modified, request.Duplicate},
	} {
		if diff := cmp.Diff(accepted(step.want), f.send(t, signedRequest(t, endpoint, step.body, demoKey))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", step.name, diff)
		}
	}
	if got, want := f.announcer.told, []string{"received tenant_demo " + request.ID("tenant_demo", "call", "CAL1")}; !cmp.Equal(got, want) {
		t.Errorf("announced %q, want %q", got, want)
	}
	if got := f.store.intakes[1].Changes; !cmp.Equal(got, []string{"note"}) {
		t.Errorf("the store was told of changes %q", got)
	}
}

func TestWhatIsStored(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.send(t, signedRequest(t, endpoint, call, demoKey))
	got := f.store.intakes[0]
	if string(got.Body) != call || got.ContentType != callrail.TypeJSON || len(got.BodyHash) != 64 || got.Change {
		t.Errorf("intake %+v", got)
	}
	want := &request.Request{
		TenantID: "tenant_demo", ID: request.ID("tenant_demo", "call", "CAL1"), SourceID: "src_demo",
		Kind: request.Call, Namespace: request.NamespaceCall, ExternalID: "CAL1",
		Caller:  request.Caller{Phone: "+13035550142"},
		Details: request.Details{DurationS: 180, Answered: true, CompanyID: "12345"},
	}
	if diff := cmp.Diff(want, got.Request, cmpopts.IgnoreFields(request.Request{}, "TraceParent")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFormsStartBehindTranscription(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.send(t, signedRequest(t, endpoint+"/tenant_demo/form_submission", `{"resource_id":"FRM1","form_data":{"name":"Robin"}}`, demoKey))
	if want := []string{"transcribed tenant_demo " + request.ID("tenant_demo", "form", "FOR1")}; !cmp.Equal(f.announcer.told, want) {
		t.Errorf("announced %q, want %q", f.announcer.told, want)
	}
}

func TestChosenKindsMakeRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	got := f.send(t, signedRequest(t, endpoint+"/tenant_choosy/outbound_modified", `{"resource_id":"CAL1"}`, bootstrapKey))
	if got.Outcome != "accepted" || !f.store.intakes[0].Change || f.store.intakes[0].Request.Details.Direction != "outbound" {
		t.Errorf("outbound: %+v, %+v", got, f.store.intakes)
	}
	got = f.send(t, signedRequest(t, endpoint+"/tenant_new/text_received", `{"resource_id":"SCI1","content":"Hi"}`, bootstrapKey))
	if got.Outcome != "accepted" || f.store.intakes[1].Request.Details.Text != "Hi" {
		t.Errorf("text: %+v, %+v", got, f.store.intakes)
	}
}

func TestASuspendedTenantsDeliveryIsKeptAndNotAnnounced(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	got := f.send(t, signedRequest(t, endpoint+"/tenant_off/post_call", `{"call_id":"CAL1"}`, bootstrapKey))
	if got.Outcome != "accepted" || len(f.store.intakes) != 1 || len(f.announcer.told) != 0 {
		t.Errorf("%+v, stored %d, announced %q", got, len(f.store.intakes), f.announcer.told)
	}
}

func TestAPausedTenantsDeliveryIsKeptAndNotAnnounced(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	got := f.send(t, signedRequest(t, endpoint+"/tenant_paused/post_call", `{"call_id":"CAL1"}`, bootstrapKey))
	if got.Outcome != "accepted" || len(f.store.intakes) != 1 || len(f.announcer.told) != 0 {
		t.Errorf("%+v, stored %d, announced %q", got, len(f.store.intakes), f.announcer.told)
	}
	f.send(t, signedRequest(t, endpoint+"/tenant_paused/form_submission", `{"form_submission_id":"FRM1","resource_id":"FRM1"}`, bootstrapKey))
	if len(f.announcer.told) != 1 {
		t.Errorf("a form, which the paused step does not see: announced %q", f.announcer.told)
	}
}

func TestReplyIsTheContract(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for body, want := range map[string]map[string]any{
		call: {
			"success": true, "status": "accepted", "request_id": request.ID("tenant_demo", "call", "CAL1"),
			"processing_time_ms": 0.0, "message": "Call queued for processing",
		},
		preCall: {
			"success": true, "status": "ignored", "request_id": nil,
			"processing_time_ms": 0.0, "message": "Delivery acknowledged, nothing to process",
		},
		`{"tenant_id":"tenant_demo","duration":12}`: {
			"success": false,
			"error":   map[string]any{"code": "missing_id", "message": "The delivery names no call, form or text."},
		},
	} {
		w := httptest.NewRecorder()
		f.ServeHTTP(w, signedRequest(t, endpoint, body, demoKey))
		var got map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if got := w.Header().Get("Content-Type"); got != "application/json" {
			t.Errorf("content type %q", got)
		}
	}
}

func TestStoreDown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.store.err = errors.New("spanner: very secret internals")
	w := httptest.NewRecorder()
	f.ServeHTTP(w, signedRequest(t, endpoint, call, demoKey))
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "internals") || len(f.announcer.told) != 0 {
		t.Errorf("%d %s, announced %q", w.Code, w.Body, f.announcer.told)
	}
	if !strings.Contains(f.log.String(), "internals") {
		t.Errorf("the cause was not logged: %s", f.log)
	}
}

func TestAnnouncingMayFail(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.announcer.err = errors.New("pubsub is down")
	if diff := cmp.Diff(accepted(request.Accepted), f.send(t, signedRequest(t, endpoint, call, demoKey))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !strings.Contains(f.log.String(), "pubsub is down") {
		t.Errorf("not logged: %s", f.log)
	}
}

func TestASenderWhoHangsUpHasDelivered(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := f.send(t, signedRequest(t, endpoint, call, demoKey).WithContext(ctx)); got.Outcome != "accepted" {
		t.Errorf("got %+v, want the delivery committed", got)
	}
}

func TestCountsBySource(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, d := range []struct{ target, body, key string }{
		{endpoint, call, demoKey},
		{endpoint, preCall, demoKey},
		{endpoint, call, "wrong key"},
		{endpoint, `{"tenant_id":"tenant_demo","duration":1}`, demoKey},
		{endpoint + "?tenant_id=tenant_nobody", `{"call_id":"CAL1"}`, demoKey},
		{endpoint, `{"call_id":"CAL2","tenant_id":"tenant_new"}`, bootstrapKey},
	} {
		f.send(t, signedRequest(t, d.target, d.body, d.key))
	}
	want := counts{
		"tenant_demo/src_demo/accepted/post_call", "tenant_demo/src_demo/ignored/pre_call",
		"tenant_demo//rejected/unauthorized", "tenant_demo/src_demo/rejected/missing_id", "tenant_new//accepted/post_call",
	}
	if diff := cmp.Diff(want, *f.counts); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
