package privacy_test

import (
	"context"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// meddling is a handler whose job somebody pauses and cancels during a piece.
type meddling struct {
	job.Handler
	scope    *store.Scope
	at       int // the piece
	canceled bool
}

func (m *meddling) Work(ctx context.Context, j *job.Job) (job.Piece, error) {
	if m.at--; m.at == 0 {
		if _, err := m.scope.PauseJob(ctx, "ann", j.ID); err != nil {
			return job.Piece{}, err
		}
		_, err := m.scope.CancelJob(ctx, "ann", j.ID)
		m.canceled = err == nil
	}
	return m.Handler.Work(ctx, j)
}

func TestAnErasureThatIsCanceledHasDoneNothing(t *testing.T) {
	t.Parallel()
	for at := range 4 {
		w := newWorld(t)
		id := w.accept(t, demo, "CAL1", thePerson())
		w.finish(t, demo, id)
		had := w.objects(t, "")
		erasure := w.ask(t, job.Erase, job.Subject{People: w.keys()})
		m := &meddling{Handler: w.eraser(), scope: w.store.ForTenant(demo), at: at + 1}
		w.run(t, m)
		if !m.canceled {
			_, err := m.scope.ResumeJob(t.Context(), "ann", erasure)
			must(t, err)
			w.clock.Advance(24 * time.Hour)
			w.run(t, nil)
			w.report(t, erasure)
			continue
		}
		flags, err := m.scope.PersonFlags(t.Context(), w.keys())
		must(t, err)
		if got := w.objects(t, ""); len(got) != len(had) || !flags.ErasedAt.IsZero() {
			t.Errorf("canceled in piece %d: flags %+v, objects %v", at+1, flags, got)
		}
	}
}
