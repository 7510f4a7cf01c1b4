package notify

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Somebody waits for a test message: it gets less time than one about a lead.
const (
	trialTimeout = 10 * time.Second // for the whole; nothing is begun after it
	trialAnswer  = 4 * time.Second  // for one of a mail server's answers
)

// Versions reads secrets past any cache. What does not exist is secret.ErrNotFound.
type Versions interface {
	Newest(ctx context.Context, name string, atLeast int64) (value string, version int64, err error)
}

// Tester sends test messages by what leads are told by, so that what passes here passes there.
type Tester struct {
	senders

	secrets Versions
	timeout time.Duration
}

// NewTester returns a tester. The client must be a guarded one: tenants name the addresses.
func NewTester(cfg SMTPConfig, secrets Versions, client *http.Client) (*Tester, error) {
	send, err := newSenders(cfg, trialAnswer, nil, client)
	if err != nil {
		return nil, err
	}
	return &Tester{senders: *send, secrets: secrets, timeout: trialTimeout}, nil
}

// Try sends a test message to one of the tenant's channels, once. It returns what kept the
// message from arriving, in words for whoever sets the channel up; empty: nothing did. Of a
// channel that the tenant does not have it says that it is not known.
func (t *Tester) Try(ctx context.Context, of *tenant.Tenant, name string) (problem string, known bool) {
	own := t.senders
	own.slack = &slackSender{http: t.slack.http, secrets: ownSecrets{of, t.secrets}, now: t.now}
	channels := own.channels(of.Settings.Notifications)
	at := slices.IndexFunc(channels, func(ch channel) bool { return ch.name == name })
	if at < 0 {
		return "", false
	}
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	outcome, err := channels[at].send(ctx, channels[at], testCard(of))
	if err != nil {
		slog.WarnContext(ctx, "test message not delivered", "tenant_id", of.ID, "channel", name, "error", err)
	}
	return sentence(outcome, err), true
}

// testCard holds nothing that a caller said or is, so that it may go out in HIPAA mode too. Each
// has an id of its own: mail programs drop what they have seen.
func testCard(of *tenant.Tenant) card {
	company := cmp.Or(of.Name, of.ID)
	return card{
		RequestID: "test." + strings.ToLower(rand.Text()), TenantID: of.ID, Company: company, Band: request.NoLead,
		Title: "Test message of " + company, Summary: "This channel works. No lead stands behind it.",
	}
}

// advice says what to do about a refusal. What Slack's words mean is in
// https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks.
var advice = map[string]string{
	noAddress:             "Enter the webhook's address again.",
	noMailServer:          "Whoever operates the pipeline can set one up.",
	"no_service":          "Slack knows no such webhook, or not any more: make one, and enter its address.",
	"channel_not_found":   "The webhook's channel is gone: make a webhook for another one, and enter its address.",
	"channel_is_archived": "The webhook's channel is archived: make a webhook for another one, and enter its address.",
	"action_prohibited":   "The Slack workspace does not let webhooks post there: ask whoever administers it.",
}

// sentence says what became of a message. Of a passing fault people are told that it is one:
// its words may name servers that are none of a tenant's business.
func sentence(outcome string, err error) string {
	var no *refusal
	var later *stage.LaterError
	var some *partialError
	switch {
	case errors.As(err, &some):
		return "Not everybody was " + some.outcome + "."
	case errors.As(err, &no):
		return strings.TrimSpace("Refused: " + no.why + ". " + advice[no.why])
	case errors.As(err, &later):
		return "Slack asks to wait before the next message. Try again in a few minutes."
	case err != nil:
		return "It could not be sent now. Try again in a minute; if it stays like this, tell whoever operates the pipeline: the log says why."
	case outcome != told:
		return "Not everybody was " + outcome + "."
	default:
		return ""
	}
}

// ownSecrets are a tenant's own secrets. Others do not exist for it, whatever its settings say:
// they are read past the directory, which would confine them.
type ownSecrets struct {
	of      *tenant.Tenant
	secrets Versions
}

// Get returns a secret as it is now: its address may have been entered a moment ago.
func (s ownSecrets) Get(ctx context.Context, name string) (string, error) {
	if !s.of.OwnsSecret(name) {
		return "", secret.ErrNotFound
	}
	value, _, err := s.secrets.Newest(ctx, name, 0)
	return value, err
}
