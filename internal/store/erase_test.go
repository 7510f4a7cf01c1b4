package store_test

import (
	"context"
	"slices"
	"testing"

	"cloud.google.com/go/spanner"
	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
)

func TestAnErasureKnowsEveryTableAndColumnOfARequest(t *testing.T) {
	t.Parallel()
	cfg := storetest.Config(t)
	children := names(t, cfg, "SELECT table_name FROM information_schema.tables WHERE parent_table_name = 'requests'")
	want := slices.Sorted(slices.Values(store.RequestChildren))
	if diff := cmp.Diff(want, children); diff != "" {
		t.Errorf("children of requests (-erased +schema): %s", diff)
	}
	// What may be empty is nobody's or is emptied. What may not be empty stays, but for external_id.
	kept := []string{"source_id", "metering", "cost_micros", "cost_speech_micros", "cost_model_micros", "cost_storage_micros", "due_at", "not_before", "lease_token", "lease_until"}
	columns := names(t, cfg, "SELECT column_name FROM information_schema.columns WHERE table_name = 'requests' AND table_schema = '' AND is_nullable = 'YES'")
	reckoned := []string{"call_outcome", "speech_s"} // from details, which are emptied, and from metering
	want = slices.Sorted(slices.Values(slices.Concat(kept, reckoned, store.Personal)))
	if diff := cmp.Diff(want, columns); diff != "" {
		t.Errorf("columns of requests (-known +schema): %s", diff)
	}
}

// names returns the first column of a query, in order.
func names(t *testing.T, cfg store.Config, sql string) []string {
	t.Helper()
	client, err := spanner.NewClientWithConfig(t.Context(), cfg.Name(), spanner.ClientConfig{DisableNativeMetrics: true})
	must(t, err)
	defer client.Close()
	var found []string
	_, err = client.ReadWriteTransaction(t.Context(), func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		found = nil
		return tx.Query(ctx, spanner.NewStatement(sql)).Do(func(row *spanner.Row) error {
			var name string
			err := row.Columns(&name)
			found = append(found, name)
			return err
		})
	})
	must(t, err)
	slices.Sort(found)
	return found
}
