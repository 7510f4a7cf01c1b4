package privacy_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/privacy"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// shaky is a bucket that can be away after any number of calls.
type shaky struct {
	*recording.Bucket
	on, refused bool
	left        int
}

var errShaky = errors.New("storage is away")

func (s *shaky) Begin(after int) { s.on, s.left, s.refused = true, after, false }

func (s *shaky) End() bool {
	s.on = false
	return s.refused
}

func (s *shaky) refusal() error {
	if s.left--; !s.on || s.left >= 0 {
		return nil
	}
	s.refused = true
	return errShaky
}

func (s *shaky) Write(ctx context.Context, object, contentType string, fill func(io.Writer) error) error {
	return errors.Join(s.refusal(), s.Bucket.Write(ctx, object, contentType, fill)) // it may be there all the same
}

func (s *shaky) Delete(ctx context.Context, object string) error {
	if err := s.refusal(); err != nil {
		return err
	}
	return s.Bucket.Delete(ctx, object)
}

func (s *shaky) DeletePrefix(ctx context.Context, prefix string) (int, error) {
	if err := s.refusal(); err != nil {
		return 0, err
	}
	return s.Bucket.DeletePrefix(ctx, prefix)
}

func (s *shaky) Reader(ctx context.Context, object string) (io.ReadCloser, error) {
	if err := s.refusal(); err != nil {
		return nil, err
	}
	return s.Bucket.Reader(ctx, object)
}

func (s *shaky) List(ctx context.Context, prefix string) iter.Seq2[recording.Entry, error] {
	if err := s.refusal(); err != nil {
		return func(yield func(recording.Entry, error) bool) { yield(recording.Entry{}, err) }
	}
	return s.Bucket.List(ctx, prefix)
}

// outage is something that goes away after a while, and comes back.
type outage interface {
	Begin(after int)
	End() (refused bool)
}

// everywhere does something while first the database and then the storage go away, at every
// place where they can: it must fail each time.
func everywhere(t *testing.T, outages []outage, do func() error) {
	t.Helper()
	for _, away := range outages {
		for after := 0; ; after++ {
			away.Begin(after)
			err := do()
			if !away.End() {
				if err != nil {
					t.Errorf("%T is back: %v", away, err)
				}
				break
			}
			if err == nil {
				t.Errorf("%T was away after %d calls, and nobody says so", away, after)
			}
		}
	}
}

// interrupted is a handler whose every piece fails at every place, before it succeeds.
type interrupted struct {
	t       *testing.T
	handler job.Handler
	outages []outage
}

func (i interrupted) Work(ctx context.Context, j *job.Job) (piece job.Piece, err error) {
	everywhere(i.t, i.outages, func() error {
		piece, err = i.handler.Work(ctx, j)
		return err
	})
	return piece, err
}

// shake opens the world's database and bucket so that they can go away.
func (w *world) shake(t *testing.T) (*store.Store, *shaky, []outage) {
	t.Helper()
	database, bucket := &storetest.Outage{}, &shaky{Bucket: w.bucket}
	s, err := store.Open(t.Context(), w.cfg, store.WithClock(w.clock.Now), database.Option())
	must(t, err)
	t.Cleanup(s.Close)
	return s, bucket, []outage{database, bucket}
}

func TestNoFailureKeepsAnythingOfAnErasedPersonOrOfAnExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.finish(t, demo, w.accept(t, demo, "CAL1", thePerson()))
	s, bucket, outages := w.shake(t)

	exporter, eraser := w.exporter(), w.eraser()
	exporter.Store, exporter.Bucket, eraser.Store, eraser.Bucket = s, bucket, s, bucket
	r := w.runner(interrupted{t, eraser, outages})
	r.Handlers[job.Export] = interrupted{t, exporter, outages}
	run := func() {
		_, err := r.Run(t.Context())
		must(t, err)
	}
	export := w.ask(t, job.Export, job.Subject{People: w.keys()})
	run()
	files := w.unpack(t, recording.Export(demo, export))
	if len(files) < 2 {
		t.Errorf("the export has %d files", len(files))
	}
	begun := w.ask(t, job.Export, job.Subject{People: w.keys()})
	_, err := w.store.Operator().ClaimJob(t.Context(), job.Ref{TenantID: demo, ID: begun}, time.Minute)
	must(t, err)

	erasure := w.ask(t, job.Erase, job.Subject{People: w.keys()})
	run()
	if got := w.job(t, erasure).State; got.Settled() {
		t.Errorf("the erasure is %s while an export may still be writing", got)
	}
	w.clock.Advance(time.Hour)
	run()
	if got := w.traces(t, demo); len(got) > 0 {
		t.Errorf("the person is still in %v", got)
	}
	if diff := cmp.Diff([]string{recording.Erasure(demo, erasure)}, w.objects(t, "")); diff != "" {
		t.Errorf("objects: %s", diff)
	}
	if got := w.job(t, begun).State; got != job.Canceled {
		t.Errorf("the export that had begun is %s", got)
	}
	if report := w.report(t, erasure); report.Requests != 1 || report.Tables["transcripts"].Erased != 1 {
		t.Errorf("report: %+v", report)
	}
}

func TestNoFailureKeepsWhatShouldExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	w.finish(t, demo, id)
	w.finish(t, demo, w.accept(t, demo, "CAL2", thePerson()))
	w.write(t, recording.Export(demo, "job_old"), "an export")
	w.days(40)
	s, bucket, outages := w.shake(t)
	for _, days := range []tenant.Retention{{RecordingDays: 10, TranscriptDays: 20}, {RequestDays: 30}} {
		r := w.retention(&days)
		r.Store, r.Bucket = s, bucket
		everywhere(t, outages, func() error {
			w.clock.Advance(time.Hour) // whoever held the lease is gone
			return r.Run(t.Context())
		})
		if got := w.objects(t, recording.Object(demo, id, 1)); len(got) > 0 {
			t.Errorf("after %+v: %v", days, got)
		}
	}
	left, err := w.store.ForTenant(demo).Old(t.Context(), time.Time{}, store.Cursor{ReceivedAt: w.clock.Now()}, 10)
	must(t, err)
	if got := w.objects(t, ""); len(got) > 0 || len(left) > 0 {
		t.Errorf("left: %v, %v", got, left)
	}
}

func TestARestoreThatIsInterruptedSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.finish(t, demo, w.accept(t, demo, "CAL1", thePerson()))
	w.write(t, recording.Erasure(demo, "job_before"), `{"people":["`+w.keys()[0]+`"]}`)
	w.write(t, recording.Erasure("tenant_gone", "job_gone"), `{"people":[]}`)
	w.write(t, recording.Erasure(demo, "job_before")+".tmp", `not a note`)
	s, bucket, outages := w.shake(t)
	everywhere(t, outages, func() error {
		_, err := privacy.Restored(t.Context(), s, bucket)
		return err
	})
	if got := w.job(t, "job_before"); got.Kind != job.Erase {
		t.Errorf("got %+v", got)
	}
	w.write(t, recording.Erasure(demo, "job_spoilt"), `not JSON`)
	if _, err := privacy.Replay(t.Context(), s, bucket); err == nil {
		t.Error("an erasure that cannot be read is passed over")
	}
}
