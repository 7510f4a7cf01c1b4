package analyze

import (
	"context"
	"math"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// modelPause is how long a model that could not be asked is left alone.
const modelPause = 5 * time.Minute

// Again analyses a request that has an answer already. There, unlike in the step, the rules
// are no substitute: a model's answer must not give way to theirs because of an outage. Without
// a model's answer the error is a stage.LaterError if it cannot be asked now, and a
// stage.PermanentError if it has none that can be used. Either way the request's metering has
// what was spent.
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
	}
	return result, nil
}
