package setup_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/dashtest"
)

// slackTest is how the API is asked for a test message.
const slackTest = "POST " + api + "/notifications/slack:sales/test"

func TestEachSavedChannelHasATest(t *testing.T) {
	t.Parallel()
	page := site(t, nil).Get(base + "/notifications").Body
	for _, want := range []string{
		`form="test" name="channel" value="slack:sales"`, `form="test" name="channel" value="email:owner"`,
		`<form method="post" id="test" action="` + base + `/notifications/test"></form>`, `<div id="test-slack-0" role="status"></div>`,
	} {
		if strings.Count(page, want) != 1 {
			t.Errorf("the page has %d times %s", strings.Count(page, want), want)
		}
	}
	if got := strings.Count(page, "Send a test message"); got != 2 {
		t.Errorf("%d tests for two channels: rows that are not filled in have none", got)
	}
	if strings.Contains(dashtest.New(t, access.TenantViewer, all()).Get(base+"/notifications").Body, "Send a test message") {
		t.Error("a viewer can send a test message")
	}
}

func TestATestsAnswerStandsBesideItsChannel(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{slackTest: {Body: object{"ok": false, "message": "Refused: <no_service>."}}})
	form := url.Values{"channel": {"slack:sales"}}
	const failed = `<p class="notice bad">The test failed. Refused: &lt;no_service&gt;.</p>`
	page := s.Post(base+"/notifications/test", form)
	if page.Status != http.StatusOK || !strings.Contains(page.Body, `<div id="test-slack-0" role="status">`+failed) || strings.Count(page.Body, failed) != 1 {
		t.Errorf("the answer is %d without the refusal beside its channel, or with more", page.Status)
	}
	if part := s.Post(base+"/notifications/test", form, "HX-Request", "true"); strings.TrimSpace(part.Body) != failed {
		t.Errorf("the part is %s", part.Body)
	}
	s.Answer(slackTest, dashtest.Answer{Body: object{"ok": true, "message": ""}})
	if part := s.Post(base+"/notifications/test", form, "HX-Request", "true"); !strings.Contains(part.Body, "The test message is sent.") {
		t.Errorf("the part is %s", part.Body)
	}
	if calls := s.Calls(http.MethodPost); len(calls) != 3 || calls[0].Body != "" {
		t.Errorf("the API is asked %+v", calls)
	}
}

func TestATestThatTheAPIRefusesSaysWhy(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{slackTest: dashtest.Problem(http.StatusTooManyRequests, "too_many_requests")})
	form := url.Values{"channel": {"slack:sales"}}
	if page := s.Post(base+"/notifications/test", form); page.Status != http.StatusSeeOther || page.Header.Get("Location") != base+"/notifications" {
		t.Errorf("the answer is %d to %s", page.Status, page.Header.Get("Location"))
	}
	if page := s.Get(base + "/notifications"); !strings.Contains(page.Body, "Detail of too_many_requests.") {
		t.Error("the page does not say why")
	}
	if part := s.Post(base+"/notifications/test", form, "HX-Request", "true"); part.Status != http.StatusOK || !strings.Contains(part.Body, "Detail of too_many_requests.") {
		t.Errorf("the part is %d %s", part.Status, part.Body)
	}
}

func TestWhatIsNotSavedHasNoTest(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{"PUT " + api: dashtest.Problem(http.StatusPreconditionFailed, "changed")})
	page := s.Post(base+"/notifications", url.Values{
		"etag": {`"older"`}, "settings.notifications.email.0.name": {"new"}, "settings.notifications.email.0.to": {"new@example.com"},
	})
	if page.Status != http.StatusUnprocessableEntity || strings.Contains(page.Body, "Send a test message") {
		t.Errorf("the answer is %d, with a test of what was refused", page.Status)
	}
}
