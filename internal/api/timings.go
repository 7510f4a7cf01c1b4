package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// How many requests stand for a range: enough for the slowest twentieth to mean something.
const (
	mostTimed   = 500
	timedOfEach = 100
)

// GetTimings implements GET /v1/tenants/{tenant_id}/stats/timings.
func (h *handlers) GetTimings(ctx context.Context, in GetTimingsRequestObject) (GetTimingsResponseObject, error) {
	scope, days, err := h.grantedDays(ctx, in.Params.From, in.Params.To)
	if err != nil {
		return nil, err
	}
	lines, err := scope.Timings(ctx, days, mostTimed)
	if err != nil {
		return nil, fmt.Errorf("read timelines: %w", err)
	}
	return GetTimings200JSONResponse(timings(lines)), nil
}

// GetPlatformTimings implements GET /v1/stats/timings.
func (h *handlers) GetPlatformTimings(ctx context.Context, in GetPlatformTimingsRequestObject) (GetPlatformTimingsResponseObject, error) {
	days, err := dayRange(in.Params.From, in.Params.To, time.UTC, maxPlatformDays)
	if err != nil {
		return nil, err
	}
	lines, err := h.deps.Platform.Timings(ctx, days, timedOfEach)
	if err != nil {
		return nil, fmt.Errorf("read timelines of all tenants: %w", err)
	}
	return GetPlatformTimings200JSONResponse(timings(lines)), nil
}

// stepRecord is what is known of one step.
type stepRecord struct {
	took   []time.Duration // of each time that it ended well
	errors int64
}

// timings sums up lines of timelines.
func timings(lines []store.Timing) Timings {
	requests, told := map[string]bool{}, map[string]time.Duration{}
	steps, fallbacks := map[StepTimingStep]*stepRecord{}, map[string]int64{}
	for _, step := range timedSteps {
		steps[step] = &stepRecord{}
	}
	for _, line := range lines {
		requests[line.RequestID] = true
		step, ended, failed := outcomeOf(line)
		record := steps[step]
		switch {
		case record == nil:
			continue
		case failed:
			record.errors++
		case ended:
			record.took = append(record.took, line.Took)
		}
		if first, known := told[line.RequestID]; step == StepTimingStepNotify && ended && (!known || line.Since < first) {
			told[line.RequestID] = line.Since
		}
		if reason := fallback(line.Detail); step == StepTimingStepAnalyze && ended && reason != "" {
			fallbacks[reason]++
		}
	}
	answer := Timings{Requests: int64(len(requests)), Steps: []StepTiming{}, Fallbacks: []Fallback{}}
	var since []time.Duration
	for _, d := range told {
		since = append(since, d)
	}
	answer.Told.Requests = int64(len(since))
	answer.Told.MedianMs, answer.Told.P95Ms = spread(since)
	for _, step := range timedSteps {
		r := steps[step]
		one := StepTiming{Step: step, Done: int64(len(r.took)), Errors: r.errors}
		one.MedianMs, one.P95Ms = spread(r.took)
		answer.Steps = append(answer.Steps, one)
	}
	for reason, n := range fallbacks {
		answer.Fallbacks = append(answer.Fallbacks, Fallback{Reason: reason, Requests: n})
	}
	slices.SortFunc(answer.Fallbacks, func(a, b Fallback) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), strings.Compare(a.Reason, b.Reason))
	})
	return answer
}

var timedSteps = []StepTimingStep{
	StepTimingStepTranscribe, StepTimingStepAnalyze, StepTimingStepPush, StepTimingStepDelivery, StepTimingStepNotify,
}

// outcomeOf says which step a line is of, and how the work ended. What waits on purpose, or was
// interrupted, has not.
func outcomeOf(line store.Timing) (step StepTimingStep, ended, failed bool) {
	if state, delivery := strings.CutPrefix(line.Name, "delivery_"); delivery {
		return StepTimingStepDelivery, state == "done", state == "failed" || state == "parked"
	}
	return StepTimingStep(line.Step), line.Name == "done", line.Name == "failed" || line.Name == "retrying"
}

// fallback returns why the rules analysed a request, from the words of its timeline; empty if
// the model did, or if there were no words to analyse.
func fallback(detail string) string {
	_, reason, found := strings.Cut(detail, "by the rules (")
	if reason = strings.TrimSuffix(reason, ")"); !found || reason == "no words" {
		return ""
	}
	return reason
}

// spread returns the median and what all but the slowest twentieth stay below, in milliseconds;
// nil of nothing. Both are times that were measured, not means between two.
func spread(all []time.Duration) (median, p95 *int64) {
	if len(all) == 0 {
		return nil, nil
	}
	slices.Sort(all)
	at := func(share float64) *int64 {
		ms := all[int(share*float64(len(all)-1)+0.5)].Milliseconds()
		return &ms
	}
	return at(0.5), at(0.95)
}
