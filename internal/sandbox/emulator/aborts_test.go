package emulator_test

import (
	"context"
	"testing"

	"cloud.google.com/go/spanner"
	database "cloud.google.com/go/spanner/admin/database/apiv1"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	instance "cloud.google.com/go/spanner/admin/instance/apiv1"
	"cloud.google.com/go/spanner/admin/instance/apiv1/instancepb"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/emulator"
)

// One transaction after the other cannot get into another one's way: what is repeated was
// aborted on purpose.
func TestWithAbortsRepeatsTransactions(t *testing.T) {
	const transactions = 500              // of which about 15 are aborted
	t.Setenv("SPANNER_EMULATOR_HOST", "") // one that runs already does not abort
	host, _ := start(t, emulator.WithAborts())
	t.Setenv("SPANNER_EMULATOR_HOST", host)
	client := newDatabase(t)
	repeats := -transactions
	for n := range transactions {
		_, err := client.ReadWriteTransaction(t.Context(), func(_ context.Context, tx *spanner.ReadWriteTransaction) error {
			repeats++
			return tx.BufferWrite([]*spanner.Mutation{spanner.InsertOrUpdate("t", []string{"k"}, []any{int64(n)})})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if repeats == 0 {
		t.Errorf("none of %d transactions was aborted", transactions)
	}
}

func newDatabase(t *testing.T) *spanner.Client {
	t.Helper()
	instances, err := instance.NewInstanceAdminClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = instances.Close() }()
	made, err := instances.CreateInstance(t.Context(), &instancepb.CreateInstanceRequest{
		Parent: "projects/p", InstanceId: "test",
		Instance: &instancepb.Instance{Config: "projects/p/instanceConfigs/emulator-config", DisplayName: "test", NodeCount: 1},
	})
	if err == nil {
		_, err = made.Wait(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	databases, err := database.NewDatabaseAdminClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = databases.Close() }()
	db, err := databases.CreateDatabase(t.Context(), &databasepb.CreateDatabaseRequest{
		Parent: "projects/p/instances/test", CreateStatement: "CREATE DATABASE test", ExtraStatements: []string{"CREATE TABLE t (k INT64) PRIMARY KEY (k)"},
	})
	if err == nil {
		_, err = db.Wait(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	client, err := spanner.NewClientWithConfig(t.Context(), "projects/p/instances/test/databases/test", spanner.ClientConfig{DisableNativeMetrics: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}
