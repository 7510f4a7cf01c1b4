package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/slack"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// tell sets the channels of the tenant.
func (a *admin) tell(t *testing.T, name, channels string) {
	t.Helper()
	a.send(t, http.MethodPut, "", fmt.Sprintf(`{"name":%q,"time_zone":"UTC","region":"US","settings":{"notifications":%s}}`, name, channels), http.StatusOK)
}

func (a *admin) keepSecret(t *testing.T, purpose, value string) {
	t.Helper()
	a.send(t, http.MethodPut, "/secrets/"+purpose, fmt.Sprintf(`{"value":%q}`, value), http.StatusOK)
}

func (a *admin) try(t *testing.T, channel string) api.NotificationTest {
	t.Helper()
	return decode[api.NotificationTest](t, a.send(t, http.MethodPost, "/notifications/"+url.PathEscape(channel)+"/test", "", http.StatusOK))
}

const sales = `{"slack":[{"name":"sales","secret":"tenant-tenant_demo-slack_sales"}],"email":[{"name":"owner","to":["owner@example.com"]}]}`

func TestAChannelIsTested(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	workspace, err := slack.New(slack.Config{Hooks: []slack.Hook{{TenantID: demo, Path: "/services/T0/B0/hidden"}}})
	must(t, err)
	address := serve(t, workspace.Handler())
	a.tell(t, "Demo & Sons", sales)

	const noSecret = "Refused: the secret with its address does not exist. Enter the webhook's address again."
	if got := a.try(t, "slack:sales"); got.Ok || got.Message != noSecret {
		t.Errorf("without a secret: got %+v", got)
	}
	a.keepSecret(t, "slack_sales", address+"/services/T0/B0/removed")
	if got := a.try(t, "slack:sales"); got.Ok || !strings.HasPrefix(got.Message, "Refused: no_service. Slack knows no such webhook") {
		t.Errorf("a webhook that was removed: got %+v", got)
	}
	a.keepSecret(t, "slack_sales", address+"/services/T0/B0/hidden") // seen at once, although the other is remembered
	if got := a.try(t, "slack:sales"); !got.Ok || got.Message != "" {
		t.Errorf("got %+v", got)
	}
	if got := workspace.Objects(demo); len(got) != 1 || !strings.Contains(fmt.Sprint(got[0].Fields), "Test message of Demo &amp; Sons") {
		t.Errorf("Slack got %+v", got)
	}
	if got := a.try(t, "email:owner"); got.Ok || !strings.HasPrefix(got.Message, "Refused: no mail server is configured.") {
		t.Errorf("without a mail server: got %+v", got)
	}
	if diff := cmp.Diff([]string{"notification.test slack:sales", "notification.test email:owner"}, a.actions(t, 2)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

func TestOnlySavedChannelsAreTestedByAdministrators(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	const odd = "50% / a?b #c" // a name may be anything
	a.tell(t, "Demo", fmt.Sprintf(`{"email":[{"name":%q,"to":["owner@example.com"]}]}`, odd))
	if got := a.try(t, "email:"+odd); got.Ok {
		t.Errorf("got %+v", got)
	}
	for _, channel := range []string{"slack:sales", "email:", "email:owner"} {
		a.send(t, http.MethodPost, "/notifications/"+channel+"/test", "", http.StatusNotFound)
	}
	a.send(t, http.MethodPost, "/notifications/pager:owner/test", "", http.StatusBadRequest)
	viewer := specimenCall{method: http.MethodPost, path: a.path + "/notifications/" + url.PathEscape("email:"+odd) + "/test"}
	if got := w.by(t, access.TenantViewer, demo, viewer); got.status != http.StatusForbidden {
		t.Errorf("a viewer: got %d", got.status)
	}
}

func TestATestReadsNoOtherTenantsSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var posted int
	address := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { posted++ }))
	w.admin(t, other).keepSecret(t, "slack_sales", address+"/services/T0/B0/theirs")
	err := w.store.ForTenant(demo).UpdateTenant(t.Context(), store.TenantChange{Actor: "x", Action: "x", Target: "x"}, func(t *tenant.Tenant) error {
		t.Settings.Notifications.Slack = []tenant.Slack{{Name: "sales", Secret: "tenant-tenant_other-slack_sales"}}
		return nil
	}) // settings that no check has seen
	must(t, err)
	if got := w.admin(t, demo).try(t, "slack:sales"); got.Ok || posted > 0 {
		t.Errorf("got %+v, %d messages", got, posted)
	}
}

func TestATestThatIsNotAuditedIsNotSent(t *testing.T) {
	t.Parallel()
	var posted int
	address := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { posted++ }))
	var audited []string
	var away error
	a := newWorld(t, func(s api.Scope) api.Scope { return &auditor{Scope: s, lines: &audited, err: away} }).admin(t, demo)
	a.keepSecret(t, "slack_sales", address+"/services/T0/B0/hidden")
	a.tell(t, "Demo", sales)
	away = store.ErrUnavailable
	a.send(t, http.MethodPost, "/notifications/slack:sales/test", "", http.StatusServiceUnavailable)
	if posted > 0 {
		t.Errorf("%d messages", posted)
	}
}
