package api

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// Jobs keeps long work. A change that a job's state does not allow is store.ErrConflict.
type Jobs interface {
	CreateJob(ctx context.Context, j job.Job, lines ...store.AuditLine) error
	Job(ctx context.Context, jobID string) (*job.Job, error)
	Jobs(ctx context.Context, f store.JobFilter) ([]*job.Job, error)
	PauseJob(ctx context.Context, actor, jobID string) (*job.Job, error)
	ResumeJob(ctx context.Context, actor, jobID string) (*job.Job, error)
	CancelJob(ctx context.Context, actor, jobID string) (*job.Job, error)
}

// Downloads signs addresses under which anybody can read an object for a while.
type Downloads interface {
	SignedGet(ctx context.Context, object string, ttl time.Duration) (string, error)
}

const (
	listOfJobs = "jobs"
	// downloadTTL is how long the address of a result is good: it is all that is asked for.
	downloadTTL = 5 * time.Minute
)

// ListJobs implements GET /v1/tenants/{tenant_id}/jobs.
func (h *handlers) ListJobs(ctx context.Context, in ListJobsRequestObject) (ListJobsResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	from, err := placeOf(listOfJobs, in.Params.PageToken)
	if err != nil {
		return nil, err
	}
	jobs, err := h.scope(granted.tenantID).Jobs(ctx, store.JobFilter{
		Before: store.JobCursor{CreatedAt: from.at, ID: from.id}, Limit: in.Params.Limit + 1, // one more says whether there is another page
	})
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	page := ListJobs200JSONResponse{Jobs: []Job{}}
	if len(jobs) > in.Params.Limit {
		jobs = jobs[:in.Params.Limit]
		last := jobs[len(jobs)-1]
		page.NextPageToken = place{at: last.CreatedAt, id: last.ID}.token(listOfJobs)
	}
	for _, j := range jobs {
		page.Jobs = append(page.Jobs, presentJob(j))
	}
	return page, nil
}

// GetJob implements GET /v1/tenants/{tenant_id}/jobs/{job_id}.
func (h *handlers) GetJob(ctx context.Context, in GetJobRequestObject) (GetJobResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	found, err := h.scope(granted.tenantID).Job(ctx, in.JobID)
	if err != nil {
		return nil, fmt.Errorf("read job: %w", err)
	}
	return GetJob200JSONResponse(presentJob(found)), nil
}

// GetJobDownload implements GET /v1/tenants/{tenant_id}/jobs/{job_id}/download. Whoever has the
// address has the person's data, so nothing is answered unless the audit log has it.
func (h *handlers) GetJobDownload(ctx context.Context, in GetJobDownloadRequestObject) (GetJobDownloadResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	scope := h.scope(granted.tenantID)
	found, err := scope.Job(ctx, in.JobID)
	if err != nil {
		return nil, fmt.Errorf("read job: %w", err)
	}
	if found.Kind != job.Export || found.State != job.Done {
		return nil, conflict(whyNoFile)
	}
	var result struct {
		ExpiresAt time.Time `json:"expires_at"`
	}
	if err := job.Decode(found.Report, &result); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	now := h.deps.Now()
	if !now.Before(result.ExpiresAt) {
		return nil, refuse(ProblemCodeNotFound)
	}
	address, err := h.deps.Downloads.SignedGet(ctx, recording.Export(granted.tenantID, found.ID), downloadTTL)
	if err != nil {
		return nil, fmt.Errorf("sign download: %w", err)
	}
	if err := scope.Audit(ctx, granted.principal.Actor(), "export.read", found.ID); err != nil {
		return nil, fmt.Errorf("audit download: %w", err)
	}
	return GetJobDownload200JSONResponse{URL: address, ExpiresAt: now.Add(downloadTTL).UTC()}, nil
}

// PauseJob implements POST /v1/tenants/{tenant_id}/jobs/{job_id}/pause.
func (h *handlers) PauseJob(ctx context.Context, in PauseJobRequestObject) (PauseJobResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := h.scope(granted.tenantID).PauseJob(ctx, granted.principal.Actor(), in.JobID); err != nil {
		return nil, fmt.Errorf("pause job: %w", err)
	}
	return PauseJob204Response{}, nil
}

// ResumeJob implements POST /v1/tenants/{tenant_id}/jobs/{job_id}/resume.
func (h *handlers) ResumeJob(ctx context.Context, in ResumeJobRequestObject) (ResumeJobResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := h.scope(granted.tenantID).ResumeJob(ctx, granted.principal.Actor(), in.JobID); err != nil {
		return nil, fmt.Errorf("resume job: %w", err)
	}
	return ResumeJob204Response{}, nil
}

// CancelJob implements POST /v1/tenants/{tenant_id}/jobs/{job_id}/cancel.
func (h *handlers) CancelJob(ctx context.Context, in CancelJobRequestObject) (CancelJobResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := h.scope(granted.tenantID).CancelJob(ctx, granted.principal.Actor(), in.JobID); err != nil {
		return nil, fmt.Errorf("cancel job: %w", err)
	}
	return CancelJob204Response{}, nil
}

// createJob queues a job of the caller's and returns it as it stands.
func (h *handlers) createJob(ctx context.Context, granted grant, j job.Job, line store.AuditLine) (Job, error) {
	scope := h.scope(granted.tenantID)
	id, err := queueJob(ctx, scope, granted.principal.Actor(), j, line)
	if err != nil {
		return Job{}, err
	}
	queued, err := scope.Job(ctx, id)
	if err != nil {
		return Job{}, fmt.Errorf("read job: %w", err)
	}
	return presentJob(queued), nil
}

// queueJob queues an actor's job, with a line in the audit log, and returns its id.
func queueJob(ctx context.Context, to Jobs, actor string, j job.Job, line store.AuditLine) (string, error) {
	j.ID, j.Actor = store.NewJobID(), actor
	line.Actor, line.Target = actor, cmp.Or(line.Target, j.ID)
	if err := to.CreateJob(ctx, j, line); err != nil {
		return "", fmt.Errorf("create job: %w", err)
	}
	return j.ID, nil
}

func presentJob(j *job.Job) Job {
	shown := Job{
		JobID: j.ID, Kind: JobKind(j.Kind), State: JobState(j.State), Actor: j.Actor, Error: j.Error,
		CreatedAt: j.CreatedAt.UTC(), UpdatedAt: j.UpdatedAt.UTC(), Report: map[string]any{},
	}
	if err := job.Decode(j.Report, &shown.Report); err != nil { // it was written by us as an object
		slog.Error("report of job not readable", "job_id", j.ID, "error", err)
	}
	if j.Kind == job.Import || j.Kind == job.Retranscribe {
		var order struct {
			SourceID string `json:"source_id"`
		}
		if err := job.Decode(j.Input, &order); err != nil {
			slog.Error("input of job not readable", "job_id", j.ID, "error", err)
		}
		shown.SourceID = order.SourceID
	}
	return shown
}
