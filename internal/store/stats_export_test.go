package store

import (
	"context"
	"time"

	"cloud.google.com/go/spanner"
)

// StatsStatement shows tests what is asked of Spanner.
func StatsStatement(by Grouping, r Range) (string, error) {
	statement, err := statsStatement("tenant", by, r)
	return statement.SQL, err
}

// PlatformStatsStatement shows what is asked about all tenants together.
func PlatformStatsStatement(by Grouping, r Range) (string, error) {
	statement, err := statsPlatform(by, r)
	return statement.SQL, err
}

// These are the statements that have no parts.
const (
	StatsByTenantStatement     = statsTenants
	TimingsStatement           = timingsOfTenant
	PlatformTimingsStatement   = timingsOfAll
	OutcomesStatement          = outcomesOfTenant
	PlatformOutcomesStatement  = outcomesOfAll
	BacklogRequestsStatement   = backlogRequests
	BacklogDeliveriesStatement = backlogDeliveries
)

// ReceivedAt makes a request one that was received at another time.
func (s *Scope) ReceivedAt(ctx context.Context, requestID string, at time.Time) error {
	return s.store.sessions.apply(ctx, "step=test,op=received_at", []*spanner.Mutation{spanner.UpdateMap("requests", map[string]any{
		"tenant_id": s.tenant, "request_id": requestID, "received_at": at,
	})})
}
