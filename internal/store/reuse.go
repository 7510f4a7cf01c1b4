package store

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// ErrMoved says that an integration would go to another account than it delivered to.
var ErrMoved = fmt.Errorf("%w: the integration delivered to another account", ErrConflict)

// checkReuse fails with ErrReused if an integration is added under the id of an earlier one
// that was another CRM's, and with ErrMoved if one that delivered is pointed at another account:
// ledgers and contacts hold ids that are other people's there.
func (s *Scope) checkReuse(ctx context.Context, tx *spanner.ReadWriteTransaction, before, after *tenant.Tenant) error {
	for i := range after.Integrations {
		in := &after.Integrations[i]
		var err error
		if old := before.Integration(in.ID); old != nil {
			err = s.checkMove(ctx, tx, old, in)
		} else {
			err = s.checkKind(ctx, tx, in)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Scope) checkKind(ctx context.Context, tx *spanner.ReadWriteTransaction, in *tenant.Integration) error {
	used, connector, err := s.formerly(ctx, tx, in.ID)
	if err == nil && used && connector != in.Kind {
		return ErrReused
	}
	return err
}

// checkMove lets an integration go that delivered nothing yet: its address may have been wrong.
func (s *Scope) checkMove(ctx context.Context, tx *spanner.ReadWriteTransaction, old, in *tenant.Integration) error {
	if !Moves(old, in) {
		return nil
	}
	delivered, err := s.delivered(ctx, tx, in.ID)
	if err == nil && delivered {
		return ErrMoved
	}
	return err
}

// Moves reports whether an integration's settings plainly name another account than before.
// Only Pipedrive's can: there ids start anew in every company, and the address names it.
func Moves(before, after *tenant.Integration) bool {
	was, is := company(before.Config), company(after.Config)
	return was != "" && is != "" && was != is
}

// company returns whose account at Pipedrive settings name, "" if they leave that to the
// credentials.
func company(config json.RawMessage) string {
	var settings struct {
		BaseURL string `json:"base_url"`
	}
	if json.Unmarshal(config, &settings) != nil {
		return ""
	}
	u, err := url.Parse(settings.BaseURL)
	if err != nil {
		return ""
	}
	name, ok := strings.CutSuffix(strings.ToLower(u.Hostname()), ".pipedrive.com")
	if !ok || name == "api" {
		return ""
	}
	return name
}

// What tells that something was delivered to a destination: a delivery that is done, or a person
// whose record is known.
const (
	doneDelivery = `SELECT request_id
FROM deliveries@{FORCE_INDEX=deliveries_by_state}
WHERE tenant_id = @tenant AND state = 'done' AND destination = @destination
LIMIT 1`
	knownContact = `SELECT destination
FROM contacts
WHERE tenant_id = @tenant AND destination = @destination AND remote_id IS NOT NULL
LIMIT 1`
)

func (s *Scope) delivered(ctx context.Context, tx *spanner.ReadWriteTransaction, destination string) (delivered bool, err error) {
	for _, sql := range []string{doneDelivery, knownContact} {
		statement := spanner.Statement{SQL: sql, Params: map[string]any{"tenant": s.tenant, "destination": destination}}
		err := tx.Query(ctx, statement).Do(func(*spanner.Row) error {
			delivered = true
			return nil
		})
		if delivered || err != nil {
			return delivered, err
		}
	}
	return false, nil
}

// formerConnector reads one delivery of a destination by the index of those in each state.
const formerConnector = `SELECT connector
FROM deliveries@{FORCE_INDEX=deliveries_by_state}
WHERE tenant_id = @tenant AND state IN UNNEST(@states) AND destination = @destination
LIMIT 1`

// formerly reports whether anything is remembered of a destination, and whose it is. Of contacts
// alone nobody knows that any more: then the connector is empty.
func (s *Scope) formerly(ctx context.Context, tx *spanner.ReadWriteTransaction, destination string) (used bool, connector string, err error) {
	states := make([]string, 0, len(request.DeliveryStates()))
	for _, state := range request.DeliveryStates() {
		states = append(states, string(state))
	}
	statement := spanner.Statement{SQL: formerConnector, Params: map[string]any{
		"tenant": s.tenant, "states": states, "destination": destination,
	}}
	err = tx.Query(ctx, statement).Do(func(row *spanner.Row) error {
		used = true
		return row.Columns(&connector)
	})
	if used || err != nil {
		return used, connector, err
	}
	one := &spanner.ReadOptions{Limit: 1}
	err = tx.ReadWithOptions(ctx, "contacts", s.key(destination).AsPrefix(), []string{"destination"}, one).Do(func(*spanner.Row) error {
		used = true
		return nil
	})
	return used, "", err
}
