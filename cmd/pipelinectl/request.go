package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// newRequest returns the commands about calls, forms and texts.
func newRequest(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use: "request", Short: "Look after calls, forms and texts",
		Example: "  pipelinectl request list -t tenant_demo --band hot",
	}
	cmd.AddCommand(newRequestList(t), newRequestShow(t), newRequestTail(t), newRequestRetry(t), newRequestCorrect(t),
		newRequestRecording(t), newRequestHold(t), newRequestRelease(t), newRequestDelete(t))
	return cmd
}

// filter is what request list asks for.
type filter struct {
	status, kind, sourceID, source, band, intent, project, timeline, budget, crm string
	phone, email, words                                                          string
	after, before                                                                string
	minScore, maxScore                                                           int
}

func newRequestList(t *tool) *cobra.Command {
	var f filter
	var want limits
	cmd := &cobra.Command{
		Use: "list", Short: "List requests, newest first",
		Example: `  pipelinectl request list -t tenant_demo --band hot --after 2026-03-01
  pipelinectl request list -t tenant_demo --words "quartz countertop"`,
		Args: cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			params, err := f.params()
			if err != nil {
				return err
			}
			return listing[client.Request]{
				key: "requests", header: requestHeader,
				fetch: func(limit int, token *string) (*http.Response, error) {
					params.Limit, params.PageToken = limit, token
					return s.api.ListRequests(ctx, s.Tenant, params)
				},
				row: requestRow,
			}.print(s, want)
		}),
	}
	want.add(cmd)
	f.add(cmd)
	return cmd
}

func (f *filter) add(cmd *cobra.Command) {
	set := cmd.Flags()
	for _, flag := range []struct {
		into        *string
		name, usage string
	}{
		{&f.status, "status", "received, transcribed, analyzed, pushed, completed, failed or erased"},
		{&f.kind, "kind", "call, form or text"},
		{&f.sourceID, "source-id", "the source that delivered it"},
		{&f.source, "source", "the marketing source"},
		{&f.band, "band", "hot, warm, cold or none"},
		{&f.intent, "intent", "what the caller wants, such as quote_request"},
		{&f.project, "project", "what it is about, such as kitchen"},
		{&f.timeline, "timeline", "how soon, such as 1_3_months"},
		{&f.budget, "budget", "high, medium, low or unknown"},
		{&f.crm, "crm", "none, pending, done, parked or failed"},
		{&f.phone, "phone", "of the person, in any usual notation"},
		{&f.email, "email", "of the person"},
		{&f.words, "words", "words in name, summary and transcript"},
		{&f.after, "after", "received at this time or later"},
		{&f.before, "before", "received before this time"},
	} {
		set.StringVar(flag.into, flag.name, "", flag.usage)
	}
	set.IntVar(&f.minScore, "min-score", -1, "lowest lead score")
	set.IntVar(&f.maxScore, "max-score", -1, "highest lead score")
}

func (f *filter) params() (*client.ListRequestsParams, error) {
	after, err := parseTime("--after", f.after)
	if err != nil {
		return nil, err
	}
	before, err := parseTime("--before", f.before)
	if err != nil {
		return nil, err
	}
	p := &client.ListRequestsParams{
		Status: optional(f.status), Kind: optional(f.kind), SourceID: optional(f.sourceID), Source: optional(f.source),
		ScoreBand: optional(f.band), Intent: optional(f.intent), ProjectType: optional(f.project), Timeline: optional(f.timeline),
		Budget: optional(f.budget), CrmState: optional(f.crm), Phone: optional(f.phone), Email: optional(f.email),
		Q: optional(f.words), ReceivedAfter: after, ReceivedBefore: before,
	}
	if f.minScore >= 0 {
		p.MinScore = &f.minScore
	}
	if f.maxScore >= 0 {
		p.MaxScore = &f.maxScore
	}
	return p, nil
}

var requestHeader = []string{"Request", "Received", "Kind", "Status", "CRM", "Score", "Band", "Caller", "Source", "Summary"}

func requestRow(r client.Request) []any {
	caller := r.Caller.Name
	if caller == "" {
		caller = r.Caller.Phone
	}
	return []any{
		r.RequestID, r.ReceivedAt, r.Kind, r.Status, r.CRMState, r.LeadScore, r.ScoreBand, caller, r.Source, short(r.Summary, 60),
	}
}

func newRequestShow(t *tool) *cobra.Command {
	var transcript bool
	cmd := &cobra.Command{
		Use: "show REQUEST", Short: "Show what was said, what it means and where it went",
		Long:    "Show a request. Since it holds what was said, the audit log keeps who looked.",
		Example: "  pipelinectl request show req_xw3vhpjm2d5nwkkqk5ul7c2nzi -t tenant_demo --transcript",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			a, err := read(s.api.GetRequest(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.RequestDetail) {
				printRequest(p, v)
				printAnalysis(p, v)
				printHistory(p, v)
				if transcript {
					printTranscript(p, v)
				}
			})
		}),
	}
	cmd.Flags().BoolVar(&transcript, "transcript", false, "also print what was said")
	return cmd
}

func printRequest(p *page, v client.RequestDetail) {
	p.row("Request", v.RequestID)
	p.row("Kind", v.Kind)
	p.row("Status", v.Status)
	if v.Reason != "" {
		p.row("Reason", v.Reason)
	}
	p.row("CRM", v.CRMState)
	p.row("Received", v.ReceivedAt)
	p.row("Source", v.Source)
	p.row("Caller", v.Caller.Name)
	p.row("Phone", v.Caller.Phone)
	p.row("E-mail", v.Caller.Email)
	p.row("Recording", v.Recording.Available)
	p.row("Legal hold", v.Hold)
	p.row("Cost", usd(v.Cost.TotalUSD))
}

func printAnalysis(p *page, v client.RequestDetail) {
	if v.LeadScore == nil {
		return
	}
	p.row("Score", fmt.Sprintf("%d (%s)", *v.LeadScore, cell(v.ScoreBand)))
	p.row("Intent", v.Intent)
	p.row("Project", v.ProjectType)
	p.row("Timeline", v.Analysis.Timeline)
	p.row("Budget", v.Budget)
	p.row("Summary", v.Summary)
	for _, e := range v.Analysis.Evidence {
		p.row("Evidence", fmt.Sprintf("%s: %q", e.Field, e.Quote))
	}
	for _, c := range v.Corrections {
		p.row("Corrected", fmt.Sprintf("%s: %v, was %v, by %s", c.Field, c.Value, c.Was, c.By))
	}
}

func printHistory(p *page, v client.RequestDetail) {
	if len(v.Deliveries) > 0 {
		p.line("")
		p.header("Destination", "State", "Outcome", "Attempts", "Record", "Error")
	}
	for _, d := range v.Deliveries {
		record := d.Link
		for _, step := range d.Ledger {
			if record == "" {
				record = step.Step + " " + step.RemoteID
			}
		}
		p.row(d.Destination, d.State, d.Outcome, d.Attempts, record, d.Error)
	}
	p.line("")
	p.header("At", "Step", "What", "Took", "Detail")
	for _, e := range v.Timeline {
		took := ""
		if e.DurationMs > 0 {
			took = (time.Duration(e.DurationMs) * time.Millisecond).String()
		}
		p.row(e.At, e.Step, e.Name, took, e.Detail)
	}
}

func printTranscript(p *page, v client.RequestDetail) {
	p.line("")
	for _, segment := range v.Transcript.Segments {
		p.row(fmt.Sprintf("%6.1fs", segment.StartS), segment.Speaker, segment.Text)
	}
}
