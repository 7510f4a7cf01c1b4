package push

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Config says how patient deliveries are.
type Config struct {
	Lease        time.Duration `env:"DELIVERY_LEASE, default=45s"`         // longer than one remote step
	Attempts     int64         `env:"DELIVERY_ATTEMPTS, default=60"`       // failures before a delivery fails: about two days
	Backoff      time.Duration `env:"DELIVERY_BACKOFF, default=5s"`        // after the first failure; doubled each time
	Longest      time.Duration `env:"DELIVERY_BACKOFF_MAX, default=1h"`    // the longest wait between attempts
	BusyWait     time.Duration `env:"DELIVERY_BUSY_WAIT, default=10s"`     // how long to wait here for another call of the same person
	ThrottleWait time.Duration `env:"DELIVERY_THROTTLE_WAIT, default=10s"` // how long a call waits here for the account's rate limit
	DashboardURL string        `env:"DASHBOARD_URL"`                       // CRM records link to the request there
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Lease <= 0 || c.Backoff <= 0 || c.Longest < c.Backoff {
		errs = append(errs, errors.New("DELIVERY_LEASE and DELIVERY_BACKOFF must be positive, DELIVERY_BACKOFF_MAX not shorter"))
	}
	if c.ThrottleWait < 0 || c.ThrottleWait >= crm.StepTimeout {
		errs = append(errs, fmt.Errorf("DELIVERY_THROTTLE_WAIT must not be negative, and below %v", crm.StepTimeout))
	}
	if c.Attempts <= 0 {
		errs = append(errs, errors.New("DELIVERY_ATTEMPTS must be positive"))
	}
	return errors.Join(errs...)
}

// Secrets reads a secret by its name.
type Secrets interface {
	Get(ctx context.Context, name string) (string, error)
}

// VaultFunc returns the vault of a tenant's secret.
type VaultFunc func(tenantID, secret string) crm.Vault

// LedgerFunc returns what a delivery remembers of its remote records.
type LedgerFunc func(claim *store.DeliveryClaim) crm.Ledger

// Planner is a claimed request that deliveries can be planned for.
type Planner interface {
	PlanDeliveries(ctx context.Context, plans []store.Plan, lease time.Duration) ([]*store.DeliveryClaim, error)
}

// Deps are what a Worker works with.
type Deps struct {
	Store      *store.Store
	Tenants    stage.Tenants
	Secrets    Secrets
	Connectors map[string]crm.Factory // by integration kind
	CallRail   Calls                  // nil: nothing is written back to calls
	HTTP       *http.Client           // guarded: a tenant may name addresses
	Vault      VaultFunc              // nil: credentials that expire cannot be renewed
	Breakers   *crm.Breakers          // nil: dead destinations are asked each time
	Ledger     LedgerFunc             // nil: the claim, which keeps it in the store
	Now        func() time.Time       // nil: time.Now
}

// Worker delivers requests to CRMs. It implements stage.Worker.
type Worker struct {
	Config Config
	Deps
}

// New returns a worker.
func New(cfg Config, deps Deps) (*Worker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("new push worker: %w", err)
	}
	if deps.Store == nil || deps.Tenants == nil || deps.Secrets == nil || deps.HTTP == nil {
		return nil, errors.New("new push worker: store, tenants, secrets and client are needed")
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Ledger == nil {
		deps.Ledger = func(claim *store.DeliveryClaim) crm.Ledger { return claim }
	}
	return &Worker{Config: cfg, Deps: deps}, nil
}

// Work plans a request's deliveries and tries each once.
func (p *Worker) Work(ctx context.Context, job *stage.Job) (stage.Result, error) {
	planner, ok := job.Record.(Planner)
	if !ok {
		return stage.Result{}, fmt.Errorf("plan deliveries: %T cannot", job.Record)
	}
	o, err := p.order(ctx, job.Tenant, job.Request, job.Record)
	if err != nil {
		return stage.Result{}, err
	}
	claims, err := planner.PlanDeliveries(ctx, o.deliveries(p.Now()), p.Config.Lease)
	if err != nil {
		return stage.Result{}, fmt.Errorf("plan deliveries: %w", err)
	}
	var all sync.WaitGroup
	for _, claim := range claims {
		all.Go(func() {
			if err := p.attempt(ctx, o, claim); err != nil {
				// The row keeps its lease and falls due when that runs out.
				slog.WarnContext(ctx, "delivery outcome not saved", "tenant_id", job.Tenant.ID, "request_id", job.Request.ID,
					"destination", claim.Delivery.Destination, "error", err)
			}
		})
	}
	all.Wait()
	return stage.Result{Detail: o.detail(len(claims))}, nil
}

// HandleDue (pubsub: delivery-due) tries one delivery again.
func (p *Worker) HandleDue(ctx context.Context, tenantID, requestID, destination string) error {
	t, err := p.Tenants.Tenant(ctx, tenantID)
	if err != nil {
		return fmt.Errorf("find tenant: %w", err)
	}
	if t.Status != tenant.Active {
		return nil // it stays due
	}
	if t.Held(p.Now(), request.Analyzed.Step()) != nil || t.Paused(p.Now(), tenant.PauseDestination(destination)) != nil {
		return nil // it stays due, and sweep announces it when the pause is over
	}
	scope := p.Store.ForTenant(tenantID)
	claim, err := scope.ClaimDelivery(ctx, requestID, destination, p.Config.Lease, p.Config.Attempts)
	var gaveUp *store.GaveUpError
	switch {
	case isGone(err):
		return nil
	case errors.As(err, &gaveUp):
		slog.WarnContext(ctx, "delivery failed, its leases ran out too often", "tenant_id", tenantID, "request_id", requestID, "destination", destination)
		count(ctx, gaveUp.Delivery, request.DeliveryFailed)
		return nil
	}
	if err != nil {
		return fmt.Errorf("claim delivery: %w", err)
	}
	r, err := scope.Request(ctx, requestID)
	if err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	o, err := p.order(ctx, t, r, children{scope, requestID})
	if err != nil {
		return err
	}
	return p.attempt(ctx, o, claim)
}
