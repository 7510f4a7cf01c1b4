package notify

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Secrets reads a secret by its name.
type Secrets interface {
	Get(ctx context.Context, name string) (string, error)
}

// senders are the ways to reach people.
type senders struct {
	slack *slackSender
	mail  *mailSender // nil: no mail server is configured
	now   func() time.Time
}

// newSenders returns senders that wait for each of a mail server's answers as long as they are told.
func newSenders(cfg SMTPConfig, timeout time.Duration, secrets Secrets, client *http.Client) (*senders, error) {
	mail, err := newMailSender(cfg, timeout)
	if err != nil {
		return nil, fmt.Errorf("set up mail: %w", err)
	}
	return &senders{slack: &slackSender{http: client, secrets: secrets, now: time.Now}, mail: mail, now: time.Now}, nil
}

// channels lists the tenant's channels with the way to send to each; whether to is the
// workflow's decision.
func (s *senders) channels(n tenant.Notifications) []channel {
	var all []channel
	for _, to := range n.Slack {
		all = append(all, channel{name: "slack:" + to.Name,
			send: func(ctx context.Context, _ channel, c card) (string, error) { return s.slack.send(ctx, to.Secret, c) }})
	}
	for _, list := range n.Email {
		all = append(all, channel{name: "email:" + list.Name,
			send: func(ctx context.Context, ch channel, c card) (string, error) {
				return s.mail.send(ctx, letter{card: c, channel: ch.name, to: list.To, members: ch.members, at: s.now()})
			}})
	}
	return all
}
