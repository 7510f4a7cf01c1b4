package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
)

// operator is who may do everything, on the platform itself.
func (w *world) operator(t *testing.T) *admin {
	t.Helper()
	return &admin{world: w, token: w.token(t, access.PlatformAdmin, "")}
}

// pauses returns what a list of pauses shows, without times.
func pauses(t *testing.T, r reply) []string {
	t.Helper()
	shown := []string{}
	for _, p := range decode[api.PauseList](t, r).Pauses {
		actor := p.Actor[strings.LastIndex(p.Actor, "#")+1:]
		shown = append(shown, strings.Join([]string{p.Subject, p.Reason, actor, map[bool]string{true: "all", false: "own"}[p.Platform]}, " "))
		if p.CreatedAt.IsZero() {
			t.Errorf("%s was never made", p.Subject)
		}
	}
	return shown
}

func TestPausesAreMadeListedAndEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	mine, theirs, platform := w.admin(t, demo), w.admin(t, other), w.operator(t)
	mine.send(t, http.MethodPut, "/pauses/destination:hubspot", `{"reason":"migration"}`, http.StatusNoContent)
	until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	mine.send(t, http.MethodPut, "/pauses/step:push", `{"reason":"lunch","until":"`+until+`"}`, http.StatusNoContent)
	platform.ask(t, http.MethodPut, "/v1/pauses/step:notify", `{"reason":"restore"}`, http.StatusNoContent)

	for name, test := range map[string]struct {
		list reply
		want []string
	}{
		"the tenant's": {mine.send(t, http.MethodGet, "/pauses", "", 200), []string{
			"step:notify restore platform all", "destination:hubspot migration ann@example.com own", "step:push lunch ann@example.com own",
		}},
		"another's":      {theirs.send(t, http.MethodGet, "/pauses", "", 200), []string{"step:notify restore platform all"}},
		"the platform's": {platform.ask(t, http.MethodGet, "/v1/pauses", "", 200), []string{"step:notify restore ann@example.com all"}},
	} {
		if diff := cmp.Diff(test.want, pauses(t, test.list)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	theirs.send(t, http.MethodDelete, "/pauses/step:push", "", http.StatusNotFound)
	mine.send(t, http.MethodDelete, "/pauses/step:notify", "", http.StatusNotFound) // everybody's
	mine.send(t, http.MethodDelete, "/pauses/step:push", "", http.StatusNoContent)
	mine.send(t, http.MethodDelete, "/pauses/step:push", "", http.StatusNotFound)
	platform.ask(t, http.MethodDelete, "/v1/pauses/step:notify", "", http.StatusNoContent)
	if diff := cmp.Diff([]string{"destination:hubspot migration ann@example.com own"}, pauses(t, mine.send(t, http.MethodGet, "/pauses", "", 200))); diff != "" {
		t.Errorf("at the end (-want +got):\n%s", diff)
	}
	want := []string{"tenant.put", "pause.put", "pause.put", "platform_pause.put", "pause.delete", "platform_pause.delete"}
	if diff := cmp.Diff(want, w.audited(t)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

func TestAPauseThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	mine := w.admin(t, demo)
	past := mine.send(t, http.MethodPut, "/pauses/all", `{"reason":"x","until":"2020-01-01T00:00:00Z"}`, http.StatusUnprocessableEntity)
	if diff := cmp.Diff([]string{"until"}, fields(t, past)); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	for _, subject := range []string{"step:sweep", "everything", "destination:", "step:push%20", "ALL"} {
		mine.send(t, http.MethodPut, "/pauses/"+subject, `{"reason":"x"}`, http.StatusBadRequest)
	}
	for _, body := range []string{`{}`, `{"reason":""}`, `{"reason":"x","ends":null}`, `{"reason":7}`, `[]`} {
		mine.send(t, http.MethodPut, "/pauses/all", body, http.StatusBadRequest)
	}
	if got := pauses(t, mine.send(t, http.MethodGet, "/pauses", "", 200)); len(got) > 0 {
		t.Errorf("paused all the same: %v", got)
	}
}
