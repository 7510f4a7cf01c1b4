package push

import (
	"context"
	"errors"
	"fmt"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	personOptedOut = "The person opted out of third parties."
	notCovered     = "HIPAA mode: the destination is not among those that a contract covers."
)

// optedOut reports whether a person whom the request is about wants no third party to get it.
// Nothing is read for a tenant that has none.
func (p *Worker) optedOut(ctx context.Context, t *tenant.Tenant, requestID string) (bool, error) {
	for _, in := range t.Integrations {
		if in.ThirdParty {
			out, err := p.Store.ForTenant(t.ID).OptedOut(ctx, requestID)
			if err != nil {
				return false, fmt.Errorf("read opt-out: %w", err)
			}
			return out, nil
		}
	}
	return false, nil
}

// withheld returns why a destination must not get the request, or "".
func (o order) withheld(destination string) string {
	in := o.tenant.Integration(destination)
	switch {
	case !o.tenant.Covers(destination):
		return notCovered
	case o.optedOut && in != nil && in.ThirdParty:
		return personOptedOut
	default:
		return ""
	}
}

// withhold settles a delivery that was planned before there was a reason to keep it back.
func (p *Worker) withhold(ctx context.Context, claim *store.DeliveryClaim, why string) error {
	end := store.Settlement{State: request.DeliverySkipped, Error: why}
	event := request.Event{Step: "push", Name: "delivery_skipped", Detail: claim.Delivery.Destination}
	if err := claim.Settle(context.WithoutCancel(ctx), end, event); err != nil && !errors.Is(err, stage.ErrLost) {
		return fmt.Errorf("settle delivery: %w", err)
	}
	return nil
}
