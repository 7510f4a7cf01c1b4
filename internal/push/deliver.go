package push

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/mapping"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

const scope = "github.com/your-org/multi-tenant-pipeline/internal/push"

var tracer = otel.Tracer(scope)

var deliveries, _ = otel.Meter(scope).Int64Counter(
	"pipeline.deliveries", metric.WithDescription("attempts at deliveries to CRMs by what became of them; pending are tried again"))

// busyPoll is how often a contact that another delivery resolves is asked for.
const busyPoll = 200 * time.Millisecond

func isGone(err error) bool {
	return errors.Is(err, store.ErrHeld) || errors.Is(err, store.ErrNotFound)
}

// attempt tries a claimed delivery and saves how it ended. It fails only if that could
// not be saved.
func (p *Worker) attempt(ctx context.Context, o order, claim *store.DeliveryClaim) error {
	d := claim.Delivery
	if state, why := o.withheld(d); why != "" {
		event := request.Event{Step: "push", Name: "delivery_" + string(state), Detail: d.Destination}
		return settle(context.WithoutCancel(ctx), claim, store.Settlement{State: state, Error: why}, event)
	}
	ctx, span := tracer.Start(ctx, "deliver", trace.WithAttributes(
		attribute.String("tenant_id", o.tenant.ID), attribute.String("destination", d.Destination), attribute.String("connector", d.Connector)))
	defer span.End()
	start := p.Now()
	work, stop := stage.KeepLease(ctx, claim, p.Config.Lease)
	counted, calls := withCalls(work)
	result, err := p.safely(counted, o, claim)
	stop()
	stopped := ctx.Err() != nil // by a shutdown, or since the request went to somebody else: the delivery did not
	if !stopped && (errors.Is(err, stage.ErrLost) || errors.Is(context.Cause(work), stage.ErrLost)) {
		return nil // somebody else has it, and the ledger
	}
	ctx = context.WithoutCancel(ctx)
	end := p.settlement(result, err, d)
	end.Calls = calls()
	if stopped && crm.Dispose(err).State == request.DeliveryPending {
		end.State, end.Attempt, end.DueAt = request.DeliveryPending, false, p.Now()
	}
	event := request.Event{Step: "push", Name: "delivery_" + string(end.State), Detail: d.Destination, Duration: p.Now().Sub(start)}
	p.log(ctx, d, event, err)
	return settle(ctx, claim, end, event)
}

// settle saves how a delivery ended, and counts it.
func settle(ctx context.Context, claim *store.DeliveryClaim, end store.Settlement, event request.Event) error {
	switch err := claim.Settle(ctx, end, event); {
	case errors.Is(err, stage.ErrLost):
		return nil
	case err != nil:
		return fmt.Errorf("settle delivery: %w", err)
	}
	count(ctx, claim.Delivery, end.State)
	return nil
}

func count(ctx context.Context, d request.Delivery, outcome request.DeliveryState) {
	deliveries.Add(ctx, 1, metric.WithAttributes(attribute.String("tenant_id", d.TenantID),
		attribute.String("connector", d.Connector), attribute.String("outcome", string(outcome))))
}

// safely turns a panic into an error: it would end the whole instance, since deliveries run
// in goroutines that nobody else guards.
func (p *Worker) safely(ctx context.Context, o order, claim *store.DeliveryClaim) (result crm.Result, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return p.deliver(ctx, o, claim)
}

// deliver runs the connector. A person whom another call is resolving right now is
// waited for here, for a while: the two calls of a couple should not take a minute longer.
func (p *Worker) deliver(ctx context.Context, o order, claim *store.DeliveryClaim) (crm.Result, error) {
	lead, warnings, err := o.leadFor(ctx, claim.Delivery)
	if err != nil {
		return crm.Result{Warnings: warnings}, err
	}
	result, err := p.connectAndDeliver(ctx, o, lead, claim)
	if p.rotated(ctx, o, claim.Delivery, err) {
		result, err = p.connectAndDeliver(ctx, o, lead, claim)
	}
	result.Warnings = append(warnings[:len(warnings):len(warnings)], result.Warnings...)
	return result, err
}

func (p *Worker) connectAndDeliver(ctx context.Context, o order, lead crm.Lead, claim *store.DeliveryClaim) (crm.Result, error) {
	connector, err := p.connector(ctx, o, claim)
	if err != nil {
		return crm.Result{}, err
	}
	ctx = crm.Patient(ctx, p.Config.ThrottleWait)
	until := p.Now().Add(p.Config.BusyWait)
	for {
		result, err := crm.Deliver(ctx, connector, lead, p.Ledger(claim), p.Now)
		var busy *crm.BusyError
		if !errors.As(err, &busy) || p.Now().After(until) {
			return result, err
		}
		select {
		case <-ctx.Done():
			return result, err
		case <-time.After(busyPoll):
		}
	}
}

