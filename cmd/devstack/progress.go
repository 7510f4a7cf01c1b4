package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// lookInterval is how often the progress of played samples is looked at.
const lookInterval = 250 * time.Millisecond

// played is a sample on its way.
type played struct {
	sample     string
	tenantID   string
	externalID string // CAL… or FRM…
	requestID  string
}

// watch shows how the played samples come along until all are settled.
func watch(ctx context.Context, w io.Writer, s *store.Store, all []played) ([]lead, error) {
	start := time.Now()
	seen := map[string]request.Status{}
	leads := make([]lead, len(all))
	for {
		open := 0
		for i, p := range all {
			if done, _ := leads[i].settled(); done {
				continue
			}
			l, err := look(ctx, s, p)
			if err != nil {
				return leads, err
			}
			leads[i] = l
			if l.request != nil && l.request.Status != seen[p.sample] {
				seen[p.sample] = l.request.Status
				_, _ = fmt.Fprintf(w, "  %5.1fs  %-22s %s\n", time.Since(start).Seconds(), p.sample, l.request.Status)
			}
			if done, _ := l.settled(); !done {
				open++
			}
		}
		if open == 0 {
			return leads, nil
		}
		select {
		case <-ctx.Done():
			return leads, fmt.Errorf("%d of %d samples are not finished: %w", open, len(all), ctx.Err())
		case <-time.After(lookInterval):
		}
	}
}

// look reads one sample's request with everything that belongs to it.
func look(ctx context.Context, s *store.Store, p played) (lead, error) {
	l := lead{sample: p.sample}
	scope := s.ForTenant(p.tenantID)
	r, err := scope.Request(ctx, p.requestID)
	if errors.Is(err, store.ErrNotFound) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	l.request, l.took = r, r.UpdatedAt.Sub(r.ReceivedAt)
	if !r.Status.Settled() {
		return l, nil
	}
	if l.analysis, err = scope.Analysis(ctx, p.requestID); err != nil {
		return l, err
	}
	if l.deliveries, err = scope.Deliveries(ctx, p.requestID); err != nil {
		return l, err
	}
	l.notices, err = scope.Notices(ctx, p.requestID)
	return l, err
}
