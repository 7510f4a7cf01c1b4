package sweep_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sweep"
)

func TestTheSchedulerIsToldWhetherATaskWasDone(t *testing.T) {
	t.Parallel()
	for want, err := range map[int]error{http.StatusNoContent: nil, http.StatusInternalServerError: errors.New("store is away")} {
		task := &sweep.Task{Name: "jobs", Do: func(context.Context) error { return err }}
		w := httptest.NewRecorder()
		task.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/jobs", nil))
		if w.Code != want {
			t.Errorf("after %v: got %d, want %d", err, w.Code, want)
		}
	}
}

func TestATaskIsRepeatedThoughItFailsUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	times := 0
	task := &sweep.Task{Name: "jobs", Every: time.Millisecond, Do: func(context.Context) error {
		if times++; times == 3 {
			stop()
		}
		return errors.New("store is away")
	}}
	task.Run(ctx) // returns, or the test hangs
	if times < 3 {
		t.Errorf("it was done %d times", times)
	}
}

func TestATaskWithoutAnIntervalWaitsToBeCalled(t *testing.T) {
	t.Parallel()
	task := &sweep.Task{Name: "jobs", Do: func(context.Context) error {
		t.Error("it was done")
		return nil
	}}
	task.Run(t.Context())
}
