package privacy_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/privacy"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestARestoredDatabaseIsPausedAndForgetsWhoWasErasedSince(t *testing.T) {
	t.Parallel()
	before, after := newWorld(t), newWorld(t) // the second stands for the first, as it was before the erasure
	after.bucket = before.bucket
	done, waiting := after.accept(t, demo, "CAL1", thePerson()), after.accept(t, demo, "CAL2", thePerson())
	after.finish(t, demo, done)
	neighbour := after.accept(t, demo, "CAL3", request.Caller{Phone: "+13035550199"})
	erasure := before.erase(t)
	for range 2 { // it may be interrupted and done again
		if n, err := privacy.Restored(t.Context(), after.store, after.bucket); n != 1 || err != nil {
			t.Fatalf("got %d erasures, %v", n, err)
		}
	}
	pauses, err := after.store.Operator().Pauses(t.Context())
	must(t, err)
	var subjects []string
	for _, p := range pauses {
		subjects = append(subjects, p.Subject)
	}
	if diff := cmp.Diff([]string{tenant.PauseAll, tenant.PauseTrust}, subjects); diff != "" {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
	after.clock.Advance(1 << 37) // two minutes: what is new is due
	if due, err := after.store.Operator().TakeDue(t.Context(), 9); len(due) > 0 || err != nil {
		t.Errorf("due while paused: %+v, %v", due, err)
	}
	after.run(t, nil)
	for id, want := range map[string]request.Status{done: request.Erased, waiting: request.Erased, neighbour: request.Received} {
		got, err := after.store.ForTenant(demo).Request(t.Context(), id)
		must(t, err)
		if got.Status != want {
			t.Errorf("while paused: got %s, want %s", got.Status, want)
		}
	}
	if got := after.job(t, erasure).Actor; got != "restore" {
		t.Errorf("the erasure is by %q", got)
	}
}

// The backup may be from a time when the erasure had stopped: somebody went on with it only later.
func TestARestoreGoesOnWithAnErasureThatHadStopped(t *testing.T) {
	t.Parallel()
	for state, stop := range map[job.State]func(*testing.T, *store.Store, job.Ref){
		job.Paused: func(t *testing.T, s *store.Store, ref job.Ref) {
			_, err := s.ForTenant(ref.TenantID).PauseJob(t.Context(), "ann", ref.ID)
			must(t, err)
		},
		job.Failed: func(t *testing.T, s *store.Store, ref job.Ref) {
			claim, err := s.Operator().ClaimJob(t.Context(), ref, time.Minute)
			must(t, err)
			must(t, claim.Save(t.Context(), job.Update{State: job.Failed, Error: "gave up", Attempt: true}))
		},
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			person := w.accept(t, demo, "CAL1", thePerson())
			erasure := w.ask(t, job.Erase, job.Subject{People: w.keys()})
			stop(t, w.store, job.Ref{TenantID: demo, ID: erasure})
			w.write(t, recording.Erasure(demo, erasure), `{"people":["`+w.keys()[0]+`"]}`)
			for range 2 { // it may be interrupted and done again
				_, err := privacy.Restored(t.Context(), w.store, w.bucket)
				must(t, err)
			}
			w.run(t, nil)
			w.report(t, erasure)
			got, err := w.store.ForTenant(demo).Request(t.Context(), person)
			must(t, err)
			if got.Status != request.Erased {
				t.Errorf("the person is still there: %s", got.Status)
			}
			_, err = privacy.Restored(t.Context(), w.store, w.bucket)
			must(t, err)
			if got := w.job(t, erasure).State; got != job.Done {
				t.Errorf("an erasure that is done is %s after another restore", got)
			}
		})
	}
}
