package api

import (
	"context"
	"fmt"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Tester sends a test message to one of a tenant's channels, once and in bounded time. It says
// what kept the message from arriving, empty if nothing did, and whether there is such a channel.
type Tester interface {
	Try(ctx context.Context, t *tenant.Tenant, channel string) (problem string, known bool)
}

// TestNotification implements POST /v1/tenants/{tenant_id}/notifications/{channel}/test.
func (h *handlers) TestNotification(ctx context.Context, in TestNotificationRequestObject) (TestNotificationResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	if err := o.scope.Audit(ctx, o.actor, "notification.test", in.Channel); err != nil {
		return nil, fmt.Errorf("audit test: %w", err)
	}
	problem, known := h.deps.Tester.Try(ctx, t, in.Channel)
	if !known {
		return nil, store.ErrNotFound
	}
	return TestNotification200JSONResponse{Ok: problem == "", Message: problem}, nil
}
