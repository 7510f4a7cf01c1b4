package insight

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// companyDays is how many days a company's page shows at most.
const companyDays = 366

// funcs are what these templates need beside the shared functions.
var funcs = template.FuncMap{"success": success, "age": age, "took": took, "moment": moment, "pauseName": pauseName}

// atOnce is how many questions a page asks at the same time.
const atOnce = 4

// reads asks several things of the API at once; the first refusal is the page's.
type reads struct{ errgroup.Group }

func newReads() *reads {
	g := &reads{}
	g.SetLimit(atOnce)
	return g
}

// read fills in what a client's method answers.
func read[T any](g *reads, into *T, ask func() (*http.Response, error)) {
	g.Go(func() error {
		got, err := web.Read[T](ask())
		if err == nil {
			*into = got
		}
		return err
	})
}

// companyPage is the data of company.html.
type companyPage struct {
	Period   period
	Timed    int64 // requests that the response time is of
	Total    client.StatsGroup
	Measures []measure
	Charts   []web.Chart
	Kinds    []client.StatsGroup
	Outcomes []client.DeliveryOutcomes
	Costs    client.Costs
	Budget   client.BudgetState
}

// companyAnswers are what the API says of a company.
type companyAnswers struct {
	days, daysBefore         client.Stats
	source, project          client.Stats
	score, kind              client.Stats
	outcomes, outcomesBefore client.Outcomes
	timings, timingsBefore   client.Timings
	costs                    client.Costs
	budget                   client.BudgetState
}

func showCompany(w http.ResponseWriter, r *web.Request) error {
	days := periodOf(r.URL.Query(), r.Now, r.Zone(), companyDays)
	a, err := askCompany(r, days)
	if err != nil {
		return err
	}
	now := figures{total: a.days.Total, outcomes: a.outcomes.Outcomes, timings: a.timings}
	was := figures{total: a.daysBefore.Total, outcomes: a.outcomesBefore.Outcomes, timings: a.timingsBefore}
	page := companyPage{
		Period: days, Timed: a.timings.Told.Requests, Total: a.days.Total, Measures: measures(now, was), Kinds: a.kind.Groups,
		Outcomes: a.outcomes.Outcomes, Costs: a.costs, Budget: a.budget,
		Charts: []web.Chart{
			leadsByDay(days, a.days.Groups, a.daysBefore.Groups), callsByDay(days, a.days.Groups),
			leadsBy("by-source", "Leads by source", a.source.Groups),
			leadsBy("by-project", "Leads by project", a.project.Groups),
			scores(a.score.Groups), costByDay(days, a.days.Groups),
		},
	}
	return r.Render(w, "insight/company.html", web.View{Title: "Figures", Nav: "insight", Modules: []string{"charts.js"}, Data: page})
}

func askCompany(r *web.Request, days period) (*companyAnswers, error) {
	a, g, ctx, id := &companyAnswers{}, newReads(), r.Context(), r.TenantID()
	stats := func(into *client.Stats, days period, by client.Dimension) {
		read(g, into, func() (*http.Response, error) {
			return r.API.GetStats(ctx, id, &client.GetStatsParams{From: days.first(), To: days.last(), GroupBy: &by})
		})
	}
	rest := func(outcomes *client.Outcomes, timings *client.Timings, days period) {
		read(g, outcomes, func() (*http.Response, error) {
			return r.API.GetOutcomes(ctx, id, &client.GetOutcomesParams{From: days.first(), To: days.last()})
		})
		read(g, timings, func() (*http.Response, error) {
			return r.API.GetTimings(ctx, id, &client.GetTimingsParams{From: days.first(), To: days.last()})
		})
	}
	stats(&a.days, days, "day")
	stats(&a.daysBefore, days.before(), "day")
	stats(&a.source, days, "source")
	stats(&a.project, days, "project_type")
	stats(&a.score, days, "score")
	stats(&a.kind, days, "kind")
	rest(&a.outcomes, &a.timings, days)
	rest(&a.outcomesBefore, &a.timingsBefore, days.before())
	read(g, &a.costs, func() (*http.Response, error) {
		return r.API.GetCosts(ctx, id, &client.GetCostsParams{From: days.first(), To: days.last()})
	})
	read(g, &a.budget, func() (*http.Response, error) { return r.API.GetBudget(ctx, id) })
	return a, g.Wait()
}

// largest returns the groups that have most of a figure first.
func largest(groups []client.StatsGroup, figure func(client.StatsGroup) float64) []client.StatsGroup {
	ordered := slices.Clone(groups)
	slices.SortStableFunc(ordered, func(a, b client.StatsGroup) int { return cmp.Compare(figure(b), figure(a)) })
	return ordered
}

// success is the share of the deliveries that arrived, of those that came to an end.
func success(o client.DeliveryOutcomes) string {
	all, arrived := figures{outcomes: []client.DeliveryOutcomes{o}}.settled()
	if part := share(arrived, all); part != nil {
		return web.Figure(*part, "percent")
	}
	return "–"
}
