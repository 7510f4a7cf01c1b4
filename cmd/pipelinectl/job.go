package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// newJob returns the commands about long work: exports, erasures, imports, re-analyses.
func newJob(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use: "job", Short: "Look after exports, erasures, imports and re-analyses",
		Example: "  pipelinectl job list -t tenant_demo",
	}
	cmd.AddCommand(newJobList(t), newJobShow(t),
		newJobSwitch(t, "pause", "paused", "Stop a job after the piece that it is at"),
		newJobSwitch(t, "resume", "going on", "Let a paused or failed job go on where it stopped"),
		newJobSwitch(t, "cancel", "canceled", "Cancel a job; what it has done stays done"))
	return cmd
}

func newJobList(t *tool) *cobra.Command {
	var want limits
	cmd := &cobra.Command{
		Use: "list", Short: "List jobs, newest first",
		Example: "  pipelinectl job list -t tenant_demo",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			return listing[client.Job]{
				key: "jobs", header: []string{"Job", "Kind", "State", "Begun", "Changed", "By", "Error"},
				fetch: func(limit int, token *string) (*http.Response, error) {
					return s.api.ListJobs(ctx, s.Tenant, &client.ListJobsParams{Limit: limit, PageToken: token})
				},
				row: func(v client.Job) []any {
					return []any{v.JobID, v.Kind, v.State, v.CreatedAt, v.UpdatedAt, v.Actor, v.Error}
				},
			}.print(s, want)
		}),
	}
	want.add(cmd)
	return cmd
}

func newJobShow(t *tool) *cobra.Command {
	var wait bool
	cmd := &cobra.Command{
		Use: "show JOB", Short: "Show how far a job has come, and its report",
		Example: "  pipelinectl job show job_4tbgp3yzq2xk7uhv -t tenant_demo --wait",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			a, err := read(s.api.GetJob(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			return s.follow(ctx, a, wait)
		}),
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until it has ended")
	return cmd
}

func newJobSwitch(t *tool, verb, state, what string) *cobra.Command {
	return &cobra.Command{
		Use: verb + " JOB", Short: what,
		Example: "  pipelinectl job " + verb + " job_4tbgp3yzq2xk7uhv -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			do := map[string]func(context.Context, string, string, ...client.RequestEditorFn) (*http.Response, error){
				"pause": s.api.PauseJob, "resume": s.api.ResumeJob, "cancel": s.api.CancelJob,
			}[verb]
			return s.done("%s is %s", args[0], state)(do(ctx, s.Tenant, args[0]))
		}),
	}
}

// addWait lets a command that starts a job be left at once.
func addWait(cmd *cobra.Command, wait *bool) {
	cmd.Flags().BoolVar(wait, "wait", true, "wait until the job has ended; with --wait=false, print its id and leave")
}

// follow prints a job's report, once it has ended if it is to be waited for. A job that did
// not do its work is an error.
func (s *session) follow(ctx context.Context, a answer, wait bool) error {
	job, err := decode[client.Job](a)
	if err != nil {
		return err
	}
	if wait && !ended(job.State) {
		if a, job, err = s.await(ctx, job); err != nil {
			return err
		}
	}
	if err := show(s, a, printJob); err != nil {
		return err
	}
	if wait && job.State != "done" {
		return fmt.Errorf("job %s is %s: pipelinectl job resume %[1]s lets it go on", job.JobID, job.State)
	}
	return nil
}

// ended reports whether a job makes no progress by itself any more.
func ended(state string) bool { return state != "queued" && state != "running" }

// patience is how often in a row a look at a job may fail: the job does not care.
const patience = 5

func (s *session) await(ctx context.Context, job client.Job) (answer, client.Job, error) {
	defer s.progress("")
	for failed := 0; ; {
		s.progress("%s %s: %s%s", job.Kind, job.JobID, job.State, counts(job.Report))
		if !sleep(ctx, s.poll) {
			return answer{}, job, fmt.Errorf("not waited for; it goes on: pipelinectl job show %s --wait", job.JobID)
		}
		a, err := read(s.api.GetJob(ctx, s.Tenant, job.JobID))
		if err != nil {
			if failed++; failed < patience && worthwhile(err) {
				continue
			}
			return answer{}, job, err
		}
		failed = 0
		if job, err = decode[client.Job](a); err != nil || ended(job.State) {
			return a, job, err
		}
	}
}

// worthwhile reports whether another attempt may go better.
func worthwhile(err error) bool {
	problem := (*problemError)(nil)
	return !errors.As(err, &problem) || problem.status >= http.StatusInternalServerError || problem.status == http.StatusTooManyRequests
}

// progress rewrites the terminal's last line; nothing takes it away.
func (s *session) progress(format string, args ...any) {
	if s.json || !s.watched() {
		return
	}
	fmt.Fprintf(s.err, "\r\x1b[K"+format, args...)
}

// counts is what of a report are numbers, for a line of progress.
func counts(report map[string]any) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(report)) {
		if n, ok := report[name].(float64); ok {
			fmt.Fprintf(&b, ", %s %s", clean(name), cell(n))
		}
	}
	return b.String()
}

func printJob(p *page, v client.Job) {
	p.row("Job", v.JobID)
	p.row("Kind", v.Kind)
	p.row("State", v.State)
	p.row("By", v.Actor)
	p.row("Begun", v.CreatedAt)
	p.row("Changed", v.UpdatedAt)
	if v.Error != "" {
		p.row("Error", v.Error)
	}
	if len(v.Report) == 0 {
		return
	}
	p.line("")
	p.header("Report", "Value")
	lists := map[string][]any{}
	flatten("", v.Report, func(name string, value any) {
		if list, ok := value.([]any); ok {
			lists[name] = list
			return
		}
		p.row(name, value)
	})
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		printItems(p, name, lists[name])
	}
}

// printItems prints a report's list, such as the copies that are left in CRMs, as a table.
func printItems(p *page, name string, items []any) {
	columns := map[string]bool{}
	for _, item := range items {
		if fields, ok := item.(map[string]any); ok {
			for column := range fields {
				columns[column] = true
			}
		}
	}
	p.line("\n%s: %d", clean(name), len(items))
	if len(columns) == 0 {
		for _, item := range items {
			p.row(summary(item))
		}
		return
	}
	order := slices.Sorted(maps.Keys(columns))
	p.header(order...)
	for _, item := range items {
		fields, _ := item.(map[string]any)
		cells := make([]any, 0, len(order))
		for _, column := range order {
			cells = append(cells, summary(fields[column]))
		}
		p.row(cells...)
	}
}
