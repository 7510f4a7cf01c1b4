package sweep

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/privacy"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/sweep"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// jobsConfig is what long work needs.
type jobsConfig struct {
	Jobs      job.Config
	Privacy   privacy.Config
	Retention privacy.RetentionConfig
	Recording recording.Config
	Reconcile service.ReconcileConfig
	Again     reanalysisConfig
}

func (c *jobsConfig) Validate() error {
	return errors.Join(c.Jobs.Validate(), c.Privacy.Validate(), c.Retention.Validate(), c.Recording.Validate(), c.Reconcile.Validate(), c.Again.Validate())
}

// longWork returns the tasks that jobs, retention and polling are. They are called like the sweep but
// apart from it: a job must not hold up what is due.
func longWork(ctx context.Context, s *service.Step, cfg *jobsConfig) ([]*sweep.Task, error) {
	bucket, err := recording.Open(ctx, cfg.Recording)
	if err != nil {
		return nil, err
	}
	s.Defers(func() { _ = bucket.Close() })
	importer, err := s.Importer(&cfg.Reconcile)
	if err != nil {
		return nil, err
	}
	poller := &reconcile.Poller{Config: cfg.Reconcile.Poll, Taker: importer.Taker, Tenants: s.Directory, Counts: s.Store.Operator()}
	runner := &job.Runner{
		Config: cfg.Jobs, Queue: s.Store.Operator(), Now: time.Now,
		Handlers: map[string]job.Handler{
			job.Erase:        &privacy.Eraser{Config: cfg.Privacy, Store: s.Store, Bucket: bucket, Now: time.Now},
			job.Export:       &privacy.Exporter{Config: cfg.Privacy, Store: s.Store, Bucket: bucket, Now: time.Now},
			job.Import:       importer,
			job.Retranscribe: s.Retranscriber(&cfg.Reconcile),
		},
	}
	if err := reanalysis(ctx, s, &cfg.Again, runner.Handlers); err != nil {
		return nil, err
	}
	retention := &privacy.Retention{
		Config: cfg.Retention, Exports: cfg.Privacy.ExportDays, Store: s.Store, Bucket: bucket, Tenants: s.Directory.All, Now: time.Now,
	}
	return []*sweep.Task{
		{Name: "jobs", Do: func(ctx context.Context) error { _, err := runner.Run(ctx); return err }},
		{Name: "retention", Do: retention.Run},
		{Name: "poll", Do: poller.Poll},
	}, nil
}

// schedule answers each task's endpoint, and does the task every so often if there is no
// scheduler.
func schedule(ctx context.Context, s *service.Step, every time.Duration, tasks []*sweep.Task) {
	for _, task := range tasks {
		task.Every = every
		s.Router.Method(http.MethodPost, "/"+task.Name, topic.Authenticated(s.Verifier, task))
		go task.Run(ctx)
	}
}
