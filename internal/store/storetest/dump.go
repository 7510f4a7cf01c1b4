package storetest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/spanner"
	"cloud.google.com/go/spanner/apiv1/spannerpb"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// Dump returns everything that the database holds of a tenant, by table: one line of JSON for
// each row, sorted. It reads past the store, so that a test sees what the store would hide.
func Dump(tb testing.TB, cfg store.Config, tenantID string) map[string][]string {
	tb.Helper()
	client, err := spanner.NewClientWithConfig(tb.Context(), cfg.Name(), spanner.ClientConfig{DisableNativeMetrics: true})
	if err != nil {
		tb.Fatal(err)
	}
	defer client.Close()
	all := map[string][]string{}
	// One transaction for everything: the emulator's strong reads outside of one are slow.
	_, err = client.ReadWriteTransaction(tb.Context(), func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		clear(all)
		tables, err := tenantTables(ctx, tx)
		if err != nil {
			return err
		}
		for _, table := range tables {
			if all[table], err = rowsOf(ctx, tx, table, tenantID); err != nil {
				return fmt.Errorf("read %s: %w", table, err)
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// tenantTables returns the tables that have a tenant_id.
func tenantTables(ctx context.Context, tx *spanner.ReadWriteTransaction) ([]string, error) {
	var tables []string
	statement := spanner.NewStatement(`SELECT table_name FROM information_schema.columns
		WHERE table_schema = '' AND column_name = 'tenant_id' ORDER BY table_name`)
	err := tx.Query(ctx, statement).Do(func(row *spanner.Row) error {
		var name string
		err := row.Columns(&name)
		tables = append(tables, name)
		return err
	})
	return tables, err
}

func rowsOf(ctx context.Context, tx *spanner.ReadWriteTransaction, table, tenantID string) ([]string, error) {
	rows := []string{}
	// The table's name is the database's own.
	statement := spanner.Statement{SQL: "SELECT * FROM " + table + " WHERE tenant_id = @tenant", Params: map[string]any{"tenant": tenantID}}
	err := tx.Query(ctx, statement).Do(func(row *spanner.Row) error {
		var line strings.Builder
		for i, name := range row.ColumnNames() {
			var value spanner.GenericColumnValue
			if err := row.Column(i, &value); err != nil {
				return err
			}
			text, err := json.Marshal(readable(value))
			if err != nil {
				return err
			}
			fmt.Fprintf(&line, "%s=%s ", name, text)
		}
		rows = append(rows, line.String())
		return nil
	})
	slices.Sort(rows)
	return rows, err
}

// readable returns a column as it was written: bytes travel as base64.
func readable(value spanner.GenericColumnValue) any {
	if value.Type.GetCode() == spannerpb.TypeCode_BYTES {
		if content, err := base64.StdEncoding.DecodeString(value.Value.GetStringValue()); err == nil {
			return string(content)
		}
	}
	return value.Value.AsInterface()
}
