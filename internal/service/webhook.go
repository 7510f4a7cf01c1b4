package service

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
	"github.com/your-org/multi-tenant-pipeline/internal/webhook"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

// countInterval is how much of the counts a crash may lose.
const countInterval = 10 * time.Second

type webhookConfig struct {
	Platform platformConfig
	Push     topic.PushConfig
	Webhook  webhook.Config
	Limits   limit.Config
}

func (c *webhookConfig) Validate() error {
	return errors.Join(c.Platform.Validate(), c.Push.Validate(), c.Webhook.Validate(), c.Limits.Validate())
}

// accepter gives each delivery to its tenant's scope.
type accepter struct{ store *store.Store }

func (a accepter) Accept(ctx context.Context, in request.Intake) (request.Acceptance, error) {
	return a.store.ForTenant(in.Request.TenantID).Accept(ctx, in)
}

// limiter returns what keeps tenants within their limits, over all instances.
func (p *platform) limiter(cfg limit.Config) (*limit.Limiter, error) {
	return limit.New(cfg, func(tenantID string) limit.Quotas { return p.store.ForTenant(tenantID) }, time.Now)
}

// Webhook serves the deliveries of CallRail and web forms, and takes in those that were kept while
// the store was away.
func Webhook(ctx context.Context, env envconfig.Lookuper, opts ...Option) error {
	var cfg webhookConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	p, err := open(ctx, "webhook", &cfg.Platform)
	if err != nil {
		return err
	}
	defer p.Close()
	keys := webhook.NewKeyRing(p.secrets, cfg.Webhook.BootstrapKeySecret)
	p.track(keys.Load)
	counts := webhook.NewCounter(p.store.Operator(), time.Now)
	limits, err := p.limiter(cfg.Limits)
	if err != nil {
		return err
	}
	hook, err := webhook.New(cfg.Webhook, webhook.Deps{
		Tenants: p.directory, Keys: keys, Store: wired(opts).accepter(accepter{p.store}, p.publisher), Announcer: p.publisher,
		Intake: p.publisher, Limits: limits, Counts: counts,
	})
	if err != nil {
		return err
	}
	p.router.Method(http.MethodPost, "/pubsub/"+string(topic.Intake), topic.IntakeHandler(topic.NewVerifier(ctx, cfg.Push), hook.Drain))
	p.router.Mount("/", hook)
	go counts.Run(ctx, countInterval)
	defer func() { counts.Flush(context.WithoutCancel(ctx)) }()
	return p.serve(ctx, server.Public())
}
