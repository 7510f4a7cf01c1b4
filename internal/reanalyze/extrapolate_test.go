package reanalyze_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/reanalyze"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// history is a tenant's requests, newest first, that come at even intervals.
type history struct {
	calls []store.Assessed
	asked int
}

func newHistory(newest time.Time, n int, every time.Duration) *history {
	h := &history{}
	for i := range n {
		answer := lead()
		h.calls = append(h.calls, store.Assessed{Answer: &answer, Request: &request.Request{
			ID: fmt.Sprintf("req_%05d", i), ReceivedAt: newest.Add(-time.Duration(i) * every), Status: request.Completed,
		}})
	}
	return h
}

func (h *history) Assessed(_ context.Context, f store.Filter) (page store.AssessedPage, err error) {
	h.asked++
	for _, c := range h.calls {
		at := c.Request.ReceivedAt
		if at.Before(f.From) || !at.Before(f.Until) || !f.Before.ReceivedAt.IsZero() && !at.Before(f.Before.ReceivedAt) {
			continue
		}
		if len(page.Requests) == f.Limit {
			last := page.Requests[len(page.Requests)-1].Request
			page.Next = store.Cursor{ReceivedAt: last.ReceivedAt, RequestID: last.ID}
			return page, nil
		}
		page.Requests = append(page.Requests, c)
	}
	return page, nil
}

func TestAnEstimateDoesNotCountTheTimeBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	const calls = 5000 // in three months
	every := 90 * 24 * time.Hour / calls
	for name, tt := range map[string]struct {
		from time.Time
		want int
	}{
		"since long before the tenant": {time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), calls},
		"since its first week":         {now.AddDate(0, 0, -89), calls * 89 / 90},
		"of which all is looked at":    {now.Add(-500 * every), 500},
		"of twice what is looked at":   {now.Add(-2000 * every), 2000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHistory(now.Add(-time.Second), calls, every)
			s := &reanalyze.Surveyor{Prices: cost.Default(), Now: func() time.Time { return now }, Store: func(string) reanalyze.Lister { return h }}
			got, err := s.Answers(t.Context(), demo, reanalyze.Answers{Choice: reanalyze.Choice{From: tt.from, Until: now.AddDate(0, 0, 1)}})
			must(t, err)
			if off := got.Requests - tt.want; off < -tt.want/50 || off > tt.want/50 {
				t.Errorf("%d requests, want %d", got.Requests, tt.want)
			}
			if got.Complete != (tt.want <= 1000) {
				t.Errorf("complete = %v", got.Complete)
			}
			if h.asked > 30 {
				t.Errorf("the store is asked %d times, while somebody waits", h.asked)
			}
		})
	}
}
