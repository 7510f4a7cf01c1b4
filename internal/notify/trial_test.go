package notify

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// versions are secrets by name.
type versions map[string]string

func (v versions) Newest(_ context.Context, name string, _ int64) (string, int64, error) {
	value, ok := v[name]
	if !ok {
		return "", 0, secret.ErrNotFound
	}
	return value, 1, nil
}

// slackSecret is the name of the tenant's own.
const slackSecret = "tenant-tenant_demo-slack_sales"

func newTester(t *testing.T, cfg SMTPConfig, v versions) *Tester {
	t.Helper()
	tester, err := NewTester(cfg, v, outbound.New(outbound.Options{AllowLoopback: true}))
	if err != nil {
		t.Fatal(err)
	}
	return tester
}

func newTenant(to ...string) *tenant.Tenant {
	return &tenant.Tenant{ID: "tenant_demo", Name: "Eve <!channel> & <b>Sons</b>", Settings: tenant.Settings{
		Privacy: tenant.Privacy{HIPAA: true}, // a test says nothing that must not be said
		Notifications: tenant.Notifications{
			Slack: []tenant.Slack{{Name: "sales", Secret: slackSecret}}, Email: []tenant.Email{{Name: "owner", To: to}},
		},
	}}
}

func TestASlackTestIsMarkedAndEscaped(t *testing.T) {
	t.Parallel()
	hook := newWebhook(t)
	problem, known := newTester(t, SMTPConfig{}, versions{slackSecret: hook.url}).Try(t.Context(), newTenant(), "slack:sales")
	if problem != "" || !known || len(hook.got) != 1 {
		t.Fatalf("Try() = %q, %t, %d messages", problem, known, len(hook.got))
	}
	var got slack.WebhookMessage
	if err := json.Unmarshal([]byte(hook.got[0]), &got); err != nil {
		t.Fatal(err)
	}
	const escaped = "📋 Test message of Eve &lt;!channel&gt; &amp; &lt;b&gt;Sons&lt;/b&gt;"
	if got.Text != escaped {
		t.Errorf("text %q, want %q", got.Text, escaped)
	}
	head, isHeader := got.Blocks.BlockSet[0].(*slack.HeaderBlock)
	body, isSection := got.Blocks.BlockSet[1].(*slack.SectionBlock)
	if !isHeader || !isSection || len(got.Blocks.BlockSet) != 2 {
		t.Fatalf("blocks %s", hook.got[0])
	}
	if head.Text.Type != slack.PlainTextType || head.Text.Text != "📋 Test message of Eve <!channel> & <b>Sons</b>" {
		t.Errorf("header %+v", head.Text)
	}
	if body.Text.Text != "This channel works. No lead stands behind it." {
		t.Errorf("section %+v", body.Text)
	}
}

func TestAMailTestIsMarkedEscapedAndItsOwn(t *testing.T) {
	t.Parallel()
	box := newMailbox(t, true)
	tester := newTester(t, box.cfg, nil)
	for range 2 {
		if problem, known := tester.Try(t.Context(), newTenant("owner@example.com", "sales@example.com"), "email:owner"); problem != "" || !known {
			t.Fatalf("Try() = %q, %t", problem, known)
		}
	}
	ids := map[string]bool{}
	for _, sent := range box.mails {
		m, err := netmail.ReadMessage(strings.NewReader(sent.raw))
		if err != nil {
			t.Fatal(err)
		}
		id := m.Header.Get("Message-Id")
		if _, err := netmail.ParseAddress(id); err != nil || !strings.HasPrefix(id, "<test.") {
			t.Errorf("id %q: %v", id, err)
		}
		ids[id] = true
		if got, want := m.Header.Get("Subject"), "Test message of Eve <!channel> & <b>Sons</b>"; got != want {
			t.Errorf("subject %q, want %q", got, want)
		}
		bodies := parts(t, m)
		for kind, want := range map[string]string{
			"text/plain": "Test message of Eve <!channel> & <b>Sons</b>\n\n\nThis channel works. No lead stands behind it.\n",
			"text/html":  "Test message of Eve &lt;!channel&gt; &amp; &lt;b&gt;Sons&lt;/b&gt;</h1>",
		} {
			if got := strings.ReplaceAll(bodies[kind], "\r\n", "\n"); !strings.Contains(got, want) || strings.Contains(got, "http") {
				t.Errorf("%s lacks %q, or has a link:\n%s", kind, want, got)
			}
		}
	}
	if len(ids) != 2 || !cmp.Equal(box.mails[0].to, []string{"owner@example.com", "sales@example.com"}) {
		t.Errorf("ids %v to %v, want two of their own to both", ids, box.mails[0].to)
	}
}

