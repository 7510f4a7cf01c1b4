package push

import (
	"context"
	"fmt"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	personOptedOut = "The person opted out of third parties."
	notCovered     = "HIPAA mode: the destination is not among those that a contract covers."
	switchedOff    = "The integration is switched off."
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
func (o order) withheld(d request.Delivery) (state request.DeliveryState, why string) {
	in := o.tenant.Integration(d.Destination)
	switch {
	case o.refused(d.Destination):
		return request.DeliverySkipped, personOptedOut
	case !o.tenant.Covers(d.Destination):
		return request.DeliveryParked, notCovered
	case in != nil && in.Status != tenant.Active:
		return request.DeliveryParked, switchedOff
	default:
		return o.needless(d)
	}
}

// needless returns how a delivery ends that was planned for what is no lead any more, or what a
// rule now keeps from every destination. What has arrived, were it a part of it, is brought up to date
// instead. A rule that sends it elsewhere does not end it: elsewhere, nobody has planned it.
func (o order) needless(d request.Delivery) (state request.DeliveryState, why string) {
	if to := o.plan.Destination(d.Destination); to != nil && to.Nowhere && d.Synced == 0 && !lead(d.Ledger) {
		return request.DeliverySkipped, to.Skip
	}
	return "", ""
}

// lead reports whether there is a record that says that there is one. A contact is only a person.
func lead(ledger []request.LedgerEntry) bool {
	return slices.ContainsFunc(ledger, func(e request.LedgerEntry) bool { return e.Done() && e.Step != crm.StepContact })
}
