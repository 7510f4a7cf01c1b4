package api

import (
	"context"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Pauses keeps what is held back: for one tenant, or for all of them.
type Pauses interface {
	Pauses(ctx context.Context) ([]tenant.Pause, error)
	PutPause(ctx context.Context, p tenant.Pause) error
	// DeletePause fails with store.ErrNotFound if there is no such pause.
	DeletePause(ctx context.Context, actor, subject string) error
}

// platformActor stands for the operator where a tenant's people read.
const platformActor = "platform"

// ListPauses implements GET /v1/tenants/{tenant_id}/pauses. Whoever wonders why nothing arrives
// must also see what is held back for everybody.
func (h *handlers) ListPauses(ctx context.Context, _ ListPausesRequestObject) (ListPausesResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	own, err := h.scope(granted.tenantID).Pauses(ctx)
	if err != nil {
		return nil, fmt.Errorf("list pauses: %w", err)
	}
	platform, err := h.deps.Platform.Pauses(ctx)
	if err != nil {
		return nil, fmt.Errorf("list pauses of all tenants: %w", err)
	}
	for i := range platform {
		platform[i].Actor = platformActor
	}
	return ListPauses200JSONResponse{Pauses: presentPauses(append(platform, own...), h.deps.Now())}, nil
}

// PutPause implements PUT /v1/tenants/{tenant_id}/pauses/{subject}. A destination may be paused
// before there is such an integration, so that nothing goes there at first.
func (h *handlers) PutPause(ctx context.Context, in PutPauseRequestObject) (PutPauseResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	p, err := newPause(granted, in.Subject, in.Body, h.deps.Now())
	if err != nil {
		return nil, err
	}
	if err := h.scope(granted.tenantID).PutPause(ctx, p); err != nil {
		return nil, fmt.Errorf("put pause: %w", err)
	}
	return PutPause204Response{}, nil
}

// DeletePause implements DELETE /v1/tenants/{tenant_id}/pauses/{subject}.
func (h *handlers) DeletePause(ctx context.Context, in DeletePauseRequestObject) (DeletePauseResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.scope(granted.tenantID).DeletePause(ctx, granted.principal.Actor(), in.Subject); err != nil {
		return nil, fmt.Errorf("delete pause: %w", err)
	}
	return DeletePause204Response{}, nil
}

// ListPlatformPauses implements GET /v1/pauses.
func (h *handlers) ListPlatformPauses(ctx context.Context, _ ListPlatformPausesRequestObject) (ListPlatformPausesResponseObject, error) {
	pauses, err := h.deps.Platform.Pauses(ctx)
	if err != nil {
		return nil, fmt.Errorf("list pauses of all tenants: %w", err)
	}
	return ListPlatformPauses200JSONResponse{Pauses: presentPauses(pauses, h.deps.Now())}, nil
}

// PutPlatformPause implements PUT /v1/pauses/{subject}.
func (h *handlers) PutPlatformPause(ctx context.Context, in PutPlatformPauseRequestObject) (PutPlatformPauseResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	p, err := newPause(granted, in.Subject, in.Body, h.deps.Now())
	if err != nil {
		return nil, err
	}
	if err := h.deps.Platform.PutPause(ctx, p); err != nil {
		return nil, fmt.Errorf("put pause of all tenants: %w", err)
	}
	return PutPlatformPause204Response{}, nil
}

// DeletePlatformPause implements DELETE /v1/pauses/{subject}.
func (h *handlers) DeletePlatformPause(ctx context.Context, in DeletePlatformPauseRequestObject) (DeletePlatformPauseResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.deps.Platform.DeletePause(ctx, granted.principal.Actor(), in.Subject); err != nil {
		return nil, fmt.Errorf("delete pause of all tenants: %w", err)
	}
	return DeletePlatformPause204Response{}, nil
}

// newPause returns the pause that was ordered.
func newPause(granted grant, subject string, order *PauseOrder, now time.Time) (tenant.Pause, error) {
	p := tenant.Pause{Subject: subject, Reason: order.Reason, Actor: granted.principal.Actor()}
	if order.Until == nil {
		return p, nil
	}
	if p.Until = *order.Until; !p.Until.After(now) || !storable(p.Until) {
		return p, refuseWith(ProblemCodeInvalidSettings, FieldError{Field: "until", Message: "must be in the future, and before the year 10000"})
	}
	return p, nil
}

// presentPauses returns those that still hold something back.
func presentPauses(pauses []tenant.Pause, now time.Time) []Pause {
	shown := []Pause{}
	for _, p := range pauses {
		if p.Over(now) {
			continue
		}
		one := Pause{
			Subject: p.Subject, Reason: p.Reason, Actor: p.Actor, CreatedAt: p.CreatedAt.UTC(), Platform: p.TenantID == tenant.AllTenants,
		}
		if !p.Until.IsZero() {
			until := p.Until.UTC()
			one.Until = &until
		}
		shown = append(shown, one)
	}
	return shown
}