const notNow = "It could not be sent now."

func TestWhatASlackTestFinds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, address string // address empty: the webhook's
		status        int
		body, want    string
	}{
		{"a removed webhook", "", http.StatusNotFound, "no_service", "Refused: no_service. Slack knows no such webhook"},
		{"a word that is not known", "", http.StatusForbidden, "odd_word", "Refused: odd_word."},
		{"a proxy's page", "", http.StatusForbidden, "<html>secret</html>", "Refused: status 403."},
		{"too fast", "", http.StatusTooManyRequests, "rate_limited", "Slack asks to wait before the next message."},
		{"an outage", "", http.StatusBadGateway, "", notNow},
		{"no address", "sales", 0, "", "Refused: its address is not allowed."},
		{"an address inside", "http://169.254.169.254/latest", 0, "", "Refused: its address is not allowed."},
		{"no URL", "http://%", 0, "", "Refused: its address is not a URL."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hook := newWebhook(t)
			hook.status, hook.body = test.status, test.body
			address := hook.url
			if test.address != "" {
				address = test.address
			}
			got, known := newTester(t, SMTPConfig{}, versions{slackSecret: address}).Try(t.Context(), newTenant(), "slack:sales")
			if !known || !strings.HasPrefix(got, test.want) {
				t.Errorf("Try() = %q, %t, want %q", got, known, test.want)
			}
		})
	}
}

func TestWhatAMailTestFinds(t *testing.T) {
	t.Parallel()
	unknown := map[string]*smtp.SMTPError{"bad@example.com": {Code: 550, Message: "no such user"}}
	for _, test := range []struct {
		name     string
		password config.Secret
		refuse   map[string]*smtp.SMTPError
		to       []string
		want     string
	}{
		{"no such mailbox", mailPassword, unknown, []string{"bad@example.com"}, "Refused: sending SMTP RCPT TO command got status 550."},
		{"one of two is unknown", mailPassword, unknown, []string{"bad@example.com", "good@example.com"}, "Not everybody was told (1 of 2 recipients failed)."},
		{"nobody", mailPassword, nil, nil, "Refused: it has no recipients."},
		{"busy", mailPassword, map[string]*smtp.SMTPError{"DATA": {Code: 451, Message: "later"}}, []string{"a@example.com"}, notNow},
		{"our own password is wrong", "wrong", nil, []string{"a@example.com"}, notNow},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			box := newMailbox(t, true)
			box.refuse, box.cfg.Password = test.refuse, test.password
			if got, known := newTester(t, box.cfg, nil).Try(t.Context(), newTenant(test.to...), "email:owner"); !known || !strings.HasPrefix(got, test.want) {
				t.Errorf("Try() = %q, %t, want %q", got, known, test.want)
			}
		})
	}
}

func TestATestNeedsAServerASecretAndAChannel(t *testing.T) {
	t.Parallel()
	foreign := newTenant()
	foreign.Settings.Notifications.Slack[0].Secret = "tenant-tenant_other-slack_sales"
	tester := newTester(t, SMTPConfig{}, versions{"tenant-tenant_other-slack_sales": "https://hooks.example.com"})
	for _, test := range []struct {
		name, channel, want string
		of                  *tenant.Tenant
		known               bool
	}{
		{"no mail server", "email:owner", "Refused: no mail server is configured. Whoever operates", newTenant("a@example.com"), true},
		{"no secret", "slack:sales", "Refused: the secret with its address does not exist. Enter", newTenant(), true},
		{"another tenant's secret", "slack:sales", "Refused: the secret with its address does not exist. Enter", foreign, true},
		{"another kind's name", "slack:owner", "", newTenant(), false},
		{"no kind", "sales", "", newTenant(), false},
	} {
		got, known := tester.Try(t.Context(), test.of, test.channel)
		if known != test.known || !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: Try() = %q, %t, want %q", test.name, got, known, test.want)
		}
	}
}

func TestATestDoesNotWaitForWhoeverNeverAnswers(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	cfg := newMailbox(t, true).cfg
	cfg.Port = listener.Addr().(*net.TCPAddr).Port
	tester := newTester(t, cfg, versions{slackSecret: "http://" + listener.Addr().String()})
	tester.timeout = 50 * time.Millisecond
	if tester.mail, err = newMailSender(cfg, tester.timeout); err != nil {
		t.Fatal(err)
	}
	for _, channel := range []string{"slack:sales", "email:owner"} {
		if got, _ := tester.Try(t.Context(), newTenant("a@example.com"), channel); !strings.HasPrefix(got, notNow) {
			t.Errorf("%s: Try() = %q", channel, got)
		}
	}
}
