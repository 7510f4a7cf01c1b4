package transcribe

import (
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

func TestACheapTranscriptionIsLookedAtNowAndThenAndWaitedForADay(t *testing.T) {
	t.Parallel()
	for name, choose := range map[string]func(*bench){
		"history":             func(b *bench) { b.record.saved.Handling.Batch = true },
		"the tenant's choice": func(b *bench) { b.tenant.Settings.Speech.Batch = true },
	} {
		b := newBench(t, 30) // short enough to be recognised at once
		choose(b)
		b.speech.pollsLeft = 2
		for range 2 {
			_, _, err := b.visit(t)
			var later *stage.LaterError
			if !errors.As(err, &later) || later.When.Sub(b.now) != b.cfg.BatchPause {
				t.Fatalf("%s: got %v, want a look in %v", name, err, b.cfg.BatchPause)
			}
			b.now = b.now.Add(12 * time.Hour)
		}
		result, r, err := b.visit(t)
		if err != nil || len(result.Transcript.Segments) != 2 {
			t.Fatalf("%s: got %+v, %v", name, result.Transcript, err)
		}
		if !b.speech.options.Batch || len(b.speech.starts) != 1 || b.speech.recognized != 0 {
			t.Errorf("%s: options %+v, %d starts", name, b.speech.options, len(b.speech.starts))
		}
		if r.Metering.SpeechBatchS != 100 || r.Metering.SpeechS != 0 {
			t.Errorf("%s: metered %+v", name, r.Metering)
		}
	}
}
