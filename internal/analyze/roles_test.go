package analyze

import (
	"slices"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestDoubtAboutWhoSpeaksLowersTheConfidence(t *testing.T) {
	t.Parallel()
	const warning = "it is not certain which of the speakers is the customer"
	conclude := func(sure float64, change func(*request.Transcript)) *request.Analysis {
		job := kitchenJob()
		tr := job.Record.(*record).transcript
		tr.RoleConfidence = sure
		change(tr)
		w, err := New(Config{Attempts: 1}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Work(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		return got.Analysis
	}
	asIs := func(*request.Transcript) {}
	certain := conclude(0.9, asIs)
	for name, a := range map[string]*request.Analysis{"certain": certain, "told by the source, which gives no figure": conclude(0, asIs)} {
		if slices.Contains(a.Warnings, warning) || a.Confidence.Overall < 0.7 {
			t.Errorf("%s: confidence %v, warnings %q", name, a.Confidence, a.Warnings)
		}
	}
	doubtful := conclude(0.5, asIs)
	if !slices.Contains(doubtful.Warnings, warning) {
		t.Errorf("doubtful: warnings %q", doubtful.Warnings)
	}
	for field, sure := range certain.Confidence.Fields {
		if less := doubtful.Confidence.Fields[field]; less >= sure || less < 0.6*sure {
			t.Errorf("%s: %v after %v", field, less, sure)
		}
	}
	unknown := conclude(0.3, func(tr *request.Transcript) {
		for i := range tr.Segments {
			tr.Segments[i].Speaker = map[string]string{request.Agent: "speaker 1", request.Customer: "speaker 2"}[tr.Segments[i].Speaker]
		}
	})
	if slices.Contains(unknown.Warnings, warning) {
		t.Errorf("unknown speakers: warnings %q", unknown.Warnings)
	}
}
