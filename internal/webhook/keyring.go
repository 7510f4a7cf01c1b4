package webhook

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// parallelReads is how many secrets are read at a time: a thousand tenants' keys should not
// take a thousand round trips one after the other at start.
const parallelReads = 16

// Secrets reads a secret by its name.
type Secrets interface {
	Get(ctx context.Context, name string) (string, error)
}

// KeyRing holds the signing keys of every source in memory, so that verifying a delivery
// reads nothing. Load fills it; a key that cannot be read keeps its last known value.
type KeyRing struct {
	secrets   Secrets
	bootstrap string // name of the secret

	mu      sync.Mutex // held by Load
	failing map[string]bool
	values  atomic.Pointer[map[string]string] // by secret's name
}

// NewKeyRing returns an empty ring. BootstrapSecret may be empty.
func NewKeyRing(secrets Secrets, bootstrapSecret string) *KeyRing {
	k := &KeyRing{secrets: secrets, bootstrap: bootstrapSecret, failing: make(map[string]bool)}
	k.values.Store(&map[string]string{})
	return k
}

// Load reads the keys of all tenants' sources. It is made to be a Directory's Prepare.
func (k *KeyRing) Load(ctx context.Context, tenants []tenant.Tenant) {
	k.mu.Lock()
	defer k.mu.Unlock()
	names := k.names(tenants)
	read, failures := k.read(ctx, names)

	before := *k.values.Load()
	values := make(map[string]string, len(names))
	for _, name := range names {
		if value, ok := read[name]; ok {
			values[name] = value
		} else if value, ok := before[name]; ok {
			values[name] = value
		}
	}
	k.values.Store(&values)
	k.report(ctx, failures)
}

// Keys returns the keys of a source. Complete is false if one of them was never read, so
// that a signature which fits none may still be good.
func (k *KeyRing) Keys(src *tenant.Source) (keys []string, complete bool) {
	return k.lookup(src.SigningSecrets)
}

// Bootstrap returns the deployment's key for tenants without a source.
func (k *KeyRing) Bootstrap() (keys []string, complete bool) {
	if k.bootstrap == "" {
		return nil, true
	}
	return k.lookup([]string{k.bootstrap})
}

func (k *KeyRing) lookup(names []string) (keys []string, complete bool) {
	values := *k.values.Load()
	complete = true
	for _, name := range names {
		value, ok := values[name]
		complete = complete && ok
		if value != "" {
			if keys == nil {
				keys = make([]string, 0, len(names))
			}
			keys = append(keys, value)
		}
	}
	return keys, complete
}

// names returns each secret once.
func (k *KeyRing) names(tenants []tenant.Tenant) []string {
	unique := make(map[string]bool)
	for i := range tenants {
		for j := range tenants[i].Sources {
			for _, name := range tenants[i].Sources[j].SigningSecrets {
				unique[name] = true
			}
		}
	}
	if k.bootstrap != "" {
		unique[k.bootstrap] = true
	}
	return slices.Sorted(maps.Keys(unique))
}

func (k *KeyRing) read(ctx context.Context, names []string) (values map[string]string, failures map[string]error) {
	values, failures = make(map[string]string, len(names)), make(map[string]error)
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(parallelReads)
	for _, name := range names {
		group.Go(func() error {
			value, err := k.secrets.Get(ctx, name)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failures[name] = err
				return nil
			}
			values[name] = strings.TrimSpace(value) // secrets made from a file end in a newline
			return nil
		})
	}
	_ = group.Wait() // failures are collected: one missing key must not keep the others out
	return values, failures
}

// report logs a secret that cannot be read once, until it can be read again.
func (k *KeyRing) report(ctx context.Context, failures map[string]error) {
	for name, err := range failures {
		if !k.failing[name] {
			slog.ErrorContext(ctx, "signing key not read", "secret", name, "error", err)
		}
	}
	clear(k.failing)
	for name := range failures {
		k.failing[name] = true
	}
}
