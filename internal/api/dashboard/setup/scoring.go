package setup

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rubric"
	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
)

const weightPrefix = "settings.weights."

// signals are those of the score, in the order in which they weigh by default.
var signals = []struct{ Name, Text string }{
	{rubric.Intent, "Do they want work done?"},
	{rubric.Timeline, "How soon?"},
	{rubric.ProjectValue, "How much is the project worth?"},
	{rubric.Budget, "Is there money, an insurance claim, a signed scope or a booked visit?"},
	{rubric.DecisionMaker, "Do they decide?"},
	{rubric.Engagement, "How involved are they in the conversation?"},
	{rubric.ServiceArea, "Is it where the company works?"},
	{rubric.Contact, "Can they be reached?"},
}

func signalText(name string) string {
	for _, s := range signals {
		if s.Name == name {
			return s.Text
		}
	}
	return ""
}

func scoringRoutes() []web.Route {
	return []web.Route{post("/scoring/preview", previewScores), post("/scoring/rescore", startRescore)}
}

// scoringPage is what the page of the weights shows beside its form.
type scoringPage struct {
	Signals []string
	Sum     float64
	From    string // days that a preview and a job look at
	To      string
	Preview *client.ScorePreview
	Moves   []bandMove
	Jobs    jobList
}

// bandMove is how many leads would go from one score band to another.
type bandMove struct {
	From, To string
	Count    int
	Better   bool
}

func scoring() section {
	return section{
		path: "/scoring", file: "setup/scoring.html", title: "Scoring", nav: "scoring",
		saved: "The weights are saved. They hold for calls from now on; score past leads again below.",
		fill: func(c *company, v url.Values) {
			points := rubric.Defaults()
			maps.Copy(points, c.Settings.Weights)
			for _, s := range signals {
				v.Set(weightPrefix+s.Name, strconv.FormatFloat(points[s.Name], 'f', -1, 64))
			}
		},
		read: func(in *reader, c *company) {
			c.Settings.Weights = readWeights(in)
			if maps.Equal(c.Settings.Weights, rubric.Defaults()) {
				c.Settings.Weights = nil // follow the default if it is improved
			}
		},
		beside: func(r *web.Request, _ *company, page *sectionPage) error {
			shown, err := besideWeights(r, page.Form)
			page.Beside = shown
			return err
		},
	}
}

func readWeights(in *reader) map[string]float64 {
	points := map[string]float64{}
	for _, s := range signals {
		points[s.Name] = in.amount(weightPrefix + s.Name)
	}
	return points
}

func besideWeights(r *web.Request, f form) (*scoringPage, error) {
	shown := &scoringPage{From: f.Get("from"), To: f.Get("to")}
	today := r.Now.In(r.Zone())
	if shown.To == "" {
		shown.To = today.Format(time.DateOnly)
	}
	if shown.From == "" {
		shown.From = today.AddDate(0, 0, -90).Format(time.DateOnly)
	}
	in := &reader{values: f.Values}
	for _, s := range signals {
		shown.Signals = append(shown.Signals, s.Name)
		shown.Sum += in.amount(weightPrefix + s.Name)
	}
	if !r.Viewer.Admin() {
		return shown, nil
	}
	var err error
	shown.Jobs, err = readJobs(r, string(job.Rescore), "")
	return shown, err
}

// previewScores says what the weights of the form would change. Without scripts it is a page of
// its own; with them, a part of the one that is open.
func previewScores(w http.ResponseWriter, r *web.Request) error {
	f, err := sent(r)
	if err != nil {
		return err
	}
	page := sectionPage{Form: f}
	shown, err := besideWeights(r, f)
	if err != nil {
		return err
	}
	in := &reader{values: f.Values}
	order, ok := rescore(in, shown)
	order.Preview, order.Weights = true, readWeights(in)
	if ok && len(in.wrong) == 0 {
		shown.Preview, err = preview(r, order)
	} else {
		page.Form.fail(in.wrong)
	}
	if err != nil && !page.Form.refuse(err) {
		return err
	}
	if shown.Preview != nil {
		shown.Moves = movesOf(shown.Preview)
	}
	page.Beside = shown
	v := web.View{Title: "Scoring", Nav: "scoring", Modules: modules, Data: page}
	if r.Partial() {
		return r.Fragment(w, "setup/scoring.html", "score-preview", v)
	}
	return r.Render(w, "setup/scoring.html", v)
}

func preview(r *web.Request, order client.NewRescore) (*client.ScorePreview, error) {
	got, err := web.Read[client.ScorePreview](r.API.CreateRescore(r.Context(), r.TenantID(), order))
	if err != nil {
		return nil, err
	}
	return &got, nil
}

// rescore reads which leads are meant: those of the form's days, else of the page's.
func rescore(in *reader, shown *scoringPage) (order client.NewRescore, ok bool) {
	order.From, order.To = in.day("from", shown.From), in.day("to", shown.To)
	return order, len(in.wrong) == 0
}

// movesOf lists the moves between bands, those that move most leads first.
func movesOf(p *client.ScorePreview) []bandMove {
	worth := map[string]int{"none": 0, "cold": 1, "warm": 2, "hot": 3}
	var moves []bandMove
	for _, from := range slices.Sorted(maps.Keys(p.Bands)) {
		for _, to := range slices.Sorted(maps.Keys(p.Bands[from])) {
			moves = append(moves, bandMove{from, to, p.Bands[from][to], worth[to] > worth[from]})
		}
	}
	slices.SortStableFunc(moves, func(a, b bandMove) int { return b.Count - a.Count })
	return moves
}

// startRescore scores past leads by the weights that are saved.
func startRescore(w http.ResponseWriter, r *web.Request) error {
	f, err := sent(r)
	if err != nil {
		return err
	}
	in := &reader{values: f.Values}
	order, ok := rescore(in, &scoringPage{})
	if !ok {
		return r.Redirect(w, at(r, "scoring"), "")
	}
	order.Push = in.on("push")
	_, err = web.Read[client.Job](r.API.CreateRescore(r.Context(), r.TenantID(), order))
	if web.Refused(err, "conflict") {
		return r.Redirect(w, at(r, "scoring"), "Leads are being scored again already: see below.")
	}
	return done(w, r, at(r, "scoring"), "Past leads are being scored again. See below how far it is.", err)
}
