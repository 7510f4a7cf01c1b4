package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

var budgetUsed, _ = otel.Meter(scope).Float64Gauge(
	"pipeline.tenant.budget_used", metric.WithUnit("1"), metric.WithDescription("share of the month's budget that a tenant has spent"))

const (
	// budgetActor is who pauses and warns when a budget is used. Only its own pauses end when
	// the budget allows more.
	budgetActor  = "budget"
	budgetReason = "monthly budget used up"
	budgetLease  = "budget" // its note says what people were told last
	budgetTell   = time.Minute
)

// Tenants knows every tenant.
type Tenants interface {
	All() []*tenant.Tenant
}

// Budgets watches what tenants spend. It is checked with each sweep, but looks at a tenant
// only once in a while: what was spent in a month is a sum over all its requests.
type Budgets struct {
	Store   *store.Store
	Tenants Tenants
	Every   time.Duration // between two looks at a tenant
	Now     func() time.Time

	mu      sync.Mutex
	checked map[string]time.Time // by tenant
	told    map[string]string    // by tenant, what people were told last
}

// Check looks at the tenants whose turn it is, until ctx ends. Those that it did not come to
// are the next ones.
func (b *Budgets) Check(ctx context.Context) {
	if !b.mu.TryLock() {
		return // another sweep is at it
	}
	defer b.mu.Unlock()
	if b.checked == nil {
		b.checked, b.told = make(map[string]time.Time), make(map[string]string)
	}
	for _, t := range b.Tenants.All() {
		now := b.Now()
		if ctx.Err() != nil {
			return
		}
		if !budgeted(t) || now.Sub(b.checked[t.ID]) < b.Every {
			continue
		}
		b.checked[t.ID] = now
		if err := b.check(ctx, t, now); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "budget not checked", "tenant_id", t.ID, "error", err)
		}
	}
}

// budgeted reports whether the tenant has a budget, or had one that still holds something back.
func budgeted(t *tenant.Tenant) bool {
	if t.Status != tenant.Active {
		return false
	}
	return t.Settings.Budget.MonthlyUSD > 0 || len(ownPauses(t.ID, t.Pauses)) > 0
}

func ownPauses(tenantID string, all []tenant.Pause) []tenant.Pause {
	var own []tenant.Pause
	for _, p := range all {
		if p.TenantID == tenantID && p.Actor == budgetActor {
			own = append(own, p)
		}
	}
	return own
}

func (b *Budgets) check(ctx context.Context, t *tenant.Tenant, now time.Time) error {
	scope, month := b.Store.ForTenant(t.ID), cost.MonthOf(now, t.Location())
	spent, err := scope.SpentUSD(ctx, store.Range{From: month.Start, To: month.End})
	if err != nil {
		return fmt.Errorf("sum up costs: %w", err)
	}
	standing := cost.Stand(t, spent, now)
	budgetUsed.Record(ctx, standing.Used(), metric.WithAttributes(attribute.String("tenant_id", t.ID)))
	if err := hold(ctx, scope, pauseFor(t, standing), t.Pauses, now); err != nil {
		return err
	}
	return b.tell(ctx, scope, t.ID, standing)
}

// pauseFor returns the pause that a used-up budget asks for; without a subject there is none.
func pauseFor(t *tenant.Tenant, s cost.Standing) tenant.Pause {
	p := tenant.Pause{TenantID: t.ID, Reason: budgetReason, Actor: budgetActor, Until: s.Month.End}
	switch {
	case s.State != cost.UsedUp:
	case t.Settings.Budget.OnLimit == tenant.OnLimitRules:
		p.Subject = tenant.PauseModel
	case t.Settings.Budget.OnLimit == tenant.OnLimitPause:
		p.Subject = tenant.PauseStep("transcribe")
	}
	return p
}

// hold makes want the tenant's only pause by the budget. What a person paused stays as it is,
// also if the budget would pause the same. Known are the pauses as the directory has them:
// they decide only whether it is worth a closer look.
func hold(ctx context.Context, scope *store.Scope, want tenant.Pause, known []tenant.Pause, now time.Time) error {
	if settled(want, ownPauses(want.TenantID, known)) {
		return nil
	}
	pauses, err := scope.Pauses(ctx)
	if err != nil {
		return fmt.Errorf("read pauses: %w", err)
	}
	own := ownPauses(want.TenantID, pauses)
	if settled(want, own) {
		return nil
	}
	for _, p := range own {
		if p.Subject == want.Subject {
			continue // it is replaced
		}
		if err := scope.DeletePause(ctx, budgetActor, p.Subject); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("end pause: %w", err)
		}
	}
	people := tenant.Tenant{Pauses: others(pauses)}
	if want.Subject == "" || people.Paused(now, want.Subject) != nil {
		return nil
	}
	if err := scope.PutPause(ctx, want); err != nil {
		return fmt.Errorf("pause: %w", err)
	}
	return nil
}

// settled reports whether the budget's own pauses are what is wanted.
func settled(want tenant.Pause, own []tenant.Pause) bool {
	if want.Subject == "" {
		return len(own) == 0
	}
	return len(own) == 1 && own[0].Subject == want.Subject && own[0].Until.Equal(want.Until)
}

func others(all []tenant.Pause) []tenant.Pause {
	var people []tenant.Pause
	for _, p := range all {
		if p.Actor != budgetActor {
			people = append(people, p)
		}
	}
	return people
}

// tell says once a month, by audit log and log, that a budget runs out, and once that it is
// used up. Another limit is news again.
func (b *Budgets) tell(ctx context.Context, scope *store.Scope, tenantID string, s cost.Standing) error {
	if s.State != cost.Warning && s.State != cost.UsedUp {
		return nil
	}
	news := fmt.Sprintf("%s %s %.2f", s.Month, s.State, s.LimitUSD)
	if b.told[tenantID] == news {
		return nil
	}
	lease, err := scope.Lock(ctx, budgetLease, budgetTell)
	if errors.Is(err, store.ErrHeld) {
		return nil // another instance is telling
	}
	if err != nil {
		return err
	}
	if lease.Note() != news {
		if err := scope.Audit(ctx, budgetActor, "budget."+string(s.State), s.Month.String()); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		slog.WarnContext(ctx, "budget runs out", "tenant_id", tenantID, "status", string(s.State),
			"spent_usd", s.SpentUSD, "limit_usd", s.LimitUSD, "forecast_usd", s.ForecastUSD)
	}
	if err := lease.Unlock(ctx, news); err != nil {
		return err
	}
	b.told[tenantID] = news
	return nil
}
