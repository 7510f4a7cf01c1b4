package stage_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// unreachable is a row in a store that does not answer.
type unreachable struct{ hangs bool }

func (u unreachable) Renew(ctx context.Context, _ time.Duration) error {
	if u.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return errors.New("unavailable")
}

func TestALeaseThatCannotBeRenewedInTimeStopsTheWork(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]unreachable{"the store refuses": {}, "the store hangs": {hangs: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			work, stop := stage.KeepLease(t.Context(), row, 30*time.Millisecond)
			defer stop()
			select {
			case <-work.Done():
			case <-time.After(10 * time.Second):
				t.Fatal("the work goes on under a lease that ran out")
			}
			if cause := context.Cause(work); !errors.Is(cause, stage.ErrLost) {
				t.Errorf("got %v, want ErrLost", cause)
			}
		})
	}
}
