package privacy

import (
	"context"
	"errors"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// eraseExports deletes the results of exports about the people, and stops those under way. It
// goes over all of them: one that was paused may have its result long after it was asked for.
func (v *visit) eraseExports(ctx context.Context) error {
	var before store.JobCursor
	for {
		jobs, err := v.scope.Jobs(ctx, store.JobFilter{Kind: job.Export, Limit: batch, Before: before})
		if err != nil || len(jobs) == 0 {
			return err
		}
		for _, j := range jobs {
			if err := v.eraseExport(ctx, j); err != nil {
				return err
			}
			before = store.JobCursor{CreatedAt: j.CreatedAt, ID: j.ID}
		}
	}
}

func (v *visit) eraseExport(ctx context.Context, j *job.Job) error {
	var about job.Subject
	if err := job.Decode(j.Input, &about); err != nil {
		return err
	}
	erased := func(key string) bool {
		return slices.Contains(v.subject.People, key) || slices.Contains(v.at.Keys, key)
	}
	if !slices.ContainsFunc(about.People, erased) {
		return nil
	}
	if !j.State.Settled() {
		if _, err := v.scope.CancelJob(ctx, v.job.Actor, j.ID); err != nil && !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	if !j.HeldUntil.IsZero() { // a piece of it is not finished yet
		v.wait(j.HeldUntil.Add(v.Config.Settle))
	}
	if err := v.Bucket.Delete(ctx, recording.Export(v.job.TenantID, j.ID)); err != nil {
		return err
	}
	n, err := v.Bucket.DeletePrefix(ctx, recording.ExportParts(v.job.TenantID, j.ID))
	v.report.Objects += n
	return err
}
