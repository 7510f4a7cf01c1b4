package crm

import (
	"testing"
	"time"

	"github.com/sony/gobreaker/v2"
)

func TestWaitsGrowWithEachProbeThatFails(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	config := BreakerConfig{Failures: 1, Open: 30 * time.Second, Longest: 100 * time.Second}
	b := newBreaker(Destination{}, config, func() time.Time { return noon })
	b.changed(gobreaker.StateClosed, gobreaker.StateOpen)
	for probe, want := range []time.Duration{30 * time.Second, 60 * time.Second, 100 * time.Second, 100 * time.Second} {
		wait := Dispose(b.refusal()).RetryAt.Sub(noon)
		if wait < want || wait > want*3/2 {
			t.Errorf("wait after %d probes = %v, want %v and up to a half more", probe, wait, want)
		}
		b.changed(gobreaker.StateOpen, gobreaker.StateHalfOpen)
		b.changed(gobreaker.StateHalfOpen, gobreaker.StateOpen)
	}
	b.changed(gobreaker.StateOpen, gobreaker.StateHalfOpen)
	b.changed(gobreaker.StateHalfOpen, gobreaker.StateClosed)
	b.changed(gobreaker.StateClosed, gobreaker.StateOpen)
	if wait := Dispose(b.refusal()).RetryAt.Sub(noon); wait > 45*time.Second {
		t.Errorf("wait after the destination was alive = %v, want the first again", wait)
	}
}
