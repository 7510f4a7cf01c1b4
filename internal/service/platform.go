package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"github.com/go-chi/chi/v5"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/your-org/multi-tenant-pipeline/internal/fair"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

// platformConfig is what every service needs.
type platformConfig struct {
	Server   server.Config
	Store    store.Config
	Secrets  secret.Config
	Outbound outbound.Config
	Refresh  time.Duration `env:"DIRECTORY_REFRESH, default=10s"` // how soon a changed tenant or key is seen
}

func (c *platformConfig) Validate() error {
	return errors.Join(c.Server.Validate(), c.Store.Validate(), c.Secrets.Validate())
}

// platform is what every service stands on.
type platform struct {
	name      string
	config    *platformConfig
	listener  *server.Server
	store     *store.Store
	secrets   *secret.Reader
	directory *tenant.Directory
	publisher *topic.Publisher
	router    chi.Router
	close     []func()
}

// prepare sees a list of tenants before the directory serves it.
type prepare func(ctx context.Context, tenants []tenant.Tenant)

// open opens the listener first, so that a taken port is known at once and early
// connections wait, then the clients.
func open(ctx context.Context, name string, cfg *platformConfig) (*platform, error) {
	p := &platform{name: name, config: cfg, router: chi.NewRouter()}
	if err := p.openAll(ctx); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *platform) openAll(ctx context.Context) error {
	var err error
	if p.listener, err = server.Listen(ctx, p.config.Server); err != nil {
		return err
	}
	p.defers(func() { _ = p.listener.Close() }) // closed already after Serve
	if p.store, err = store.Open(ctx, p.config.Store); err != nil {
		return err
	}
	p.defers(p.store.Close)
	secrets, err := secret.NewClient(ctx, p.config.Secrets)
	if err != nil {
		return err
	}
	p.defers(func() { _ = secrets.Close() })
	p.secrets = secret.New(secrets, p.config.Secrets)
	client, err := pubsub.NewClient(ctx, p.config.Store.Project)
	if err != nil {
		return fmt.Errorf("open pubsub: %w", err)
	}
	p.defers(func() { _ = client.Close() })
	p.publisher = topic.NewPublisher(client)
	p.defers(p.publisher.Stop)
	p.track(nil)
	return nil
}

// track makes the directory. Serving does not wait for its first load: what needs a
// tenant before that says that it is unavailable.
func (p *platform) track(prepare prepare) {
	p.directory = tenant.NewDirectory(p.store.Operator(), tenant.Options{Interval: p.config.Refresh, Prepare: prepare})
}

func (p *platform) defers(fn func()) { p.close = append(p.close, fn) }

// Close closes what open opened, the last first.
func (p *platform) Close() {
	for _, fn := range slices.Backward(p.close) {
		fn()
	}
}

// http returns a guarded client for what a tenant can name.
func (p *platform) http(o outbound.Options) *http.Client {
	o.AllowLoopback = p.config.Outbound.AllowLoopback
	return outbound.New(o)
}

// firstLoad is how long the first deliveries wait for the tenants when the store is away: a
// sender must be answered within two seconds.
const firstLoad = time.Second

// serve serves the router until ctx ends. The tenants are loaded first; without them the
// service starts all the same, and says that it is unavailable until they are.
func (p *platform) serve(ctx context.Context, opts ...otelhttp.Option) error {
	loading, loaded := context.WithTimeout(ctx, firstLoad)
	if err := p.directory.Refresh(loading); err != nil {
		slog.ErrorContext(ctx, "tenants not loaded", "error", err)
	}
	loaded()
	background, stop := context.WithCancel(ctx)
	defer stop()
	go p.directory.Run(background)
	return p.listener.Serve(ctx, server.Middleware(p.name, opts...)(p.router))
}

// step serves a step: its push endpoint and its health.
type step struct {
	*platform
	verifier *topic.TokenVerifier
	config   stage.Config
	slots    *fair.Slots
	wiring   wiring
}

// stepConfig is what every step needs.
type stepConfig struct {
	Platform platformConfig
	Push     topic.PushConfig
	Stage    stage.Config
	Slots    fair.Config
}

func (c *stepConfig) Validate() error {
	return errors.Join(c.Platform.Validate(), c.Push.Validate(), c.Stage.Validate(), c.Slots.Validate())
}

// pushDeadline is longer than Pub/Sub waits for an answer: a handler that is cut off
// earlier by its own server would be repeated for nothing.
const pushDeadline = 620 * time.Second

func openStep(ctx context.Context, name string, cfg *stepConfig, opts ...Option) (*step, error) {
	cfg.Platform.Server.WriteTimeout = max(cfg.Platform.Server.WriteTimeout, pushDeadline)
	p, err := open(ctx, name, &cfg.Platform)
	if err != nil {
		return nil, err
	}
	s := &step{platform: p, verifier: topic.NewVerifier(ctx, cfg.Push), config: cfg.Stage, slots: fair.New(cfg.Slots), wiring: wired(opts)}
	p.router.Method(http.MethodGet, "/v1/health", server.Health(name))
	return s, nil
}

// on answers a topic's push subscription (pubsub:). All topics of the step share its slots.
func (s *step) on(name topic.Name, work func(context.Context, topic.Message) error) {
	shared := func(ctx context.Context, m topic.Message) error {
		return s.slots.Do(ctx, fair.Job{
			Tenant: m.TenantID, Key: string(name) + "/" + m.RequestID + "/" + m.Destination + "/" + strconv.FormatInt(m.Run, 10),
			Work: func(ctx context.Context) error { return work(ctx, m) },
		})
	}
	s.router.Method(http.MethodPost, "/pubsub/"+string(name), topic.Handler(s.verifier, s.name, shared))
}

// run makes the worker answer the topic of the status that it starts from.
func (s *step) run(from, to request.Status, worker stage.Worker) error {
	name, ok := topic.ForStatus(from)
	if !ok {
		return fmt.Errorf("no topic announces %s", from)
	}
	runner := &stage.Runner{
		Name: s.name, From: from, To: to, Worker: worker, Claim: s.wiring.claim(s.claim, s.store),
		Tenants: s.directory, Next: s.publisher, Config: s.config, Now: time.Now,
	}
	s.on(name, func(ctx context.Context, m topic.Message) error {
		return runner.Handle(ctx, m.TenantID, m.RequestID, m.Run)
	})
	return nil
}

func (s *step) claim(ctx context.Context, tenantID string, w stage.Wanted) (stage.Claim, error) {
	claim, err := s.store.ForTenant(tenantID).Claim(ctx, w)
	if err != nil {
		return nil, err
	}
	return claim, nil
}
