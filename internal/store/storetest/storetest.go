// Package storetest gives tests a store of their own on Google's Spanner emulator.
package storetest

import (
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/emulator"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// shared is the emulator of the test process. It dies with the process.
var shared = sync.OnceValues(func() (string, error) {
	host, _, err := emulator.Spanner(background())
	if err == nil {
		err = os.Setenv("SPANNER_EMULATOR_HOST", host)
	}
	return host, err
})

// Config returns the settings of an empty database with the current schema. Without an
// emulator the test is skipped; with CI=true it fails.
func Config(tb testing.TB) store.Config {
	tb.Helper()
	host, err := shared()
	if errors.Is(err, emulator.ErrMissing) && os.Getenv("CI") != "true" {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	cfg := store.Config{
		Project: "test-project", Instance: "ingestion-db", Database: databaseName(), EmulatorHost: host, FullText: true,
		Grace: time.Minute, Backoff: time.Minute,
	}
	if err := store.CreateDatabase(tb.Context(), cfg); err != nil {
		tb.Fatal(err)
	}
	if _, err := store.Migrate(tb.Context(), cfg); err != nil {
		tb.Fatal(err)
	}
	return cfg
}

// New returns a store with an empty database.
func New(tb testing.TB, opts ...store.Option) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), Config(tb), opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}
