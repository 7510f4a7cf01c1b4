package push

import (
	"context"
	"fmt"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
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

// refused reports whether the request's person wants the destination not to get it.
func (o order) refused(destination string) bool {
	in := o.tenant.Integration(destination)
	return o.optedOut && in != nil && in.ThirdParty
}

// withheld returns how a delivery ends that must not be tried, and why; or "". A person's wish
// is final. A contract may follow, or the settings be put right: until then it is parked.
func (o order) withheld(destination string) (state request.DeliveryState, why string) {
	switch {
	case o.refused(destination):
		return request.DeliverySkipped, personOptedOut
	case !o.tenant.Covers(destination):
		return request.DeliveryParked, notCovered
	default:
		return "", ""
	}
}
