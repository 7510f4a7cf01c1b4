package api

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func TestTimingsCountWhatEndedAndWhatFailed(t *testing.T) {
	t.Parallel()
	line := func(id, step, name, detail string, took, since int) store.Timing {
		return store.Timing{
			RequestID: id, Step: step, Name: name, Detail: detail, Took: time.Duration(took) * time.Second, Since: time.Duration(since) * time.Second,
		}
	}
	lines := []store.Timing{
		line("a", "webhook", "received", "", 0, 0),
		line("a", "transcribe", "waiting", "no recording yet", 1, 1), // on purpose
		line("a", "transcribe", "retrying", "", 2, 5),
		line("a", "transcribe", "done", "", 4, 10),
		line("a", "analyze", "done", "quote_request, hot, by the model", 3, 15),
		line("a", "push", "delivery_pending", "hubspot", 9, 16),
		line("a", "push", "delivery_done", "hubspot", 2, 17),
		line("a", "push", "delivery_parked", "pipedrive", 2, 17),
		line("a", "push", "done", "", 5, 18),
		line("a", "notify", "done", "", 1, 20),
		line("a", "notify", "done", "", 1, 900), // told again: the first time counts
		line("b", "transcribe", "done", "", 8, 12),
		line("b", "analyze", "done", "other, none, by the rules (no words)", 1, 13),
		line("c", "analyze", "done", "other, none, by the rules (model failed)", 1, 13),
		line("c", "notify", "failed", "", 1, 40),
		line("c", "sweep", "erased", "", 1, 40),
	}
	ms := func(n int64) *int64 { return &n }
	want := Timings{
		Requests: 3, Told: Spread{Requests: 1, MedianMs: ms(20_000), P95Ms: ms(20_000)},
		Steps: []StepTiming{
			{Step: "transcribe", Done: 2, Errors: 1, MedianMs: ms(8000), P95Ms: ms(8000)},
			{Step: "analyze", Done: 3, MedianMs: ms(1000), P95Ms: ms(3000)},
			{Step: "push", Done: 1, MedianMs: ms(5000), P95Ms: ms(5000)},
			{Step: "delivery", Done: 1, Errors: 1, MedianMs: ms(2000), P95Ms: ms(2000)},
			{Step: "notify", Done: 2, Errors: 1, MedianMs: ms(1000), P95Ms: ms(1000)},
		},
		Fallbacks: []Fallback{{Reason: "model failed", Requests: 1}},
	}
	if diff := cmp.Diff(want, timings(lines)); diff != "" {
		t.Error(diff)
	}
}
