package api_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

func (w *world) bury(t *testing.T, id, tenantID, data string) {
	t.Helper()
	_, err := w.store.Operator().KeepDeadLetter(t.Context(), store.DeadLetter{
		ID: id, TenantID: tenantID, RequestID: "req_1", Topic: string(topic.DeliveryDue), Attempts: 20,
		Message: store.LetterMessage{Data: []byte(data), Attributes: map[string]string{"run": "1"}},
	})
	must(t, err)
}

const message = `{"tenant_id":"tenant_demo","request_id":"req_1","run":1,"destination":"hubspot"}`

func letters(t *testing.T, r reply) []string {
	t.Helper()
	var shown []string
	for _, l := range decode[api.DeadLetterPage](t, r).DeadLetters {
		shown = append(shown, l.LetterID+" "+string(l.State))
	}
	return shown
}

func TestDeadLettersAreListedToWhomTheyBelong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.bury(t, "a", demo, message)
	w.bury(t, "b", "", "<html>")
	w.bury(t, "c", other, message)
	platform := w.operator(t)
	page := decode[api.DeadLetterPage](t, platform.ask(t, http.MethodGet, "/v1/dead-letters?limit=2", "", 200))
	if len(page.DeadLetters) != 2 || page.DeadLetters[0].LetterID != "c" || page.NextPageToken == "" {
		t.Fatalf("first page: got %+v", page)
	}
	rest := platform.ask(t, http.MethodGet, "/v1/dead-letters?limit=2&page_token="+page.NextPageToken, "", 200)
	if diff := cmp.Diff([]string{"a open"}, letters(t, rest)); diff != "" {
		t.Errorf("second page (-want +got):\n%s", diff)
	}
	platform.ask(t, http.MethodGet, "/v1/dead-letters?state=dismissed&page_token="+page.NextPageToken, "", http.StatusBadRequest)
	if diff := cmp.Diff([]string{"a open"}, letters(t, w.admin(t, demo).send(t, http.MethodGet, "/dead-letters", "", 200))); diff != "" {
		t.Errorf("the tenant's (-want +got):\n%s", diff)
	}
}

func TestADeadLetterIsPublishedAgainOrDismissed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, id := range []string{"a", "b", "c", "d"} {
		w.bury(t, id, demo, message)
	}
	w.bury(t, "unreadable", "", "<html>")
	platform := w.operator(t)
	platform.ask(t, http.MethodPost, "/v1/dead-letters/a/redrive", "", http.StatusNoContent)
	platform.ask(t, http.MethodPost, "/v1/dead-letters/a/redrive", "", http.StatusConflict)
	platform.ask(t, http.MethodPost, "/v1/dead-letters/a/dismiss", "", http.StatusConflict)
	platform.ask(t, http.MethodPost, "/v1/dead-letters/b/dismiss", "", http.StatusNoContent)
	platform.ask(t, http.MethodPost, "/v1/dead-letters/unreadable/redrive", "", http.StatusConflict)
	platform.ask(t, http.MethodPost, "/v1/dead-letters/nobody/redrive", "", http.StatusNotFound)
	sent := string(topic.DeliveryDue) + " tenant_demo req_1 hubspot"
	if diff := cmp.Diff([]string{sent}, w.ingest.heard()); diff != "" {
		t.Errorf("published (-want +got):\n%s", diff)
	}
	w.ingest.deaf = errors.New("pubsub is down")
	platform.ask(t, http.MethodPost, "/v1/dead-letters/c/redrive", "", http.StatusServiceUnavailable)
	w.ingest.deaf, w.ingest.announced = nil, nil
	all := decode[api.Retried](t, platform.ask(t, http.MethodPost, "/v1/dead-letters/redrive", "", 200))
	if all.Retried != 2 {
		t.Errorf("redriven at once: got %d, want 2", all.Retried)
	}
	if diff := cmp.Diff([]string{sent, sent}, w.ingest.heard()); diff != "" {
		t.Errorf("published at once (-want +got):\n%s", diff)
	}
	for state, want := range map[string][]string{
		"open": {"unreadable open"}, "redriven": {"d redriven", "c redriven", "a redriven"}, "dismissed": {"b dismissed"},
	} {
		if diff := cmp.Diff(want, letters(t, platform.ask(t, http.MethodGet, "/v1/dead-letters?state="+state, "", 200))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", state, diff)
		}
	}
	want := []string{"tenant.put", "dead_letter.redriven", "dead_letter.dismissed", "dead_letter.redriven", "dead_letter.redriven"}
	if diff := cmp.Diff(want, w.audited(t)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}
