package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// lead is one played sample as far as it has come.
type lead struct {
	sample     string
	request    *request.Request
	analysis   *request.Analysis
	deliveries []request.Delivery
	notices    []request.Notice
	took       time.Duration // from the delivery's commit to the last event
}

// settled reports whether nothing is left to do for the lead, and whether it all went well.
func (l lead) settled() (done, well bool) {
	if l.request == nil {
		return false, false
	}
	if l.request.Status == request.Failed {
		return true, false
	}
	well = true
	for _, d := range l.deliveries {
		if !d.State.Settled() {
			return false, false
		}
		well = well && (d.State == request.DeliveryDone || d.State == request.DeliverySkipped)
	}
	return l.request.Status == request.Completed, well
}

// print writes one row per sample.
func printLeads(w io.Writer, leads []lead) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateRows = true
	t.AppendHeader(table.Row{"Sample", "Request", "Source", "Caller", "Intent", "Project", "Timeline", "Budget", "Score", "CRM record", "Told", "Time"})
	for _, l := range leads {
		t.AppendRow(row(l))
	}
	t.Render()
}

func row(l lead) table.Row {
	r := l.request
	if r == nil {
		return table.Row{l.sample, "never arrived"}
	}
	if r.Status == request.Failed {
		return table.Row{l.sample, r.ID, r.Details.Source, callerOf(r), "failed: " + r.Reason}
	}
	score := fmt.Sprintf("%d %s", r.LeadScore, r.ScoreBand)
	if l.analysis != nil && l.analysis.Analyzer == request.AnalyzerRules {
		score += " (rules)"
	}
	return table.Row{
		l.sample, r.ID, cmp.Or(r.Details.Source, string(r.Kind)), callerOf(r), r.Intent, r.ProjectType, r.Timeline, r.Budget,
		score, records(l.deliveries), told(l.notices), l.took.Round(10 * time.Millisecond),
	}
}

func callerOf(r *request.Request) string {
	return strings.TrimSpace(cmp.Or(r.Caller.Name, "?") + " " + cmp.Or(r.Caller.Phone, r.Caller.Email))
}

// records names the main record in each CRM, a line each.
func records(deliveries []request.Delivery) string {
	var all []string
	skipped := 0
	for _, d := range deliveries {
		if d.State == request.DeliverySkipped {
			skipped++
		}
		all = append(all, d.Destination+" "+record(d))
	}
	if skipped == len(deliveries) {
		return "-"
	}
	return strings.Join(all, "\n")
}

func record(d request.Delivery) string {
	if d.State != request.DeliveryDone {
		return string(d.State)
	}
	ids := map[string]string{}
	for _, e := range d.Ledger {
		ids[e.Step] = e.RemoteID
	}
	for _, step := range []string{"deal", "call", "event"} {
		if ids[step] != "" {
			return step + " " + ids[step]
		}
	}
	return string(d.State)
}

func told(notices []request.Notice) string {
	var all []string
	for _, n := range notices {
		channel, _, _ := strings.Cut(n.Channel, ":")
		all = append(all, channel)
	}
	return cmp.Or(strings.Join(all, ", "), "-")
}
