package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

const ttl = 30 * time.Second

func TestALockHasOneHolderWhoLeavesANote(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	first, err := scope.Lock(t.Context(), "credentials/a", ttl)
	must(t, err)
	if first.Note() != "" {
		t.Errorf("note of the first holder = %q, want none", first.Note())
	}
	if _, err := scope.Lock(t.Context(), "credentials/a", ttl); !errors.Is(err, store.ErrHeld) {
		t.Errorf("second lock: got %v, want ErrHeld", err)
	}
	for _, free := range []struct{ tenant, name string }{{demo, "credentials/b"}, {"tenant_other", "credentials/a"}} {
		if _, err := s.ForTenant(free.tenant).Lock(t.Context(), free.name, ttl); err != nil {
			t.Errorf("lock %s of %s: %v", free.name, free.tenant, err)
		}
	}
	must(t, first.Unlock(t.Context(), "7"))
	second, err := scope.Lock(t.Context(), "credentials/a", ttl)
	must(t, err)
	if second.Note() != "7" {
		t.Errorf("note = %q, want what the first holder left", second.Note())
	}
}

func TestALockThatRanOutIsSomebodyElses(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope := s.ForTenant(demo)
	crashed, err := scope.Lock(t.Context(), "credentials/a", ttl)
	must(t, err)
	clock.Advance(ttl)
	second, err := scope.Lock(t.Context(), "credentials/a", ttl)
	must(t, err)
	if err := crashed.Unlock(t.Context(), "stale"); !errors.Is(err, stage.ErrLost) {
		t.Errorf("unlock after the time: got %v, want ErrLost", err)
	}
	if _, err := scope.Lock(t.Context(), "credentials/a", ttl); !errors.Is(err, store.ErrHeld) {
		t.Errorf("third lock: got %v, want the second holder undisturbed", err)
	}
	must(t, second.Unlock(t.Context(), "8"))
}
