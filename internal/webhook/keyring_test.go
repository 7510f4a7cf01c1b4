package webhook

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestKeyRingKeepsWhatItCannotReadAgain(t *testing.T) {
	t.Parallel()
	src := &tenant.Source{ID: "src", SigningSecrets: []string{"current", "previous"}}
	all := []tenant.Tenant{{ID: "t", Sources: []tenant.Source{*src}}}
	readable := secrets{"current": "key-1\n", "previous": "key-0"}
	ring := NewKeyRing(readable, "bootstrap")

	if keys, complete := ring.Keys(src); len(keys) != 0 || complete {
		t.Errorf("before loading: %q, complete %v", keys, complete)
	}
	for _, step := range []struct {
		name     string
		change   func()
		want     []string
		complete bool
	}{
		{"loaded", func() {}, []string{"key-1", "key-0"}, true},
		{"one cannot be read", func() { delete(readable, "current") }, []string{"key-1", "key-0"}, true},
		{"rotated", func() { readable["current"] = "key-2" }, []string{"key-2", "key-0"}, true},
		{"emptied", func() { readable["previous"] = "" }, []string{"key-2"}, true},
		{"removed from the source", func() { all[0].Sources = nil }, nil, false},
		{"back, and never read since", func() { all[0].Sources = []tenant.Source{*src}; clear(readable) }, nil, false},
	} {
		step.change()
		ring.Load(t.Context(), all)
		keys, complete := ring.Keys(src)
		if diff := cmp.Diff(step.want, keys); diff != "" || complete != step.complete {
			t.Errorf("%s: complete %v (-want +got)\n%s", step.name, complete, diff)
		}
	}
	if keys, complete := ring.Bootstrap(); len(keys) != 0 || complete {
		t.Errorf("a bootstrap key that cannot be read: %q, complete %v", keys, complete)
	}
	if keys, complete := NewKeyRing(readable, "").Bootstrap(); len(keys) != 0 || !complete {
		t.Errorf("no bootstrap key: %q, complete %v", keys, complete)
	}
}

// countStore is a fake that fails for one tenant.
type countStore struct {
	down string
	got  []tenant.SourceCount
}

func (s *countStore) AddCounts(_ context.Context, counts []tenant.SourceCount) error {
	if counts[0].TenantID == s.down {
		return errors.New("store is down")
	}
	s.got = append(s.got, counts...)
	return nil
}

func TestCounterAddsUpAndKeepsWhatWasNotWritten(t *testing.T) {
	t.Parallel()
	s := &countStore{down: "tenant_demo"}
	c := NewCounter(s, fixedNow)
	for range 3 {
		c.Count("tenant_demo", "src_demo", "accepted", "post_call")
	}
	c.Flush(t.Context())
	if len(s.got) != 0 {
		t.Fatalf("written: %+v", s.got)
	}
	c.Count("tenant_demo", "src_demo", "accepted", "post_call")
	c.Count("tenant_other", "", "rejected", "unauthorized")
	s.down = ""
	c.Flush(t.Context())
	c.Flush(t.Context()) // nothing is left to write
	want := []tenant.SourceCount{
		{TenantID: "tenant_demo", SourceID: "src_demo", Outcome: "accepted", Reason: "post_call", Count: 4, LastAt: fixedNow()},
		{TenantID: "tenant_other", Outcome: "rejected", Reason: "unauthorized", Count: 1, LastAt: fixedNow()},
	}
	byTenant := cmpopts.SortSlices(func(a, b tenant.SourceCount) bool { return a.TenantID < b.TenantID })
	if diff := cmp.Diff(want, s.got, byTenant); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCounterFlushesAtItsInterval(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &countStore{}
		c := NewCounter(s, time.Now)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); c.Run(ctx, time.Minute) }()
		c.Count("tenant_demo", "src_demo", "ignored", "pre_call")
		time.Sleep(time.Minute + time.Second)
		cancel()
		<-done
		if len(s.got) != 1 {
			t.Errorf("written: %+v", s.got)
		}
	})
}
