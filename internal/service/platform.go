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

// PlatformConfig is what every service needs.
type PlatformConfig struct {
	Server   server.Config
	Store    store.Config
	Secrets  secret.Config
	Outbound outbound.Config
	Refresh  time.Duration `env:"DIRECTORY_REFRESH, default=10s"` // how soon a changed tenant or key is seen
	HIPAA    bool          `env:"HIPAA_MODE, default=false"`      // every tenant is in HIPAA mode: docs/compliance.md
}

// Validate reports every problem at once.
func (c *PlatformConfig) Validate() error {
	return errors.Join(c.Server.Validate(), c.Store.Validate(), c.Secrets.Validate())
}

// Platform is what every service stands on.
type Platform struct {
	name     string
	config   *PlatformConfig
	listener *server.Server
	close    []func()

	Store     *store.Store
	Secrets   *secret.Reader
	Directory *tenant.Directory
	Publisher *topic.Publisher
	Router    chi.Router
}

// Prepare sees a list of tenants before the directory serves it.
type Prepare func(ctx context.Context, tenants []tenant.Tenant)

// Open opens the listener first, so that a taken port is known at once and early
// connections wait, then the clients.
func Open(ctx context.Context, name string, cfg *PlatformConfig) (*Platform, error) {
	p := &Platform{name: name, config: cfg, Router: chi.NewRouter()}
	if err := p.openAll(ctx); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *Platform) openAll(ctx context.Context) error {
	var err error
	if p.listener, err = server.Listen(ctx, p.config.Server); err != nil {
		return err
	}
	p.Defers(func() { _ = p.listener.Close() }) // closed already after Serve
	if p.Store, err = store.Open(ctx, p.config.Store, store.WithRole(p.name)); err != nil {
		return err
	}
	p.Defers(p.Store.Close)
	secrets, err := secret.NewClient(ctx, p.config.Secrets)
	if err != nil {
		return err
	}
	p.Defers(func() { _ = secrets.Close() })
	p.Secrets = secret.New(secrets, p.config.Secrets)
	client, err := pubsub.NewClient(ctx, p.config.Store.Project)
	if err != nil {
		return fmt.Errorf("open pubsub: %w", err)
	}
	p.Defers(func() { _ = client.Close() })
	p.Publisher = topic.NewPublisher(client)
	p.Defers(p.Publisher.Stop)
	p.Track(nil)
	return nil
}

// Track makes the directory. Serving does not wait for its first load: what needs a
// tenant before that says that it is unavailable.
func (p *Platform) Track(prepare Prepare) {
	p.Directory = tenant.NewDirectory(p.Store.Operator(), tenant.Options{Interval: p.config.Refresh, HIPAA: p.config.HIPAA, Prepare: prepare})
}

// Defers makes Close call fn.
func (p *Platform) Defers(fn func()) { p.close = append(p.close, fn) }

// Close closes what Open opened, the last first.
func (p *Platform) Close() {
	for _, fn := range slices.Backward(p.close) {
		fn()
	}
}

// HTTP returns a guarded client for what a tenant can name.
func (p *Platform) HTTP(o outbound.Options) *http.Client {
	o.AllowLoopback = p.config.Outbound.AllowLoopback
	return outbound.New(o)
}

// firstLoad is how long the first deliveries wait for the tenants when the store is away: a
// sender must be answered within two seconds.
const firstLoad = time.Second

// Serve serves the router until ctx ends. The tenants are loaded first; without them the
// service starts all the same, and says that it is unavailable until they are.
func (p *Platform) Serve(ctx context.Context, opts ...otelhttp.Option) error {
	loading, loaded := context.WithTimeout(ctx, firstLoad)
	if err := p.Directory.Refresh(loading); err != nil {
		slog.ErrorContext(ctx, "tenants not loaded", "error", err)
	}
	loaded()
	background, stop := context.WithCancel(ctx)
	defer stop()
	go p.Directory.Run(background)
	return p.listener.Serve(ctx, server.Middleware(p.name, opts...)(p.awake(p.Router)))
}

// catchUp is how long a request waits for tenants that are out of date. With it, a sender is still
// answered within two seconds.
const catchUp = 200 * time.Millisecond

// awake makes an instance that had no CPU since its last request look at the tenants again first.
func (p *Platform) awake(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.Directory.CatchUp(r.Context(), catchUp)
		next.ServeHTTP(w, r)
	})
}

// Step serves a step: its push endpoint and its health.
type Step struct {
	*Platform
	config stage.Config
	slots  *fair.Slots

	Verifier *topic.TokenVerifier
	Wiring   Wiring
}

// StepConfig is what every step needs.
type StepConfig struct {
	Platform PlatformConfig
	Push     topic.PushConfig
	Stage    stage.Config
	Slots    fair.Config
}

// Validate reports every problem at once.
func (c *StepConfig) Validate() error {
	return errors.Join(c.Platform.Validate(), c.Push.Validate(), c.Stage.Validate(), c.Slots.Validate())
}

// pushDeadline is longer than Pub/Sub waits for an answer: a handler that is cut off
// earlier by its own server would be repeated for nothing.
const pushDeadline = 620 * time.Second

// OpenStep opens what a step stands on.
func OpenStep(ctx context.Context, name string, cfg *StepConfig, opts ...Option) (*Step, error) {
	cfg.Platform.Server.WriteTimeout = max(cfg.Platform.Server.WriteTimeout, pushDeadline)
	p, err := Open(ctx, name, &cfg.Platform)
	if err != nil {
		return nil, err
	}
	s := &Step{Platform: p, Verifier: topic.NewVerifier(ctx, cfg.Push), config: cfg.Stage, slots: fair.New(cfg.Slots), Wiring: Wired(opts)}
	p.Router.Method(http.MethodGet, "/v1/health", server.Health(name))
	return s, nil
}

// On answers a topic's push subscription (pubsub:). All topics of the step share its slots.
func (s *Step) On(name topic.Name, work func(context.Context, topic.Message) error) {
	shared := func(ctx context.Context, m topic.Message) error {
		return s.slots.Do(ctx, fair.Job{
			Tenant: m.TenantID, Key: string(name) + "/" + m.RequestID + "/" + m.Destination + "/" + strconv.FormatInt(m.Run, 10),
			Work: func(ctx context.Context) error { return work(ctx, m) },
		})
	}
	s.Router.Method(http.MethodPost, "/pubsub/"+string(name), topic.Handler(s.Verifier, s.name, shared))
}

// Run makes the worker answer the topic of the status that it starts from.
func (s *Step) Run(from, to request.Status, worker stage.Worker) error {
	name, ok := topic.ForStatus(from)
	if !ok {
		return fmt.Errorf("no topic announces %s", from)
	}
	runner := &stage.Runner{
		Name: s.name, From: from, To: to, Worker: worker, Claim: s.Wiring.claim(s.claim, s.Store),
		Tenants: s.Directory, Next: s.Publisher, Config: s.config, Now: time.Now,
	}
	s.On(name, func(ctx context.Context, m topic.Message) error {
		return runner.Handle(ctx, m.TenantID, m.RequestID, m.Run)
	})
	return nil
}

func (s *Step) claim(ctx context.Context, tenantID string, w stage.Wanted) (stage.Claim, error) {
	claim, err := s.Store.ForTenant(tenantID).Claim(ctx, w)
	if err != nil {
		return nil, err
	}
	return claim, nil
}
