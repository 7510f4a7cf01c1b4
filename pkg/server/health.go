package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/pkg/build"
)

// An answer is reused for this long, so that strangers who ask all the time cost
// nothing; a probe may take this long.
const (
	healthFor    = 5 * time.Second
	probeTimeout = 2 * time.Second
)

// Check is something that a service cannot work without.
type Check struct {
	Name  string
	Probe func(context.Context) error
}

// Health returns the handler of GET /v1/health: 200 with the service and its version,
// or 503 with the names of the checks that failed.
func Health(service string, checks ...Check) http.Handler {
	return &health{service: service, checks: checks, now: time.Now}
}

type health struct {
	service string
	checks  []Check
	now     func() time.Time

	mu     sync.Mutex // held while probing: one asks, the others wait for the answer
	asked  time.Time
	failed []string
}

type healthReply struct {
	Status  string   `json:"status"` // ok or unavailable
	Service string   `json:"service"`
	Version string   `json:"version"`
	Failed  []string `json:"failed,omitempty"`
}

func (h *health) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reply := healthReply{Status: "ok", Service: h.service, Version: build.Version(), Failed: h.probe(r.Context())}
	status := http.StatusOK
	if len(reply.Failed) > 0 {
		reply.Status, status = "unavailable", http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(reply); err != nil {
		slog.DebugContext(r.Context(), "health was not delivered", "error", err)
	}
}

// probe returns the names of the checks that fail. It does not depend on the caller's
// patience, since others wait for the same answer.
func (h *health) probe(ctx context.Context) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.asked.IsZero() && h.now().Sub(h.asked) < healthFor {
		return h.failed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeTimeout)
	defer cancel()
	h.failed = nil
	for _, check := range h.checks {
		if err := check.Probe(ctx); err != nil {
			slog.WarnContext(ctx, "health check failed", "check", check.Name, "error", err)
			h.failed = append(h.failed, check.Name)
		}
	}
	h.asked = h.now()
	return h.failed
}
