package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// A worker that stalls loses its lease and does not know. What comes meanwhile must not be lost
// to what it saves when it goes on.
func TestTheFirstAudioIsNotLostToAStepWhoseLeaseRanOut(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	w := wanted(in, request.Received)
	claim, err := scope.Claim(t.Context(), w)
	must(t, err)
	clock.Advance(w.Lease + time.Second)
	accept(t, scope, modification("m1", request.Details{HasRecording: true}))
	claim.Request.Recording.Absent = "never_came"
	err = claim.Advance(t.Context(), request.Transcribed, stage.Result{}, request.Event{Step: "transcribe", Name: "done"})
	if !errors.Is(err, stage.ErrLost) {
		t.Errorf("the step went on without the audio: %v", err)
	}
}

func TestWhatAFormAddsIsNotLostToAStepWhoseLeaseRanOut(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope, in := s.ForTenant(demo), formOf("FRM1", "h1", request.Field{Name: "name", Value: "Dana"})
	accept(t, scope, in)
	w := wanted(in, request.Transcribed)
	claim, err := scope.Claim(t.Context(), w)
	must(t, err)
	clock.Advance(w.Lease + time.Second)
	again := formOf("FRM1", "h2", request.Field{Name: "name", Value: "Dana"}, request.Field{Name: "project", Value: "deck"})
	accept(t, scope, again)
	err = claim.Advance(t.Context(), request.Analyzed, stage.Result{Analysis: &request.Analysis{}}, request.Event{Step: "analyze", Name: "done"})
	if !errors.Is(err, stage.ErrLost) {
		t.Errorf("the step answered without what was added: %v", err)
	}
}
