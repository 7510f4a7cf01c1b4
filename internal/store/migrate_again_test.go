package store_test

import (
	"context"
	"testing"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
)

// Spanner finishes a change of the schema although the job that asked for it is gone before it could
// note it. The next run of the job must find that out.
func TestAMigrationThatWasInterruptedIsRepeated(t *testing.T) {
	t.Parallel()
	cfg := storetest.Config(t)
	client, err := spanner.NewClientWithConfig(t.Context(), cfg.Name(), spanner.ClientConfig{DisableNativeMetrics: true})
	must(t, err)
	t.Cleanup(client.Close)
	for _, version := range []string{"0004_management", "0005_insight", "search/0001_words"} {
		unmark(t.Context(), t, client, version)
		applied, err := store.Migrate(t.Context(), cfg)
		if err != nil || len(applied) != 1 || applied[0] != version {
			t.Errorf("%s again: %v, %v", version, applied, err)
		}
	}
}

func unmark(ctx context.Context, t *testing.T, client *spanner.Client, version string) {
	t.Helper()
	_, err := client.Apply(ctx, []*spanner.Mutation{spanner.Delete("schema_migrations", spanner.Key{version})})
	must(t, err)
}
