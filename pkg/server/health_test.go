package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/pkg/build"
)

func ask(t *testing.T, h http.Handler) (int, healthReply) {
	t.Helper()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/health", nil))
	var reply healthReply
	if err := json.Unmarshal(rec.Body.Bytes(), &reply); err != nil {
		t.Fatal(err)
	}
	return rec.Code, reply
}

func TestHealthNamesTheService(t *testing.T) {
	t.Parallel()
	status, got := ask(t, Health("webhook"))
	want := healthReply{Status: "ok", Service: "webhook", Version: build.Version()}
	if diff := cmp.Diff(want, got); diff != "" || status != http.StatusOK {
		t.Errorf("status %d, reply differs (-want +got):\n%s", status, diff)
	}
}

func TestHealthNamesWhatFailsAndForgetsItAfterRecovery(t *testing.T) {
	t.Parallel()
	var calls int
	broken := errors.New("unreachable")
	h := Health("webhook", Check{"spanner", func(context.Context) error { calls++; return broken }},
		Check{"pubsub", func(context.Context) error { return nil }}).(*health)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	h.now = func() time.Time { return now }

	for range 3 {
		status, got := ask(t, h)
		want := healthReply{Status: "unavailable", Service: "webhook", Version: build.Version(), Failed: []string{"spanner"}}
		if diff := cmp.Diff(want, got); diff != "" || status != http.StatusServiceUnavailable {
			t.Errorf("status %d, reply differs (-want +got):\n%s", status, diff)
		}
	}
	if calls != 1 {
		t.Errorf("three questions cost %d probes, want 1", calls)
	}
	now, broken = now.Add(healthFor), nil
	if status, _ := ask(t, h); status != http.StatusOK {
		t.Errorf("status %d after recovery, want 200", status)
	}
}
