package reconcile_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
)

// newImport returns an import of a month of calls, one of them to a page.
func newImport(t *testing.T, from time.Time, calls ...string) (*stand, *tracker, *reconcile.Importer, *job.Job) {
	t.Helper()
	s, k := newStand(t, rail{}), &tracker{}
	for _, id := range calls {
		k.calls = append(k.calls, callJSON(id, ""))
	}
	s.taker.CallRail = k.client(t)
	input, err := reconcile.Order{SourceID: "callrail", From: from, To: noon}.Input()
	must(t, err)
	j := &job.Job{TenantID: "tenant_a", ID: "job_1", Kind: job.Import, Input: input, CreatedAt: noon}
	return s, k, &reconcile.Importer{Taker: s.taker, Tenants: directory{s.owner}, PerMinute: 60}, j
}

// step does the job's next piece.
func step(t *testing.T, importer *reconcile.Importer, j *job.Job) job.Piece {
	t.Helper()
	piece, err := importer.Work(t.Context(), j)
	must(t, err)
	j.Progress, j.Report = encode(t, piece.Progress), encode(t, piece.Report)
	return piece
}

// finish does the job's pieces until it is done, and returns how many those were.
func finish(t *testing.T, importer *reconcile.Importer, j *job.Job) (pieces int) {
	t.Helper()
	for pieces = 1; !step(t, importer, j).Done; pieces++ {
		if pieces == 100 {
			t.Fatal("the import does not end")
		}
	}
	return pieces
}

// A call that is marked as spam vanishes from the list, and those behind it move up.
func TestACallThatMovesToAPageThatWasLookedAtIsImported(t *testing.T) {
	t.Parallel()
	s, k, importer, j := newImport(t, noon.AddDate(0, -1, 0), "CAL1", "CAL2", "CAL3", "CAL4")
	step(t, importer, j)
	k.calls = k.calls[1:]
	finish(t, importer, j)
	if want := []string{"CAL1", "CAL3", "CAL4", "CAL2"}; !cmp.Equal(want, s.memory.accepted) {
		t.Error(cmp.Diff(want, s.memory.accepted))
	}
	var report reconcile.ImportReport
	must(t, job.Decode(j.Report, &report))
	if want := (reconcile.ImportReport{Listed: 4, Looked: 4, Imported: 4}); report != want {
		t.Errorf("report: got %+v, want %+v", report, want)
	}
}

// CallRail allows 1,000 requests an hour: a look at what is known already must be worth them.
func TestAnImportLooksAgainOnlyForWhatMayHaveMoved(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		calls []string
		known bool
		asked int
	}{
		"one page":                {[]string{"CAL1"}, false, 1},
		"pages that are all new":  {[]string{"CAL1", "CAL2", "CAL3"}, false, 6},
		"pages that are all here": {[]string{"CAL1", "CAL2", "CAL3"}, true, 3},
	} {
		s, k, importer, j := newImport(t, noon.AddDate(0, -1, 0), tt.calls...)
		if tt.known {
			s.memory.accepted = slices.Clone(tt.calls)
		}
		finish(t, importer, j)
		if len(k.asked) != tt.asked {
			t.Errorf("%s: asked %d times, want %d", name, len(k.asked), tt.asked)
		}
	}
}

// restless is a CallRail whose pages never hold the same call twice.
type restless struct {
	reconcile.CallRail
	client *callrail.Client
	known  *tracker
	asked  int
	spare  bool // every time
}

func (r *restless) Calls(ctx context.Context, a callrail.Access, w callrail.Window) (callrail.Page, error) {
	r.asked++
	r.spare = a.Spare && (r.spare || r.asked == 1)
	r.known.calls = []string{callJSON(fmt.Sprintf("CAL%da", r.asked), ""), callJSON(fmt.Sprintf("CAL%db", r.asked), "")}
	return r.client.Calls(ctx, a, w)
}

func TestAnImportEndsAlthoughItAlwaysFindsSomething(t *testing.T) {
	t.Parallel()
	s, k, importer, j := newImport(t, noon.AddDate(0, -1, 0))
	moving := &restless{client: k.client(t), known: k}
	s.taker.CallRail = moving
	if pieces := finish(t, importer, j); pieces > 10 {
		t.Errorf("%d pieces for two pages", pieces)
	}
	if !moving.spare {
		t.Error("looking at history takes the allowance of calls that come in")
	}
}

// A page takes an hour: what could be asked for when the import was ordered may be too old by now.
func TestAnImportLeavesOutWhatCallRailNoLongerAnswersFor(t *testing.T) {
	t.Parallel()
	s, k, importer, j := newImport(t, reconcile.Oldest(noon), "CAL1", "CAL2", "CAL3")
	now := noon
	s.taker.Now = func() time.Time { return now }
	for done := false; !done; now = now.Add(time.Hour + 30*time.Second) {
		k.oldest = reconcile.Oldest(now)
		done = step(t, importer, j).Done
	}
	if want := []string{"CAL1", "CAL2", "CAL3"}; !cmp.Equal(want, s.memory.accepted) {
		t.Error(cmp.Diff(want, s.memory.accepted))
	}
	k.oldest = reconcile.Oldest(now)
	if _, err := importer.Estimate(t.Context(), s.owner, reconcile.Order{SourceID: "callrail", From: reconcile.Oldest(noon), To: noon}); err != nil {
		t.Error(err)
	}
	j.Progress, now = nil, noon.AddDate(0, 26, 0) // it was paused
	if asked := len(k.asked); !step(t, importer, j).Done || len(k.asked) != asked {
		t.Error("nothing is left that CallRail answers for, and it is asked")
	}
}
