package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// queue is a queue of one job in memory.
type queue struct {
	job   job.Job
	due   bool
	saves []job.Update
	err   error // of the next save
}

func (q *queue) DueJobs(context.Context, int) ([]job.Ref, error) {
	if !q.due {
		return nil, nil
	}
	q.due = false
	return []job.Ref{{TenantID: q.job.TenantID, ID: q.job.ID}}, nil
}

func (q *queue) ClaimJob(context.Context, job.Ref, time.Duration) (job.Claim, error) { return q, nil }
func (q *queue) Held() *job.Job                                                      { return &q.job }
func (q *queue) Renew(context.Context, time.Duration) error                          { return nil }

func (q *queue) Save(_ context.Context, u job.Update) error {
	q.saves = append(q.saves, u)
	q.job.Progress, q.job.State = u.Progress, u.State
	err := q.err
	q.err = nil
	return err
}

// work is a handler made of a function.
type work func(ctx context.Context, j *job.Job) (job.Piece, error)

func (w work) Work(ctx context.Context, j *job.Job) (job.Piece, error) { return w(ctx, j) }

var start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// newRunner returns a runner with a due job; its clock moves on a second with each piece.
func newRunner(h job.Handler) (*job.Runner, *queue) {
	q := &queue{job: job.Job{TenantID: "tenant_demo", ID: "job_1", Kind: "test", State: job.Running}, due: true}
	now := start
	counted := work(func(ctx context.Context, j *job.Job) (job.Piece, error) {
		now = now.Add(time.Second)
		return h.Work(ctx, j)
	})
	return &job.Runner{
		Config: job.Config{AtOnce: 1, Budget: 10 * time.Second, Turn: 3 * time.Second, Lease: time.Minute, Attempts: 3, Backoff: time.Minute, Longest: time.Minute},
		Queue:  q, Handlers: map[string]job.Handler{"test": counted}, Now: func() time.Time { return now },
	}, q
}

func states(q *queue) []job.State {
	var all []job.State
	for _, u := range q.saves {
		all = append(all, u.State)
	}
	return all
}

func TestAJobIsDonePieceByPieceAndEachIsSaved(t *testing.T) {
	t.Parallel()
	r, q := newRunner(work(func(_ context.Context, j *job.Job) (job.Piece, error) {
		n := 0
		if err := job.Decode(j.Progress, &n); err != nil {
			return job.Piece{}, err
		}
		return job.Piece{Progress: n + 1, Report: map[string]int{"pieces": n + 1}, Done: n == 1}, nil
	}))
	if turns, err := r.Run(t.Context()); err != nil || turns != 1 {
		t.Fatalf("got %d, %v", turns, err)
	}
	want := []job.Update{
		{State: job.Running, Progress: json.RawMessage("1"), Report: json.RawMessage(`{"pieces":1}`)},
		{State: job.Done, Progress: json.RawMessage("2"), Report: json.RawMessage(`{"pieces":2}`)},
	}
	if diff := cmp.Diff(want, q.saves); diff != "" {
		t.Error(diff)
	}
}

func TestAJobGivesOthersTheirTurn(t *testing.T) {
	t.Parallel()
	r, q := newRunner(work(func(context.Context, *job.Job) (job.Piece, error) { return job.Piece{Progress: 1}, nil }))
	if _, err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(q.saves) != 3 || !q.saves[1].Due.IsZero() || !q.saves[2].Due.Equal(start.Add(3*time.Second)) {
		t.Errorf("got %+v, want it given back after three seconds", q.saves)
	}
}

func TestWhatBecomesOfAPiece(t *testing.T) {
	t.Parallel()
	later := start.Add(time.Hour)
	tests := map[string]struct {
		attempts int64
		piece    job.Piece
		err      error
		want     job.Update
	}{
		"it waits":          {0, job.Piece{Wait: later, Why: "for a moment"}, nil, job.Update{State: job.Running, Due: later, Error: "for a moment"}},
		"it cannot":         {0, job.Piece{}, stage.Permanent("no such thing"), job.Update{State: job.Failed, Error: "no such thing", Attempt: true}},
		"it failed":         {0, job.Piece{}, errors.New("boom"), job.Update{State: job.Running, Error: "failed, will be tried again", Attempt: true}},
		"it failed again":   {2, job.Piece{}, errors.New("boom"), job.Update{State: job.Failed, Error: "gave up after repeated failures", Attempt: true}},
		"its workers died":  {3, job.Piece{Done: true}, nil, job.Update{State: job.Failed, Error: "gave up after repeated failures", Attempt: true}},
		"it is done at end": {2, job.Piece{Done: true}, nil, job.Update{State: job.Done}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, q := newRunner(work(func(context.Context, *job.Job) (job.Piece, error) { return tt.piece, tt.err }))
			q.job.Attempts = tt.attempts
			if _, err := r.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := q.saves[0]
			if tt.want.Attempt && tt.want.State == job.Running {
				if got.Due.Before(start.Add(30*time.Second)) || got.Due.After(start.Add(2*time.Minute)) {
					t.Errorf("due at %s, want after a backoff", got.Due)
				}
				got.Due = time.Time{}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || len(q.saves) != 1 {
				t.Errorf("%d saves: %s", len(q.saves), diff)
			}
		})
	}
}

func TestAPanicIsOneJobsFailure(t *testing.T) {
	t.Parallel()
	r, q := newRunner(work(func(context.Context, *job.Job) (job.Piece, error) { panic("poison") }))
	if _, err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]job.State{job.Running}, states(q)); diff != "" || !q.saves[0].Attempt {
		t.Errorf("got %+v", q.saves)
	}
}

func TestAStoppedOrLostJobIsLetGo(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"paused": job.ErrStopped, "lost": stage.ErrLost} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, q := newRunner(work(func(context.Context, *job.Job) (job.Piece, error) { return job.Piece{Progress: 1}, nil }))
			q.err = err
			if _, err := r.Run(t.Context()); err != nil || len(q.saves) != 1 {
				t.Errorf("%d pieces, %v; want no more after the first", len(q.saves), err)
			}
		})
	}
}

func TestAnInstanceThatStopsCountsNoFailure(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r, q := newRunner(work(func(ctx context.Context, _ *job.Job) (job.Piece, error) {
		cancel()
		return job.Piece{}, ctx.Err()
	}))
	if _, err := r.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if q.saves[0].Attempt || q.saves[0].State != job.Running || q.saves[0].Due.IsZero() {
		t.Errorf("got %+v, want it given back at once", q.saves[0])
	}
}

func TestAJobOfAnUnknownKindFails(t *testing.T) {
	t.Parallel()
	r, q := newRunner(nil)
	q.job.Kind = "dance"
	if _, err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]job.State{job.Failed}, states(q)); diff != "" {
		t.Error(diff)
	}
}

func TestConfigValidates(t *testing.T) {
	t.Parallel()
	good := job.Config{AtOnce: 1, Budget: 1, Turn: 1, Lease: 1, Attempts: 1, Backoff: 1, Longest: 1}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	if err := (&job.Config{}).Validate(); err == nil {
		t.Error("zeros were accepted")
	}
}
