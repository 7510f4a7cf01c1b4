package insight

import (
	"strconv"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// mostBars is how many groups a chart names; the others are one bar together.
const mostBars = 8

// byDay is one figure of each day of a period. Days without any request have no group.
func byDay(days period, groups []client.StatsGroup, figure func(client.StatsGroup) float64) []float64 {
	found := map[string]float64{}
	for _, g := range groups {
		found[g.Key] = figure(g)
	}
	var all []float64
	for _, day := range days.keys() {
		all = append(all, found[day])
	}
	return all
}

func leadsOf(g client.StatsGroup) float64 { return float64(g.Leads) }

// leadsByDay are the leads of each day beside those of the period before.
func leadsByDay(days period, now, was []client.StatsGroup) web.Chart {
	return web.Chart{ID: "leads-by-day", Title: "Leads per day", Kind: "line", Labels: days.labels(), Series: []web.Series{
		{Name: "Leads", Values: byDay(days, now, leadsOf)},
		{Name: "Period before", Values: byDay(days.before(), was, leadsOf), Previous: true},
	}}
}

// callsByDay are the inbound calls of each day by who took them.
func callsByDay(days period, groups []client.StatsGroup) web.Chart {
	series := func(name, color string, figure func(client.StatsGroup) int64) web.Series {
		return web.Series{Name: name, Color: color, Values: byDay(days, groups, func(g client.StatsGroup) float64 { return float64(figure(g)) })}
	}
	return web.Chart{
		ID: "calls-by-day", Title: "Who took the inbound calls", Kind: "stack", Labels: days.labels(), Empty: "No inbound call in this period.",
		Series: []web.Series{
			series("Answered", "good", func(g client.StatsGroup) int64 { return g.Answered }),
			series("Voicemail", "warm", func(g client.StatsGroup) int64 { return g.Voicemails }),
			series("Missed", "bad", func(g client.StatsGroup) int64 { return g.Missed }),
		},
	}
}

func costByDay(days period, groups []client.StatsGroup) web.Chart {
	return web.Chart{ID: "cost-by-day", Title: "Processing cost per day", Kind: "bar", Unit: "usd", Labels: days.labels(), Series: []web.Series{
		{Name: "Cost", Values: byDay(days, groups, func(g client.StatsGroup) float64 { return g.CostUSD })},
	}}
}

// scores are how many leads have which score, by tens and band.
func scores(groups []client.StatsGroup) web.Chart {
	chart := web.Chart{ID: "scores", Title: "Scores of the leads", Kind: "stack", Empty: "No lead in this period.", Series: []web.Series{
		{Name: "Cold", Color: "cold"}, {Name: "Warm", Color: "warm"}, {Name: "Hot", Color: "hot"},
	}}
	found := map[string]client.StatsGroup{}
	for _, g := range groups {
		found[g.Key] = g
	}
	for ten := 20; ten < 100; ten += 10 {
		last := ten + 9
		if ten == 90 {
			last = 100
		}
		g := found[strconv.Itoa(ten)]
		chart.Labels = append(chart.Labels, strconv.Itoa(ten)+"–"+strconv.Itoa(last))
		for i, n := range []int64{g.Cold, g.Warm, g.Hot} {
			chart.Series[i].Values = append(chart.Series[i].Values, float64(n))
		}
	}
	return chart
}

// leadsBy are the leads of the groups that have most of them.
func leadsBy(id, title string, groups []client.StatsGroup) web.Chart {
	return bars(web.Chart{ID: id, Title: title, Empty: "No lead in this period."}, "Leads", groups, leadsOf, func(key string) string {
		if key == "" {
			return "Not known"
		}
		return web.Label(key)
	})
}

// bars fills a chart with the largest groups in order, and the sum of the others.
func bars(chart web.Chart, name string, groups []client.StatsGroup, figure func(client.StatsGroup) float64, label func(string) string) web.Chart {
	chart.Kind = "hbar"
	values, rest := web.Series{Name: name}, 0.0
	for _, g := range largest(groups, figure) {
		switch v := figure(g); {
		case v == 0:
		case len(values.Values) < mostBars:
			chart.Labels, values.Values = append(chart.Labels, label(g.Key)), append(values.Values, v)
		default:
			rest += v
		}
	}
	if rest > 0 {
		chart.Labels, values.Values = append(chart.Labels, "All others"), append(values.Values, rest)
	}
	chart.Series = []web.Series{values}
	return chart
}
