package insight

import (
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// businessDays is how many days the API sums up of all companies at once.
const businessDays = 31

// businessPage is the data of business.html.
type businessPage struct {
	Period    period
	Timed     int64 // requests that the response time is of
	Total     client.StatsGroup
	Measures  []measure
	Charts    []web.Chart
	Companies []company
	Outcomes  []client.DeliveryOutcomes
}

// company is one line of the comparison.
type company struct {
	client.StatsGroup

	Name       string
	HighValue  *float64
	AnswerRate *float64
	PerRequest *float64
}

// businessAnswers are what the API says of all companies.
type businessAnswers struct {
	days, daysBefore         client.Stats
	kind, kindBefore         client.Stats
	companies                client.Stats
	source, project, score   client.Stats
	outcomes, outcomesBefore client.Outcomes
	timings, timingsBefore   client.Timings
}

func showBusiness(w http.ResponseWriter, r *web.Request) error {
	days := periodOf(r.URL.Query(), r.Now, r.Zone(), businessDays)
	a, err := askBusiness(r, days)
	if err != nil {
		return err
	}
	now := figures{total: a.days.Total, calls: ofKind(a.kind, "call"), outcomes: a.outcomes.Outcomes, timings: a.timings}
	was := figures{total: a.daysBefore.Total, calls: ofKind(a.kindBefore, "call"), outcomes: a.outcomesBefore.Outcomes, timings: a.timingsBefore}
	page := businessPage{
		Period: days, Timed: a.timings.Told.Requests, Total: a.days.Total, Measures: append(measures(now, was), volumes(now, was)...),
		Companies: companies(r, a.companies.Groups), Outcomes: a.outcomes.Outcomes,
	}
	page.Charts = []web.Chart{
		leadsByDay(days, a.days.Groups, a.daysBefore.Groups), costByCompany(page.Companies),
		connectors(page.Outcomes), callsByDay(days, a.days.Groups),
		leadsBy("by-source", "Leads by source", a.source.Groups),
		leadsBy("by-project", "Leads by project", a.project.Groups),
		scores(a.score.Groups), costByDay(days, a.days.Groups),
	}
	return r.Render(w, "insight/business.html", web.View{Title: "Business", Nav: "business", Modules: []string{"charts.js"}, Data: page})
}

func askBusiness(r *web.Request, days period) (*businessAnswers, error) {
	a, g, ctx := &businessAnswers{}, newReads(), r.Context()
	stats := func(into *client.Stats, days period, by client.PlatformDimension) {
		read(g, into, func() (*http.Response, error) {
			return r.API.GetPlatformStats(ctx, &client.GetPlatformStatsParams{From: days.first(), To: days.last(), GroupBy: &by})
		})
	}
	rest := func(outcomes *client.Outcomes, timings *client.Timings, days period) {
		read(g, outcomes, func() (*http.Response, error) {
			return r.API.GetPlatformOutcomes(ctx, &client.GetPlatformOutcomesParams{From: days.first(), To: days.last()})
		})
		read(g, timings, func() (*http.Response, error) {
			return r.API.GetPlatformTimings(ctx, &client.GetPlatformTimingsParams{From: days.first(), To: days.last()})
		})
	}
	stats(&a.days, days, "day")
	stats(&a.daysBefore, days.before(), "day")
	stats(&a.kind, days, "kind")
	stats(&a.kindBefore, days.before(), "kind")
	stats(&a.companies, days, "tenant")
	stats(&a.source, days, "source")
	stats(&a.project, days, "project_type")
	stats(&a.score, days, "score")
	rest(&a.outcomes, &a.timings, days)
	rest(&a.outcomesBefore, &a.timingsBefore, days.before())
	return a, g.Wait()
}

func ofKind(stats client.Stats, kind string) client.StatsGroup {
	for _, g := range stats.Groups {
		if g.Key == kind {
			return g
		}
	}
	return client.StatsGroup{}
}

// volumes are the tiles that only the platform has.
func volumes(now, was figures) []measure {
	both := func(m measure, of func(figures) *float64) measure {
		m.Now, m.Was = of(now), of(was)
		return m
	}
	return []measure{
		both(measure{Label: "Requests", Meaning: "Calls, forms and texts that the pipeline took in."},
			func(f figures) *float64 { return known(float64(f.total.Requests)) }),
		both(measure{Label: "Minutes transcribed", Meaning: "Audio that was sent to speech recognition. A call that is recorded in two channels counts twice, as it is paid."},
			func(f figures) *float64 { return known(f.total.SpeechMinutes) }),
		both(measure{Label: "Processing cost", Unit: "usd", Meaning: "Speech, model, storage and the platform's share of all requests, by the price list of their days."},
			func(f figures) *float64 { return known(f.total.CostUSD) }),
		both(measure{Label: "Processing cost per call", Unit: "usd", Better: -1, Without: "No call in this period", Meaning: "The same for each call. Forms and texts are left out."},
			func(f figures) *float64 { return share(f.calls.CostUSD, float64(f.calls.Requests)) }),
	}
}

// companies are the lines of the comparison, those with most leads first.
func companies(r *web.Request, groups []client.StatsGroup) []company {
	var all []company
	for _, g := range largest(groups, leadsOf) {
		all = append(all, company{
			StatsGroup: g, Name: nameOf(r, g.Key), HighValue: share(g.Hot, g.Leads), AnswerRate: share(g.Answered, inbound(g)),
			PerRequest: share(g.CostUSD, float64(g.Requests)),
		})
	}
	return all
}

// nameOf is a company's name, its id beyond the first hundred.
func nameOf(r *web.Request, tenantID string) string {
	for _, t := range r.Tenants {
		if t.TenantID == tenantID {
			return t.Name
		}
	}
	return tenantID
}

func costByCompany(all []company) web.Chart {
	names := map[string]string{}
	var groups []client.StatsGroup
	for _, c := range all {
		names[c.Key] = c.Name
		groups = append(groups, c.StatsGroup)
	}
	return bars(web.Chart{ID: "cost-by-company", Title: "Processing cost by company", Unit: "usd"}, "Cost", groups,
		func(g client.StatsGroup) float64 { return g.CostUSD }, func(id string) string { return names[id] })
}

// connectors are the deliveries of each kind of CRM, by what became of them.
func connectors(outcomes []client.DeliveryOutcomes) web.Chart {
	chart := web.Chart{ID: "connectors", Title: "Deliveries by CRM", Kind: "stack", Empty: "Nothing was delivered in this period.", Series: []web.Series{
		{Name: "Delivered", Color: "good"}, {Name: "On its way", Color: "cold"}, {Name: "Needs somebody", Color: "warm"}, {Name: "Failed", Color: "bad"},
	}}
	for _, o := range outcomes {
		chart.Labels = append(chart.Labels, web.Label(o.Connector))
		for i, n := range []int64{o.Done, o.Pending, o.Parked, o.Failed} {
			chart.Series[i].Values = append(chart.Series[i].Values, float64(n))
		}
	}
	return chart
}
