package analyze

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// modelPause is how long a model that could not be asked is left alone.
const modelPause = 5 * time.Minute

// Again analyses a request that has an answer already. There, unlike in the step, the rules
// are no substitute: a model's answer must not give way to theirs because of an outage, or
// because the deployment has no model any more. Without a model's answer the error is a
// stage.LaterError if it cannot be asked now, and a stage.PermanentError if it has none that can
// be used, or there is no model. Either way the request's metering has what was spent.
func (w *Worker) Again(ctx context.Context, job *stage.Job) (stage.Result, error) {
	patient := *w
	patient.cfg.Patience = math.MaxInt64 // the request is old, and nobody waits
	result, reason, err := patient.conclude(ctx, job)
	if err != nil {
		return stage.Result{}, err
	}
	switch reason {
	case "unavailable", "busy", "paused":
		return stage.Result{}, stage.Later(w.now().Add(modelPause), "the model cannot be asked")
	case "refused":
		return stage.Result{}, stage.Permanent("the model's answers could not be used")
	case "no_model":
		present, err := job.Record.Answer(ctx)
		if err != nil {
			return stage.Result{}, fmt.Errorf("read analysis: %w", err)
		}
		if present != nil && present.Analyzer == request.AnalyzerModel {
			return stage.Result{}, stage.Permanent("a model answered, and there is none now")
		}
	}
	return result, nil
}
