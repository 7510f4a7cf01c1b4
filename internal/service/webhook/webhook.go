// Package webhook wires what takes in the deliveries of CallRail and web forms.
package webhook

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
	"github.com/your-org/multi-tenant-pipeline/internal/webhook"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

type webhookConfig struct {
	Platform service.PlatformConfig
	Push     topic.PushConfig
	Webhook  webhook.Config
	Limits   limit.Config
}

func (c *webhookConfig) Validate() error {
	var open error
	if c.Push.SignatureRemoved {
		open = errors.New("PUSH_SIGNATURE_REMOVED: the webhook is open to everybody, so nobody has verified a token before it")
	}
	return errors.Join(c.Platform.Validate(), c.Push.Validate(), open, c.Webhook.Validate(), c.Limits.Validate())
}

// accepter gives each delivery to its tenant's scope.
type accepter struct{ store *store.Store }

func (a accepter) Accept(ctx context.Context, in request.Intake) (request.Acceptance, error) {
	return a.store.ForTenant(in.Request.TenantID).Accept(ctx, in)
}

// Serve serves the deliveries of CallRail and web forms, and takes in those that were kept while
// the store was away.
func Serve(ctx context.Context, env envconfig.Lookuper, opts ...service.Option) error {
	var cfg webhookConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	p, err := service.Open(ctx, "webhook", &cfg.Platform)
	if err != nil {
		return err
	}
	defer p.Close()
	keys := webhook.NewKeyRing(p.Secrets, cfg.Webhook.BootstrapKeySecret)
	p.Track(keys.Load)
	counts := webhook.NewCounter(p.Store.Operator(), time.Now)
	limits, err := p.Limiter(cfg.Limits)
	if err != nil {
		return err
	}
	hook, err := webhook.New(cfg.Webhook, webhook.Deps{
		Tenants: p.Directory, Keys: keys, Store: service.Wired(opts).Accepter(accepter{p.Store}, p.Publisher), Announcer: p.Publisher,
		Intake: p.Publisher, Limits: limits, Counts: counts,
	})
	if err != nil {
		return err
	}
	p.Router.Method(http.MethodPost, "/pubsub/"+string(topic.Intake), topic.IntakeHandler(topic.NewVerifier(ctx, cfg.Push), hook.Drain))
	p.Router.Mount("/", hook)
	go counts.Run(ctx, service.CountInterval)
	defer func() { counts.Flush(context.WithoutCancel(ctx)) }()
	return p.Serve(ctx, server.Public())
}
