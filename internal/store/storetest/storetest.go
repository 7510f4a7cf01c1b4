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
func Config(t testing.TB) store.Config {
	t.Helper()
	host, err := shared()
	if errors.Is(err, emulator.ErrMissing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	cfg := store.Config{
		Project: "test-project", Instance: "ingestion-db", Database: databaseName(), EmulatorHost: host,
		Grace: time.Minute, Backoff: time.Minute,
	}
	if err := store.CreateDatabase(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Migrate(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	return cfg
}

// New returns a store with an empty database.
func New(t testing.TB, opts ...store.Option) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), Config(t), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}
