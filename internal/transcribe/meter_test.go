package transcribe

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// TestEveryPaidOperationIsMeteredOnce kills the instance at every checkpoint, and counts what
// the request that was saved in the end was charged for.
func TestEveryPaidOperationIsMeteredOnce(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*bench){
		"in one visit":                      func(*bench) {},
		"killed before the start":           func(b *bench) { b.record.killAt = 1 },
		"killed with the intent saved":      func(b *bench) { b.record.killAt, b.record.killAfter = 1, true },
		"killed before the name was saved":  func(b *bench) { b.record.killAt = 2 },
		"killed while waiting":              func(b *bench) { b.record.killAt, b.record.killAfter = 2, true },
		"nobody said anything":              func(b *bench) { b.speech.heard = &speech.Transcript{BilledS: 100} },
		"the service does not say how much": func(b *bench) { b.speech.heard = &speech.Transcript{}; b.source.audio = mp3(100, 1) },
		"one operation failed, for nothing": func(b *bench) { b.speech.failures = []error{errors.New("internal")} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, 185)
			change(b)
			_, r, err := b.visit(t)
			if errors.Is(err, errCrash) {
				_, r, err = b.visit(t)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Metering.SpeechS; got < 99.9 || got > 100.1 {
				t.Errorf("%v s of speech are metered, want 100", got)
			}
			if r.Metering.StoredBytes != int64(len(b.source.audio)) {
				t.Errorf("%d bytes are metered, %d were kept", r.Metering.StoredBytes, len(b.source.audio))
			}
			if r.CostUSD < .026 || r.CostParts.SpeechUSD < .026 || r.CostParts.StorageUSD == 0 {
				t.Errorf("the request costs %v, of it %+v; 100 s are 0.0267", r.CostUSD, r.CostParts)
			}
		})
	}
}

func TestAShortCallIsMeteredWithEachAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t, 30)
	_, r, err := b.visit(t)
	if err != nil {
		t.Fatal(err)
	}
	if want := 100.0; r.Metering.SpeechS != want {
		t.Errorf("%v s are metered, want %v", r.Metering.SpeechS, want)
	}
	b.record.saved = *r // somebody has it transcribed again
	if _, r, err = b.visit(t); err != nil || r.Metering.SpeechS != 200 {
		t.Errorf("again: %v s, %v; want 200", r.Metering.SpeechS, err)
	}
}

func TestWhatCouldNotBeUsedIsNotMetered(t *testing.T) {
	t.Parallel()
	for name, seconds := range map[string]float64{"at once": 30, "by an operation": 185} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, seconds)
			b.speech.err = speech.ErrRefused
			_, r, err := b.visit(t)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(request.Metering{StoredBytes: int64(len(b.source.audio))}, r.Metering); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAnAnswerThatStayedBehindIsNotMeteredAgain retries a call whose operation was counted,
// but whose answer was not cleared up.
func TestAnAnswerThatStayedBehindIsNotMeteredAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, 185)
	_, r, err := b.visit(t)
	if err != nil {
		t.Fatal(err)
	}
	b.record.saved = *r
	if _, r, err = b.visit(t); err != nil || r.Metering.SpeechS != 100 || len(b.speech.starts) != 1 {
		t.Errorf("again: %v s in %d operations, %v; want 100 s of one", r.Metering.SpeechS, len(b.speech.starts), err)
	}
}

func TestAnOperationThatNobodyWaitsForAnyMoreIsPaidFor(t *testing.T) {
	t.Parallel()
	b := newBench(t, 185)
	b.cfg.Patience = time.Minute
	b.speech.pollsLeft = 1000
	b.speech.onPoll = func() { b.now = b.now.Add(time.Minute) }
	result, r, err := b.visit(t)
	if err != nil {
		t.Fatal(err)
	}
	if result.Transcript.Origin != request.OriginNone || r.Metering.SpeechS < 184 {
		t.Errorf("origin %s, %v s; want none, 185", result.Transcript.Origin, r.Metering.SpeechS)
	}
}

func TestABatchIsMeteredAsOne(t *testing.T) {
	t.Parallel()
	b := newBench(t, 185)
	b.record.saved.Handling.Batch = true
	_, r, err := b.visit(t)
	if err != nil {
		t.Fatal(err)
	}
	if r.Metering.SpeechS != 0 || r.Metering.SpeechBatchS != 100 || r.CostUSD > .01 {
		t.Errorf("got %+v, %v USD", r.Metering, r.CostUSD)
	}
}
