package insight

import (
	"math"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// measure is a figure of a period beside that of the period before. Either may not be known.
type measure struct {
	Label   string
	Meaning string // how it is counted
	Unit    string // as of web.Chart
	Now     *float64
	Was     *float64
	Better  int    // 1: more is better, -1: less is better, 0: neither
	Without string // what is said if it is not known
}

// Value is the figure as people read it.
func (m measure) Value() string {
	if m.Now == nil {
		return "–"
	}
	return web.Figure(rounded(*m.Now, m.Unit), m.Unit)
}

// Note compares it with the period before.
func (m measure) Note() string {
	switch {
	case m.Now == nil:
		return m.Without
	case m.Was == nil:
		return "Nothing to compare with"
	}
	more, unit := *m.Now-*m.Was, m.Unit
	text := web.Figure(rounded(math.Abs(more), unit), unit)
	if unit == "percent" {
		text = web.Figure(math.Round(100*math.Abs(more)), "") + " points"
	}
	words := [2]string{" more than before", " less than before"}
	switch {
	case text == web.Figure(0, unit), text == "0 points":
		return "The same as before"
	case unit == "ms":
		words = [2]string{" longer than before", " shorter than before"}
	}
	if more < 0 {
		return text + words[1]
	}
	return text + words[0]
}

// Tone says whether the change is good or bad news.
func (m measure) Tone() string {
	if m.Now == nil || m.Was == nil || m.Better == 0 || m.Note() == "The same as before" {
		return ""
	}
	if (*m.Now > *m.Was) == (m.Better > 0) {
		return "good"
	}
	return "bad"
}

// rounded leaves out digits that nobody needs in a tile.
func rounded(v float64, unit string) float64 {
	if unit == "" {
		return math.Round(v*10) / 10
	}
	return v
}

func known(v float64) *float64 { return &v }

// share is a part of a whole; nil where there is no whole.
func share[N int64 | float64](part, whole N) *float64 {
	if whole == 0 {
		return nil
	}
	return known(float64(part) / float64(whole))
}

func millis(ms *int64) *float64 {
	if ms == nil {
		return nil
	}
	return known(float64(*ms))
}

// figures are what tiles are made of, for one period.
type figures struct {
	total    client.StatsGroup
	calls    client.StatsGroup // of total, kind call
	outcomes []client.DeliveryOutcomes
	timings  client.Timings
}

// settled are the deliveries that came to an end, and those of them that arrived.
func (f figures) settled() (all, arrived int64) {
	for _, o := range f.outcomes {
		all += o.Done + o.Parked + o.Failed
		arrived += o.Done
	}
	return all, arrived
}

// inbound are the inbound calls of which it is known who took them.
func inbound(g client.StatsGroup) int64 { return g.Answered + g.Missed + g.Voicemails }

// measures are the tiles that a company's page and the platform's share.
func measures(now, was figures) []measure {
	both := func(m measure, of func(figures) *float64) measure {
		m.Now, m.Was = of(now), of(was)
		return m
	}
	return []measure{
		both(measure{Label: "Leads", Better: 1, Meaning: "Calls, forms and texts with a score of 20 or more."},
			func(f figures) *float64 { return known(float64(f.total.Leads)) }),
		both(measure{Label: "Average score", Better: 1, Without: "No lead in this period", Meaning: "Of the leads alone, 20 to 100."},
			func(f figures) *float64 { return f.total.AverageScore }),
		both(measure{Label: "High-value share", Unit: "percent", Better: 1, Without: "No lead in this period", Meaning: "Hot leads among all leads."},
			func(f figures) *float64 { return share(f.total.Hot, f.total.Leads) }),
		both(measure{Label: "Answer rate", Unit: "percent", Better: 1, Without: "No inbound call in this period",
			Meaning: "Inbound calls that a person took, among all inbound calls. Voicemails and missed calls are not answered. Calls of which the source does not say who took them are left out."},
			func(f figures) *float64 { return share(f.total.Answered, inbound(f.total)) }),
		both(measure{Label: "Conversion", Unit: "percent", Better: 1, Without: "No answered call in this period", Meaning: "Leads among the answered inbound calls."},
			func(f figures) *float64 { return share(f.total.AnsweredLeads, f.total.Answered) }),
		both(measure{Label: "Response time", Unit: "ms", Better: -1, Without: "Nobody was told of a lead yet",
			Meaning: "The median time from the arrival of a call, form or text until the pipeline had told people of it. How soon they called back is not known. It is measured on the newest requests of the period."},
			func(f figures) *float64 { return millis(f.timings.Told.MedianMs) }),
		both(measure{Label: "CRM success", Unit: "percent", Better: 1, Without: "Nothing was delivered in this period",
			Meaning: "Deliveries that arrived, among all that came to an end: delivered, given up, or waiting for somebody to change something."},
			func(f figures) *float64 { all, arrived := f.settled(); return share(arrived, all) }),
		both(measure{Label: "Cost per lead", Unit: "usd", Better: -1, Without: "No lead in this period",
			Meaning: "What all requests of the period cost to process, those that are no leads included, for each lead."},
			func(f figures) *float64 { return share(f.total.CostUSD, float64(f.total.Leads)) }),
	}
}