// rotated reports whether the credentials that a CRM refused have been replaced meanwhile:
// they are kept in memory for minutes, and the old ones may be revoked before that. The new
// ones are read past the cache, which has them from then on.
func (p *Worker) rotated(ctx context.Context, o order, d request.Delivery, refusal error) bool {
	fault, in := crm.FaultOf(refusal), o.tenant.Integration(d.Destination)
	if fault != crm.AuthRevoked && fault != crm.AuthExpired || p.Vault == nil || in == nil || in.Secret == "" {
		return false
	}
	used, err := p.Secrets.Get(ctx, in.Secret)
	if err != nil {
		used = "" // there were none
	}
	newest, err := p.Vault(o.tenant.ID, in.Secret).Renew(ctx, func(_ context.Context, current string) (string, error) {
		return current, nil // only looked at
	})
	return err == nil && newest != used
}

// noCredentials also stands for a secret of another tenant, which the directory ignores.
const noCredentials = "the secret with the credentials does not exist, or is not called tenant-{tenant id}-{purpose}"

func (p *Worker) connector(ctx context.Context, o order, claim *store.DeliveryClaim) (crm.Connector, error) {
	d, t := claim.Delivery, o.tenant
	if d.Connector == request.ConnectorCallRail {
		return p.writeBack(ctx, o, claim)
	}
	in := t.Integration(d.Destination)
	if in == nil {
		return nil, &crm.Error{Fault: crm.Invalid, Op: "connect", Message: "the integration was removed"}
	}
	factory, ok := p.Connectors[in.Kind]
	if !ok {
		return nil, &crm.Error{Fault: crm.Invalid, Op: "connect", Message: fmt.Sprintf("there is no connector for %q", in.Kind)}
	}
	credentials, err := p.Secrets.Get(ctx, in.Secret)
	if errors.Is(err, secret.ErrNotFound) {
		return nil, &crm.Error{Fault: crm.AuthRevoked, Op: "connect", Message: noCredentials, Err: err}
	}
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	config, _, err := mapping.Split(in.Config)
	if err != nil {
		return nil, settingsError(err)
	}
	settings := crm.Settings{TenantID: t.ID, IntegrationID: in.ID, Credentials: credentials, Config: config}
	if p.Vault != nil {
		settings.Vault = p.Vault(t.ID, in.Secret)
	}
	connector, err := factory(settings, p.HTTP)
	if err != nil {
		return nil, &crm.Error{Fault: crm.Invalid, Op: "connect", Message: err.Error(), Err: err}
	}
	if p.Breakers == nil {
		return connector, nil
	}
	breaker := p.Breakers.Breaker(crm.Destination{TenantID: t.ID, IntegrationID: in.ID, Kind: in.Kind})
	return crm.Guard(connector, breaker), nil
}

// settlement turns the connector's answer into what becomes of the delivery.
func (p *Worker) settlement(result crm.Result, err error, d request.Delivery) store.Settlement {
	disposition := crm.Dispose(err)
	end := store.Settlement{
		State: disposition.State, DueAt: disposition.RetryAt, Attempt: disposition.Counts, Error: disposition.Words,
		Entries: result.Entries, Outcome: string(result.Outcome), Link: result.Link, Warnings: result.Warnings,
	}
	if end.State != request.DeliveryPending {
		end.DueAt = time.Time{}
		return end
	}
	if disposition.Counts && d.Attempts+1 >= p.Config.Attempts {
		end.State, end.DueAt = request.DeliveryFailed, time.Time{}
		return end
	}
	backoff := stage.Config{Backoff: p.Config.Backoff, Longest: p.Config.Longest}
	soonest := p.Now().Add(backoff.Wait(d.Attempts))
	if end.DueAt.IsZero() || disposition.Counts && end.DueAt.Before(soonest) {
		end.DueAt = soonest
	}
	return end
}

func (p *Worker) log(ctx context.Context, d request.Delivery, event request.Event, err error) {
	attrs := []any{
		"tenant_id", d.TenantID, "request_id", d.RequestID, "step", "push", "destination", d.Destination,
		"status", event.Name, "attempt", d.Attempts + 1, "duration_ms", event.Duration.Milliseconds(),
	}
	level := slog.LevelInfo
	if err != nil {
		attrs, level = append(attrs, "error", err), slog.LevelWarn
	}
	slog.Log(ctx, level, "delivery finished", attrs...)
}
