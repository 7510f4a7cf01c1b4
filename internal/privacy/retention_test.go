package privacy_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/privacy"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// retention returns a retention over the demo tenant with some settings.
func (w *world) retention(settings *tenant.Retention) *privacy.Retention {
	t := &tenant.Tenant{ID: demo, Status: tenant.Active}
	if settings != nil {
		t.Settings.Retention = *settings
	}
	return &privacy.Retention{
		Config: privacy.RetentionConfig{Every: 15 * time.Minute, Turn: time.Minute}, Exports: 7, Store: w.store, Bucket: w.bucket,
		Tenants: func() []*tenant.Tenant { return []*tenant.Tenant{t} }, Now: w.clock.Now,
	}
}

// days lets time pass.
func (w *world) days(n int) { w.clock.Advance(time.Duration(n)*24*time.Hour + time.Minute) }

func TestARecordingExpiresAndTheRestStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	w.finish(t, demo, id)
	neighbour := w.accept(t, other, "CAL1", thePerson())
	w.finish(t, other, neighbour)
	r := w.retention(&tenant.Retention{RecordingDays: 30})
	w.days(29)
	must(t, r.Run(t.Context()))
	if len(w.objects(t, "recordings/"+demo)) != 1 {
		t.Fatal("the recording is gone a day too early")
	}
	w.days(1)
	must(t, r.Run(t.Context()))
	want := []string{recording.Object(other, neighbour, 1), recording.SpeechOutput(other, neighbour, 1, "i1") + "out.json"}
	if diff := cmp.Diff(want, w.objects(t, "")); diff != "" {
		t.Errorf("objects: %s", diff)
	}
	scope := w.store.ForTenant(demo)
	got, err := scope.Request(t.Context(), id)
	must(t, err)
	if diff := cmp.Diff(request.Recording{ContentType: "audio/mpeg", DurationS: 61, Absent: request.AbsentExpired}, got.Recording); diff != "" {
		t.Errorf("recording: %s", diff)
	}
	transcript, err := scope.Transcript(t.Context(), id)
	must(t, err)
	if transcript == nil || got.Summary == "" {
		t.Error("more than the recording is gone")
	}
	late, err := scope.Accept(t.Context(), request.Intake{
		Request: &request.Request{TenantID: demo, ID: id, Kind: request.Call, Namespace: request.NamespaceCall, ExternalID: "CAL1", Details: request.Details{HasRecording: true}},
		Body:    []byte("{}"), BodyHash: "late", Change: true,
	})
	must(t, err)
	if late.Run != 1 || late.Announce {
		t.Errorf("a late modification has the recording fetched again: %+v", late)
	}
}

func TestATranscriptExpiresAndTheAnalysisStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	w.finish(t, demo, id)
	busy := w.accept(t, demo, "CAL2", thePerson())
	r := w.retention(&tenant.Retention{TranscriptDays: 10})
	w.days(11)
	must(t, r.Run(t.Context()))
	for table, rows := range storetest.Dump(t, w.cfg, demo) {
		if slices.Contains([]string{"transcripts", "search_documents"}, table) && len(rows) > 0 {
			t.Errorf("%s: %v", table, rows)
		}
	}
	scope := w.store.ForTenant(demo)
	got, err := scope.Request(t.Context(), id)
	must(t, err)
	if got.Details.SourceTranscript != "" || got.Details.Given != nil || got.Details.Text != "" || got.Details.Note != canary {
		t.Errorf("details: %+v", got.Details)
	}
	if analysis, err := scope.Analysis(t.Context(), id); err != nil || analysis == nil {
		t.Errorf("analysis: %v, %v", analysis, err)
	}
	got, err = scope.Request(t.Context(), busy)
	must(t, err)
	if got.Details.SourceTranscript == "" {
		t.Error("a step still needs what was taken from it")
	}
}

func TestAWholeRequestExpiresUnlessItIsHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old, held := w.accept(t, demo, "CAL1", thePerson()), w.accept(t, demo, "CAL2", thePerson())
	w.finish(t, demo, old)
	w.finish(t, demo, held)
	scope := w.store.ForTenant(demo)
	must(t, scope.SetHold(t.Context(), held, true, "ann"))
	r := w.retention(&tenant.Retention{RequestDays: 10, RecordingDays: 5})
	for range 3 {
		w.days(6)
		must(t, r.Run(t.Context()))
	}
	if _, err := scope.Request(t.Context(), old); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the old request: got %v", err)
	}
	if got := w.objects(t, "recordings/"); len(got) != 1 || got[0] != recording.Object(demo, held, 1) {
		t.Errorf("recordings: %v, want the held one", got)
	}
	must(t, scope.SetHold(t.Context(), held, false, "ann"))
	w.days(1)
	must(t, r.Run(t.Context()))
	if _, err := scope.Request(t.Context(), held); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after its release: got %v", err)
	}
	if got := w.objects(t, ""); len(got) > 0 {
		t.Errorf("objects: %v", got)
	}
}

// failing is a bucket that fails for a while.
type failing struct {
	privacy.RetentionBucket
	left int
}

func (f *failing) DeletePrefix(ctx context.Context, prefix string) (int, error) {
	if f.left--; f.left >= 0 {
		return 0, errors.New("storage is away")
	}
	return f.RetentionBucket.DeletePrefix(ctx, prefix)
}

func TestRetentionGoesOnWhereItBrokeOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, external := range []string{"CAL1", "CAL2"} {
		w.finish(t, demo, w.accept(t, demo, external, thePerson()))
	}
	w.days(40)
	r := w.retention(&tenant.Retention{RequestDays: 30})
	r.Bucket = &failing{w.bucket, 1}
	if err := r.Run(t.Context()); err == nil {
		t.Fatal("a failure is not told")
	}
	w.clock.Advance(time.Hour)
	must(t, r.Run(t.Context()))
	left, err := w.store.ForTenant(demo).Old(t.Context(), time.Time{}, store.Cursor{ReceivedAt: w.clock.Now()}, 10)
	must(t, err)
	if got := w.objects(t, ""); len(got) > 0 || len(left) > 0 {
		t.Errorf("left: %v, %v", got, left)
	}
}

func TestNothingExpiresForATenantThatSaysNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	w.finish(t, demo, id)
	before := w.traces(t, demo)
	w.days(5000)
	must(t, w.retention(nil).Run(t.Context()))
	if diff := cmp.Diff(before, w.traces(t, demo)); diff != "" {
		t.Error(diff)
	}
}
