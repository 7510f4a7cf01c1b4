package privacy_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/privacy"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// unpack returns the files of an archive by name.
func (w *world) unpack(t *testing.T, object string) map[string]string {
	t.Helper()
	r, err := w.bucket.Reader(t.Context(), object)
	must(t, err)
	content, err := io.ReadAll(r)
	must(t, err)
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	must(t, err)
	files := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		files[f.Name] = string(content)
	}
	return files
}

func TestAnExportHasEverythingAboutThePersonAndNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	w.finish(t, demo, id)
	young := w.accept(t, demo, "CAL2", thePerson())
	stranger := w.accept(t, demo, "CAL3", request.Caller{Name: "Someone", Phone: "+13035550188"})
	neighbour := w.accept(t, other, "CAL4", thePerson())
	export := w.ask(t, job.Export, job.Subject{People: w.keys()})
	w.run(t, nil)

	var report privacy.ExportReport
	must(t, job.Decode(w.job(t, export).Report, &report))
	if w.job(t, export).State != job.Done || report.Requests != 2 || report.Recordings != 1 || report.Tables["transcripts"] != 1 || report.ExpiresAt.IsZero() {
		t.Errorf("report: %+v", report)
	}
	if diff := cmp.Diff([]string{recording.Export(demo, export)}, w.objects(t, "exports/")); diff != "" {
		t.Errorf("objects: %s", diff)
	}
	files := w.unpack(t, recording.Export(demo, export))
	if files["recordings/"+id] != canary+" audio" {
		t.Errorf("recording: %q", files["recordings/"+id])
	}
	for _, want := range []string{"I am " + canary, canary + " wants a kitchen", "https://crm.example.com/101", `"slack:sales"`, `"customer.name"`, email} {
		if !strings.Contains(files["requests/"+id+".json"], want) {
			t.Errorf("%q is missing", want)
		}
	}
	if files["requests/"+young+".json"] == "" || files["index.json"] == "" {
		t.Errorf("files are missing")
	}
	for name := range files {
		if strings.Contains(name, stranger) || strings.Contains(name, neighbour) {
			t.Errorf("%s is somebody else's", name)
		}
	}
}

func TestAnExportIsThereForAWeek(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.accept(t, demo, "CAL1", thePerson())
	export := w.ask(t, job.Export, job.Subject{People: w.keys()})
	w.run(t, nil)
	r := w.retention(nil)
	must(t, r.Run(t.Context()))
	if len(w.objects(t, recording.Export(demo, export))) != 1 {
		t.Fatal("the export is gone at once")
	}
	w.clock.Advance(7*24*time.Hour + time.Minute)
	must(t, r.Run(t.Context()))
	if got := w.objects(t, "exports/"); len(got) > 0 {
		t.Errorf("after a week there is still %v", got)
	}
}

func TestAnExportThatIsKilledAfterEveryPieceIsComplete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	w.finish(t, demo, id)
	export := w.ask(t, job.Export, job.Subject{People: w.keys()})
	r := w.runner(nil)
	killed := &dying{Handler: r.Handlers[job.Export], dead: map[string]bool{}}
	r.Handlers[job.Export] = killed
	for range 10 {
		_, err := r.Run(t.Context())
		must(t, err)
		w.clock.Advance(time.Hour)
	}
	if len(killed.dead) < 2 {
		t.Errorf("it was killed %d times only", len(killed.dead))
	}
	if got := w.job(t, export); got.State != job.Done {
		t.Fatalf("got %s: %s", got.State, got.Error)
	}
	if diff := cmp.Diff([]string{recording.Export(demo, export)}, w.objects(t, "exports/")); diff != "" {
		t.Errorf("objects: %s", diff)
	}
	if files := w.unpack(t, recording.Export(demo, export)); files["requests/"+id+".json"] == "" {
		t.Error("the archive lacks the request")
	}
}

func TestAnErasureFindsAnExportThatWasAskedForLongAgo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.finish(t, demo, w.accept(t, demo, "CAL1", thePerson()))
	export := w.ask(t, job.Export, job.Subject{People: w.keys()})
	scope := w.store.ForTenant(demo)
	_, err := scope.PauseJob(t.Context(), "ann", export)
	must(t, err)
	w.days(20)
	_, err = scope.ResumeJob(t.Context(), "ann", export)
	must(t, err)
	w.run(t, nil)
	if len(w.objects(t, recording.Export(demo, export))) != 1 {
		t.Fatal("there is no export to be erased")
	}
	w.report(t, w.erase(t))
	if got := w.objects(t, "exports/"); len(got) > 0 {
		t.Errorf("there still is %v", got)
	}
}
