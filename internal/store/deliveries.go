package store

import (
	"context"
	"slices"
	"sort"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// deliveryRow is a row of the table deliveries.
type deliveryRow struct {
	RequestID   string                          `spanner:"request_id"`
	Destination string                          `spanner:"destination"`
	Connector   string                          `spanner:"connector"`
	State       string                          `spanner:"state"`
	Run         int64                           `spanner:"run"`
	Revision    int64                           `spanner:"revision"`
	Synced      int64                           `spanner:"synced"`
	Attempts    int64                           `spanner:"attempts"`
	DueAt       spanner.NullTime                `spanner:"due_at"`
	NotBefore   spanner.NullTime                `spanner:"not_before"`
	LeaseToken  spanner.NullString              `spanner:"lease_token"`
	LeaseUntil  spanner.NullTime                `spanner:"lease_until"`
	Ledger      document[[]request.LedgerEntry] `spanner:"ledger"`
	Outcome     spanner.NullString              `spanner:"outcome"`
	Error       spanner.NullString              `spanner:"error"`
	Link        spanner.NullString              `spanner:"link"`
	Warnings    []string                        `spanner:"warnings"`
	Calls       int64                           `spanner:"calls"`
	UpdatedAt   time.Time                       `spanner:"updated_at"`
}

var deliveryColumns = []string{
	"request_id", "destination", "connector", "state", "run", "revision", "synced", "attempts", "due_at",
	"not_before", "lease_token", "lease_until", "ledger", "outcome", "error", "link", "warnings", "calls", "updated_at",
}

func (d *deliveryRow) delivery(tenantID string) request.Delivery {
	return request.Delivery{
		TenantID: tenantID, RequestID: d.RequestID, Destination: d.Destination, Connector: d.Connector,
		State: request.DeliveryState(d.State), Revision: d.Revision, Synced: d.Synced, Attempts: d.Attempts,
		DueAt: d.DueAt.Time, Ledger: d.Ledger.Value, Outcome: d.Outcome.StringVal, Error: d.Error.StringVal,
		Link: d.Link.StringVal, Warnings: d.Warnings, Calls: d.Calls, UpdatedAt: d.UpdatedAt,
	}
}

// claimable reports whether a worker may take the delivery now.
func (d *deliveryRow) claimable(now time.Time) bool {
	return d.State == string(request.DeliveryPending) &&
		!held(d.LeaseToken, d.LeaseUntil, now) && !now.Before(d.NotBefore.Time)
}

// untouched reports whether nothing of the delivery is in the CRM yet and nobody is at it.
func (d *deliveryRow) untouched() bool {
	return !d.LeaseToken.Valid && !slices.ContainsFunc(d.Ledger.Value, request.LedgerEntry.Done)
}

// Deliveries returns the request's deliveries, by destination.
func (s *Scope) Deliveries(ctx context.Context, requestID string) ([]request.Delivery, error) {
	var rows map[string]*deliveryRow
	err := s.store.sessions.read(ctx, "step=read,op=deliveries", func(ctx context.Context, r reader) (err error) {
		rows, err = s.deliveryRows(ctx, r, requestID)
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make([]request.Delivery, 0, len(rows))
	for _, row := range rows {
		all = append(all, row.delivery(s.tenant))
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Destination < all[j].Destination })
	return all, nil
}

func (s *Scope) deliveryRows(ctx context.Context, r reader, requestID string) (map[string]*deliveryRow, error) {
	rows := map[string]*deliveryRow{}
	err := r.Read(ctx, "deliveries", s.key(requestID).AsPrefix(), deliveryColumns).Do(func(row *spanner.Row) error {
		var d deliveryRow
		if err := row.ToStruct(&d); err != nil {
			return err
		}
		rows[d.Destination] = &d
		return nil
	})
	return rows, err
}

// Plan is one destination that the tenant's workflow chose for a request, or skipped.
type Plan struct {
	Destination string
	Connector   string
	Skip        string // why it is skipped; empty: deliver
	Follow      bool   // with Skip: what is in the CRM already, or on its way there, is delivered again nevertheless
	Defer       string // why it is left for sweep to announce; empty: try it now
}

// PlanDeliveries settles which destinations the request goes to and takes those that
// are due now, all in one transaction. A destination that was delivered in an earlier
// run is delivered again under a raised revision: its ledger makes that an update.
func (c *Claim) PlanDeliveries(ctx context.Context, plans []Plan, lease time.Duration) ([]*DeliveryClaim, error) {
	var claims []*DeliveryClaim
	err := c.hold(ctx, "plan", func(ctx context.Context, tx *spanner.ReadWriteTransaction, _ string) ([]*spanner.Mutation, error) {
		claims = nil
		rows, err := c.scope.deliveryRows(ctx, tx, c.Request.ID)
		if err != nil {
			return nil, err
		}
		var ms []*spanner.Mutation
		for _, p := range plans {
			row := c.planned(rows[p.Destination], p)
			rows[p.Destination] = row
			var token string
			claimable := row.claimable(c.scope.store.now())
			switch {
			case claimable && p.Defer != "":
				row.DueAt, row.Error = nullTime(c.scope.store.now()), nullString(p.Defer)
			case claimable:
				token = newToken()
				claims = append(claims, c.scope.deliveryClaim(row, token))
			}
			ms = append(ms, c.scope.planMutation(c.Request, row, token, lease))
		}
		c.Request.CRMState = sumUp(rows)
		return append(ms, c.scope.update(c.Request.ID, values{"crm_state": string(c.Request.CRMState)})), nil
	})
	return claims, err
}

// planned returns the row as the plan wants it.
func (c *Claim) planned(old *deliveryRow, p Plan) *deliveryRow {
	state := request.DeliveryPending
	if p.Skip != "" {
		state = request.DeliverySkipped
	}
	switch {
	case old == nil:
		return &deliveryRow{
			RequestID: c.Request.ID, Destination: p.Destination, Connector: p.Connector, State: string(state),
			Run: c.Request.Run, Revision: 1, Ledger: doc([]request.LedgerEntry{}), Error: nullString(p.Skip),
		}
	case old.Run < c.Request.Run && (p.Skip == "" || p.Follow && !old.untouched()):
		next := *old
		next.Run, next.Revision, next.State = c.Request.Run, old.Revision+1, string(request.DeliveryPending)
		next.Attempts, next.NotBefore, next.Error = 0, spanner.NullTime{}, spanner.NullString{}
		return &next
	case old.Run < c.Request.Run && old.untouched():
		next := *old
		next.Run, next.State, next.Error = c.Request.Run, string(state), nullString(p.Skip)
		return &next
	default:
		return old
	}
}

func (s *Scope) planMutation(r *request.Request, d *deliveryRow, token string, lease time.Duration) *spanner.Mutation {
	v := map[string]any{
		"tenant_id": s.tenant, "request_id": d.RequestID, "destination": d.Destination, "connector": d.Connector,
		"state": d.State, "run": d.Run, "revision": d.Revision, "synced": d.Synced, "attempts": d.Attempts,
		"announced": int64(0), "ledger": d.Ledger, "error": d.Error, "not_before": d.NotBefore,
		"trace_parent": nullString(r.TraceParent), "updated_at": spanner.CommitTimestamp,
	}
	switch {
	case request.DeliveryState(d.State).Settled():
		v["due_at"] = nil
	case d.DueAt.Valid:
		v["due_at"] = d.DueAt
	}
	if token != "" {
		until := s.store.now().Add(lease)
		v["lease_token"], v["lease_until"], v["due_at"] = token, until, until
	}
	return spanner.InsertOrUpdateMap("deliveries", v)
}

// GaveUpError says that a claim has just failed its delivery, at the limit of attempts.
type GaveUpError struct{ Delivery request.Delivery }

func (e *GaveUpError) Error() string {
	return "delivery to " + e.Delivery.Destination + " gave up after repeated failures"
}

// ClaimDelivery takes one delivery that sweep announced, whatever the request's status,
// unless the request was erased. A lease that ran out counts as an attempt; at the limit the
// delivery fails, and ClaimDelivery returns a GaveUpError.
func (s *Scope) ClaimDelivery(ctx context.Context, requestID, destination string, lease time.Duration, limit int64) (*DeliveryClaim, error) {
	var claim *DeliveryClaim
	var gaveUp *GaveUpError
	err := s.store.sessions.readWrite(ctx, "step=push,op=claim_delivery", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		claim, gaveUp = nil, nil
		parent, err := s.readRow(ctx, tx, requestID)
		if spanner.ErrCode(err) == codes.NotFound || err == nil && parent.Status == string(request.Erased) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		rows, err := s.deliveryRows(ctx, tx, requestID)
		if err != nil {
			return err
		}
		row, now := rows[destination], s.store.now()
		if row == nil {
			return ErrNotFound
		}
		if !row.claimable(now) {
			return ErrHeld
		}
		if row.LeaseToken.Valid { // the lease ran out: its holder died
			row.Attempts++
		}
		if row.Attempts >= limit {
			row.State = string(request.DeliveryFailed)
			gaveUp = &GaveUpError{row.delivery(s.tenant)}
			return tx.BufferWrite(s.giveUp(row, rows))
		}
		claim = s.deliveryClaim(row, newToken())
		return tx.BufferWrite([]*spanner.Mutation{claim.update(values{
			"lease_token": claim.token, "lease_until": now.Add(lease), "due_at": now.Add(lease),
			"attempts": row.Attempts, "not_before": nil,
		})})
	})
	if err != nil {
		return nil, err
	}
	if gaveUp != nil {
		return nil, gaveUp
	}
	return claim, nil
}

// giveUp fails a delivery that was tried too often.
func (s *Scope) giveUp(row *deliveryRow, all map[string]*deliveryRow) []*spanner.Mutation {
	claim := s.deliveryClaim(row, "")
	return []*spanner.Mutation{
		claim.update(settle(values{"state": row.State, "attempts": row.Attempts})),
		s.update(row.RequestID, values{"crm_state": string(sumUp(all))}),
		s.event(row.RequestID, request.Event{Step: "push", Name: "delivery_failed", Detail: row.Destination + ": gave up after repeated failures"}),
	}
}

func sumUp(rows map[string]*deliveryRow) request.CRMState {
	states := make([]request.DeliveryState, 0, len(rows))
	for _, row := range rows {
		if row.Connector != request.ConnectorCallRail { // no CRM
			states = append(states, request.DeliveryState(row.State))
		}
	}
	return request.SumUp(states)
}
