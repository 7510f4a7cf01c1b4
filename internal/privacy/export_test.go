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
