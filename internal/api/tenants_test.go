package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestATenantIsCreatedAndListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	root := &admin{world: w, token: w.token(t, access.PlatformAdmin, "")}
	made := decode[api.Tenant](t, root.ask(t, http.MethodPost, "/v1/tenants", `{"tenant_id":"tenant_new","name":"New Company"}`, http.StatusCreated))
	if made.TimeZone != "America/New_York" || made.Region != "US" || made.Status != tenant.Active || made.CreatedAt.IsZero() {
		t.Errorf("got %+v", made)
	}
	root.ask(t, http.MethodPost, "/v1/tenants", `{"tenant_id":"tenant_new","name":"Another"}`, http.StatusConflict)
	root.ask(t, http.MethodPost, "/v1/tenants", `{"tenant_id":"a/b","name":"Another"}`, http.StatusBadRequest)
	if _, ok := w.directory.Lookup("tenant_new"); !ok {
		t.Error("this instance does not see it at once")
	}

	var ids []string
	query := "?limit=2"
	for range 3 {
		page := decode[api.TenantPage](t, root.ask(t, http.MethodGet, "/v1/tenants"+query, "", http.StatusOK))
		for _, row := range page.Tenants {
			ids = append(ids, row.TenantID)
		}
		if page.NextPageToken == "" {
			break
		}
		query = "?limit=2&page_token=" + page.NextPageToken
	}
	if diff := cmp.Diff([]string{demo, "tenant_new", other}, ids); diff != "" {
		t.Errorf("tenants (-want +got):\n%s", diff)
	}
	own := decode[api.TenantPage](t, w.admin(t, other).ask(t, http.MethodGet, "/v1/tenants", "", http.StatusOK))
	if len(own.Tenants) != 1 || own.Tenants[0].TenantID != other {
		t.Errorf("one tenant's administrator sees %+v", own.Tenants)
	}
	for _, token := range []string{"!", "aGVsbG8", "dGVuYW50cw"} { // no base64, and other words than ours
		root.ask(t, http.MethodGet, "/v1/tenants?page_token="+token, "", http.StatusBadRequest)
	}
}

const settings = `{"name":"Demo Company","time_zone":"America/Denver","region":"US","settings":{"services":["kitchens"],
	"weights":{"intent":30},"media_hosts":["media.example.com"],"retention":{"recording_days":30,"request_days":365},
	"budget":{"monthly_usd":100,"on_limit":"pause"},"speech":{"language":"en-US"},
	"notifications":{"slack":[{"name":"sales","secret":"tenant-tenant_demo-slack_sales"}],"email":[{"name":"sales","to":["sales@example.com"]}]}}}`

func TestATenantIsReplacedIfNobodyWasFaster(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	first := a.send(t, http.MethodGet, "", "", http.StatusOK).header.Get("ETag")
	put := a.send(t, http.MethodPut, "", settings, http.StatusOK, "If-Match", first)
	got := a.send(t, http.MethodGet, "", "", http.StatusOK)
	if diff := cmp.Diff(decode[api.Tenant](t, put), decode[api.Tenant](t, got)); diff != "" {
		t.Errorf("what was answered and what is read (-put +get):\n%s", diff)
	}
	if tag := got.header.Get("ETag"); tag == first || tag != put.header.Get("ETag") {
		t.Errorf("tags: first %s, put %s, get %s", first, put.header.Get("ETag"), tag)
	}
	if known, _ := w.directory.Lookup(demo); known.Settings.Weights["intent"] != 30 {
		t.Error("this instance does not see it at once")
	}
	stale := a.send(t, http.MethodPut, "", settings, http.StatusPreconditionFailed, "If-Match", first)
	if p := decode[api.Problem](t, stale); p.Code != api.ProblemCodeChanged {
		t.Errorf("got %s", stale.body)
	}
	a.send(t, http.MethodPut, "", settings, http.StatusOK, "If-Match", "*")
	if diff := cmp.Diff([]string{"tenant.put tenant_demo"}, a.actions(t, 1)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

func TestSettingsThatCannotWorkAreRefusedAllAtOnce(t *testing.T) {
	t.Parallel()
	a := newWorld(t, nil).admin(t, demo)
	refused := a.send(t, http.MethodPut, "", `{"name":" ","time_zone":"Mars/Olympus","region":"XX","settings":{
		"weights":{"luck":1,"charm":2},"media_hosts":["media.example.com","https://media.example.com/x","10.0.0.1","localhost"],
		"retention":{"recording_days":400,"transcript_days":10,"request_days":365},"budget":{"on_limit":"pause"},"speech":{"language":"?"},
		"notifications":{"slack":[{"name":"a","secret":"tenant-tenant_other-slack"},{"name":"a","secret":"tenant-tenant_demo-slack"}],
			"email":[{"name":"a","to":["sales@example.com","Sales <sales@example.com>","nobody"]}]}}}`, http.StatusUnprocessableEntity)
	want := []string{
		"name", "region", "settings.budget.on_limit", "settings.media_hosts.1", "settings.media_hosts.2", "settings.media_hosts.3",
		"settings.notifications.email.0.to.1", "settings.notifications.email.0.to.2", "settings.notifications.slack.0.secret",
		"settings.notifications.slack.1.name", "settings.retention.recording_days", "settings.speech.language",
		"settings.weights", "settings.weights", "time_zone",
	}
	if diff := cmp.Diff(want, fields(t, refused)); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if got := decode[api.Tenant](t, a.send(t, http.MethodGet, "", "", http.StatusOK)); got.Name != demo {
		t.Errorf("got %+v, want what was there", got)
	}
}

func TestASuspendedTenantIsActivatedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	root := &admin{world: w, token: w.token(t, access.PlatformAdmin, ""), path: "/v1/tenants/" + demo}
	for action, want := range map[string]tenant.Status{"/suspend": tenant.Suspended, "/activate": tenant.Active} {
		root.send(t, http.MethodPost, action, "", http.StatusNoContent)
		if known, _ := w.directory.Lookup(demo); known.Status != want {
			t.Errorf("after %s: got %s", action, known.Status)
		}
	}
	w.admin(t, demo).send(t, http.MethodPost, "/suspend", "", http.StatusForbidden)
}

func TestASecretIsKeptAndNeverShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	for _, value := range []string{"https://hooks.slack.example/one", "https://hooks.slack.example/two"} {
		got := a.send(t, http.MethodPut, "/secrets/slack_sales", `{"value":"`+value+`"}`, http.StatusOK)
		name := decode[api.SecretName](t, got).Secret
		if name != "tenant-tenant_demo-slack_sales" || w.outside.secret(t, name) != value || strings.Contains(string(got.body), "hooks.slack") {
			t.Errorf("got %s, kept %q", got.body, w.outside.secret(t, name))
		}
	}
	a.send(t, http.MethodPut, "/secrets/slack-sales", `{"value":"x"}`, http.StatusBadRequest)
	if diff := cmp.Diff([]string{"secret.put tenant-tenant_demo-slack_sales"}, a.actions(t, 1)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

// unaudited is a scope whose audit log cannot be written.
type unaudited struct{ api.Scope }

func (unaudited) Audit(context.Context, string, string, string) error { return errors.New("no log") }

func TestNoSecretIsKeptThatCannotBeAudited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s api.Scope) api.Scope { return unaudited{s} })
	w.admin(t, demo).send(t, http.MethodPut, "/secrets/slack_sales", `{"value":"x"}`, http.StatusInternalServerError)
	if got := w.outside.secret(t, "tenant-tenant_demo-slack_sales"); got != "" {
		t.Errorf("kept %q", got)
	}
}
