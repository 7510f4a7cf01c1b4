package store

import (
	"context"
	"errors"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// RetryDeliveries makes a destination's parked and failed deliveries due now: somebody has
// put right what they waited for. It returns how many, also with an error, and leaves an
// audit entry by actor. The ledgers stay, so nothing that was done is done again.
func (s *Scope) RetryDeliveries(ctx context.Context, actor, destination string) (int, error) {
	var ids []string
	for _, state := range []request.DeliveryState{request.DeliveryParked, request.DeliveryFailed} {
		found, err := s.inState(ctx, state, destination)
		if err != nil {
			return 0, err
		}
		ids = append(ids, found...)
	}
	if err := s.Audit(ctx, actor, "deliveries.retry", destination); err != nil { // first: what follows may stop half-way
		return 0, err
	}
	retried := 0
	for _, id := range ids {
		err := s.retryDelivery(ctx, id, destination, nil)
		if errors.Is(err, ErrNotFound) {
			continue // somebody else retried it, or it was erased
		}
		if err != nil {
			return retried, err
		}
		retried++
	}
	return retried, nil
}

// inState returns the requests whose delivery to a destination is in a state.
func (s *Scope) inState(ctx context.Context, state request.DeliveryState, destination string) ([]string, error) {
	var ids []string
	err := s.store.sessions.read(ctx, "step=retry,op=list", func(ctx context.Context, r reader) error {
		ids = nil
		keys := s.key(string(state), destination).AsPrefix()
		return r.ReadUsingIndex(ctx, "deliveries", "deliveries_by_state", keys, []string{"request_id"}).Do(func(row *spanner.Row) error {
			var id string
			if err := row.Columns(&id); err != nil {
				return err
			}
			ids = append(ids, id)
			return nil
		})
	})
	return ids, err
}

// RetryDelivery makes one parked or failed delivery due now, with an audit entry by actor. One
// in another state is ErrNotFound.
func (s *Scope) RetryDelivery(ctx context.Context, actor, requestID, destination string) error {
	return s.retryDelivery(ctx, requestID, destination, &AuditLine{
		Actor: actor, Action: "delivery.retry", Target: requestID + "/" + destination,
	})
}

func (s *Scope) retryDelivery(ctx context.Context, requestID, destination string, line *AuditLine) error {
	return s.store.sessions.readWrite(ctx, "step=retry,op=retry", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		rows, err := s.deliveryRows(ctx, tx, requestID)
		if err != nil {
			return err
		}
		row := rows[destination]
		if row == nil || row.State != string(request.DeliveryParked) && row.State != string(request.DeliveryFailed) {
			return ErrNotFound
		}
		row.State = string(request.DeliveryPending)
		claim := s.deliveryClaim(row, "")
		ms := []*spanner.Mutation{
			claim.update(release(values{
				"state": row.State, "due_at": s.store.now(), "not_before": nil, "attempts": int64(0), "announced": int64(0),
			})),
			s.update(requestID, values{"crm_state": string(sumUp(rows))}),
			s.event(requestID, request.Event{Step: "push", Name: "delivery_retried", Detail: destination}),
		}
		if line != nil {
			ms = append(ms, auditChange(ctx, s.tenant, *line))
		}
		return tx.BufferWrite(ms)
	})
}
