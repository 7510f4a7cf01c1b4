package insight

import (
	"net/http"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

const (
	hours      = 24 // of throughput, the present one included
	mostLetter = 50 // dead letters on the page
	// lateAfter is how long something may be due before it is worth a warning: sweep looks every
	// minute, and moves on what it announces.
	lateAfter = 5 * time.Minute
)

// operationsPage is the data of operations.html.
type operationsPage struct {
	Monitoring string // address; empty: none
	Hours      web.Chart
	Requests   int64 // in these hours
	Failed     int64
	Latency    web.Chart
	Timed      client.Timings
	Steps      []stepLine
	Queues     []queueLine // of deliveries
	Circuits   []queueLine // of Queues, with deliveries that were not tried
	Waiting    int64
	Oldest     *time.Time // of what is overdue
	Late       bool
	Letters    client.DeadLetterPage
	Quotas     []quotaLine
	Pauses     []client.Pause
	Subjects   []string
}

// stepLine is one step of the pipeline.
type stepLine struct {
	client.StepTiming

	Waiting, Overdue int64
	Oldest           *time.Time // of what is overdue
	ErrorRate        *float64
}

// queueLine is what waits for one company's destination.
type queueLine struct {
	client.Queue

	Name string
	Late *time.Time // the oldest that is overdue
}

// quotaLine is how much of a company's daily limit is used.
type quotaLine struct {
	client.Quota

	Company string
	Share   float64
}

// operationsAnswers are what the API says of the platform.
type operationsAnswers struct {
	hours   client.Stats
	timings client.Timings
	backlog client.Backlog
	letters client.DeadLetterPage
	quotas  client.QuotaList
	pauses  client.PauseList
}

func showOperations(w http.ResponseWriter, r *web.Request, monitoring string) error {
	a, err := askOperations(r)
	if err != nil {
		return err
	}
	page := operationsPage{
		Monitoring: monitoring, Timed: a.timings, Letters: a.letters, Pauses: a.pauses.Pauses,
		Subjects: []string{"all", "step:transcribe", "step:analyze", "step:push", "step:notify", "model", "trust"},
	}
	page.Hours, page.Requests, page.Failed = throughput(r.Now, a.hours.Groups)
	page.count(r, a)
	page.Latency = latency(a.timings.Steps)
	for _, q := range a.quotas.Quotas {
		page.Quotas = append(page.Quotas, quotaLine{Quota: q, Company: nameOf(r, q.TenantID), Share: float64(q.Used) / float64(max(1, q.Limit))})
	}
	return r.Render(w, "insight/operations.html", web.View{Title: "Operations", Nav: "operations", Modules: []string{"charts.js"}, Data: page})
}

func askOperations(r *web.Request) (*operationsAnswers, error) {
	a, g, ctx := &operationsAnswers{}, newReads(), r.Context()
	yesterday := periodOf(nil, r.Now, time.UTC, businessDays)
	yesterday.From = yesterday.To.AddDate(0, 0, -1)
	by := client.PlatformDimension("hour")
	read(g, &a.hours, func() (*http.Response, error) {
		return r.API.GetPlatformStats(ctx, &client.GetPlatformStatsParams{From: yesterday.first(), To: yesterday.last(), GroupBy: &by})
	})
	read(g, &a.timings, func() (*http.Response, error) {
		return r.API.GetPlatformTimings(ctx, &client.GetPlatformTimingsParams{From: yesterday.first(), To: yesterday.last()})
	})
	read(g, &a.backlog, func() (*http.Response, error) { return r.API.GetBacklog(ctx) })
	read(g, &a.letters, func() (*http.Response, error) {
		return r.API.ListDeadLetters(ctx, &client.ListDeadLettersParams{Limit: mostLetter})
	})
	read(g, &a.quotas, func() (*http.Response, error) { return r.API.GetQuotas(ctx) })
	read(g, &a.pauses, func() (*http.Response, error) { return r.API.ListPlatformPauses(ctx) })
	return a, g.Wait()
}

// throughput is what arrived in each of the last hours, and how much of it has failed.
func throughput(now time.Time, groups []client.StatsGroup) (chart web.Chart, requests, failed int64) {
	found := map[string]client.StatsGroup{}
	for _, g := range groups {
		found[g.Key] = g
	}
	well, ill := web.Series{Name: "Requests", Color: "cold"}, web.Series{Name: "Of them failed", Color: "bad"}
	chart = web.Chart{ID: "throughput", Title: "Requests per hour", Kind: "stack", Empty: "Nothing arrived in the last 24 hours."}
	first := now.UTC().Truncate(time.Hour).Add(-(hours - 1) * time.Hour)
	for i := range hours {
		hour := first.Add(time.Duration(i) * time.Hour)
		g := found[hour.Format("2006-01-02T15:00")]
		chart.Labels = append(chart.Labels, hour.Format("15:04"))
		well.Values, ill.Values = append(well.Values, float64(g.Requests-g.Failed)), append(ill.Values, float64(g.Failed))
		requests, failed = requests+g.Requests, failed+g.Failed
	}
	well.Name = "Went well or under way"
	chart.Series = []web.Series{well, ill}
	return chart, requests, failed
}

// count brings together what waits and how long steps took.
func (p *operationsPage) count(r *web.Request, a *operationsAnswers) {
	lines := map[string]*stepLine{}
	for _, timing := range a.timings.Steps {
		line := &stepLine{StepTiming: timing, ErrorRate: share(timing.Errors, timing.Errors+timing.Done)}
		lines[timing.Step] = line
	}
	for _, q := range a.backlog.Queues {
		p.Waiting += q.Waiting
		step, late := q.Step, overdue(q)
		if q.Destination != "" {
			step = "delivery"
			line := queueLine{Queue: q, Name: nameOf(r, q.TenantID), Late: late}
			p.Queues = append(p.Queues, line)
			if q.Circuit > 0 {
				p.Circuits = append(p.Circuits, line)
			}
		}
		p.Oldest = earlier(p.Oldest, late)
		if line := lines[step]; line != nil {
			line.Waiting, line.Overdue, line.Oldest = line.Waiting+q.Waiting, line.Overdue+q.Overdue, earlier(line.Oldest, late)
		}
	}
	p.Late = p.Oldest != nil && r.Now.Sub(*p.Oldest) > lateAfter
	for _, timing := range a.timings.Steps {
		p.Steps = append(p.Steps, *lines[timing.Step])
	}
}

// overdue is since when the oldest of a queue is overdue; nil: none is.
func overdue(q client.Queue) *time.Time {
	if q.Overdue == 0 {
		return nil
	}
	return &q.OldestDueAt
}

func earlier(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}

// latency is how long the steps' work takes.
func latency(steps []client.StepTiming) web.Chart {
	median, slow := web.Series{Name: "Median"}, web.Series{Name: "95 % are faster", Color: "warm"}
	chart := web.Chart{ID: "latency", Title: "How long the steps take", Kind: "hbar", Unit: "ms", Empty: "No step was finished since yesterday."}
	for _, s := range steps {
		if s.MedianMs == nil || s.P95Ms == nil {
			continue
		}
		chart.Labels = append(chart.Labels, web.Label(s.Step))
		median.Values, slow.Values = append(median.Values, float64(*s.MedianMs)), append(slow.Values, float64(*s.P95Ms))
	}
	chart.Series = []web.Series{median, slow}
	return chart
}

// age says for how long something has been due.
func age(now time.Time, since *time.Time) string {
	if since == nil {
		return "–"
	}
	switch d := now.Sub(*since); {
	case d < time.Minute:
		return "less than a minute"
	case d < 48*time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	default:
		return web.Figure(float64(int(d.Hours()/24)), "") + " days"
	}
}

// took shows how long a step takes.
func took(ms *int64) string {
	if ms == nil {
		return "–"
	}
	return web.Figure(float64(*ms), "ms")
}

func moment(t *time.Time) time.Time { return *t }

// pauseName says what a pause holds back.
func pauseName(subject string) string {
	switch kind, name, _ := strings.Cut(subject, ":"); {
	case subject == "all":
		return "Everything"
	case subject == "model":
		return "The model: the rules analyse instead"
	case subject == "trust":
		return "Trust in what was noted of deliveries"
	case kind == "step":
		return "The step " + name
	case kind == "destination":
		return "Deliveries to " + name
	}
	return subject
}
