package quota_test

import (
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/quota"
)

func TestWindow_admits_its_limit_in_any_span(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)
	w := quota.NewWindow(2, 10*time.Second, func() time.Time { return now })

	steps := []struct {
		after     time.Duration
		remaining int
		ok        bool
	}{
		{0, 1, true},
		{6 * time.Second, 0, true},
		{0, 0, false},
		{4 * time.Second, 0, true}, // the first is ten seconds old
		{1 * time.Second, 0, false},
		{5 * time.Second, 0, true}, // the second is ten seconds old
		{10 * time.Second, 1, true},
	}
	for i, step := range steps {
		now = now.Add(step.after)
		remaining, ok := w.Take()
		if remaining != step.remaining || ok != step.ok {
			t.Errorf("step %d: Take() = %d, %v, want %d, %v", i, remaining, ok, step.remaining, step.ok)
		}
		if got := w.Remaining(); got != step.remaining {
			t.Errorf("step %d: Remaining() = %d, want %d", i, got, step.remaining)
		}
	}
}

func TestWindow_forgets_on_reset(t *testing.T) {
	t.Parallel()
	w := quota.NewWindow(1, time.Hour, time.Now)
	w.Take()
	w.Reset()
	if _, ok := w.Take(); !ok {
		t.Error("Take() after Reset() was refused")
	}
}
