package analyze

import (
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// A call whose words nobody has is one to call back, whatever took them away.
func TestACallWithoutItsWordsStaysALead(t *testing.T) {
	t.Parallel()
	absent := map[string]string{
		"a web page or nothing instead of a recording": "not_audio",
		"a recording that breaks off each time":        "truncated",
		"500 MB":                                       "too_large",
		"a recording that never came":                  "never_came",
		"a key that is refused":                        "no_access",
		"audio without words":                          "", // it was kept
	}
	for name, why := range absent {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVertex(t, says("must not be asked"))
			w, _ := newWorker(t, v)
			job := newJob()
			job.Request.Recording.Absent = why
			if why != "" {
				job.Record = &record{transcript: &request.Transcript{Origin: request.OriginNone, Segments: []request.Segment{}}}
			}
			got, err := w.Work(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			if a := got.Analysis; !a.IsLead || a.ScoreBand != request.Cold || a.Summary == "" || len(a.Evidence) != 0 {
				t.Errorf("analysis = %+v, want a cold lead that claims nothing", a)
			}
			if len(v.prompts) != 0 {
				t.Error("a model was asked about nothing")
			}
			if job.Request.Caller.Phone == "" {
				t.Error("there is no number to call back")
			}
		})
	}
}
