package leads

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/civil"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/calendar"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// filterNames are the query parameters of the list, which are the API's own, and the two days.
var filterNames = []string{
	"q", "score_band", "project_type", "crm_state", "from", "to", "kind", "status", "intent", "timeline", "budget",
	"source", "phone", "email", "min_score", "max_score",
}

// filter is what the list is narrowed to.
type filter url.Values

// filterOf reads the parameters that are filled in.
func filterOf(query url.Values) filter {
	f := filter{}
	for _, name := range filterNames {
		if value := strings.TrimSpace(query.Get(name)); value != "" {
			f[name] = []string{value}
		}
	}
	return f
}

// Get returns a parameter, empty if it is not filled in.
func (f filter) Get(name string) string { return url.Values(f).Get(name) }

// Query returns the address of the list with this filter, and of its next page with a token.
func (f filter) Query(token string) string {
	query := url.Values{}
	for name, value := range f {
		query[name] = value
	}
	if token != "" {
		query.Set("page_token", token)
	}
	return "?" + query.Encode()
}

// Count is how many parameters are filled in.
func (f filter) Count() int { return len(f) }

// More is how many of them are behind "More filters".
func (f filter) More() int {
	n := 0
	for _, name := range filterNames[6:] {
		if f.Get(name) != "" {
			n++
		}
	}
	return n
}

// params returns what the API is asked; wrong names a parameter that cannot be read.
func (f filter) params(zone *time.Location, limit int, token string) (p *client.ListRequestsParams, wrong string) {
	p = &client.ListRequestsParams{
		Limit: limit, PageToken: f.optional(token), Q: f.text("q"), ScoreBand: f.text("score_band"), ProjectType: f.text("project_type"),
		CrmState: f.text("crm_state"), Kind: f.text("kind"), Status: f.text("status"), Intent: f.text("intent"),
		Timeline: f.text("timeline"), Budget: f.text("budget"), Source: f.text("source"), Phone: f.text("phone"), Email: f.text("email"),
	}
	var ok [4]bool
	p.MinScore, ok[0] = f.score("min_score")
	p.MaxScore, ok[1] = f.score("max_score")
	p.ReceivedAfter, ok[2] = f.day("from", zone, 0)
	p.ReceivedBefore, ok[3] = f.day("to", zone, 1)
	if at := slices.Index(ok[:], false); at >= 0 {
		return nil, []string{"min_score", "max_score", "from", "to"}[at]
	}
	return p, ""
}

func (f filter) text(name string) *string { return f.optional(f.Get(name)) }

func (filter) optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

func (f filter) score(name string) (*int, bool) {
	if f.Get(name) == "" {
		return nil, true
	}
	n, err := strconv.Atoi(f.Get(name))
	return &n, err == nil && n >= 0 && n <= 100
}

// day returns the beginning of a day in the tenant's zone, or of one some days later.
func (f filter) day(name string, zone *time.Location, later int) (*time.Time, bool) {
	if f.Get(name) == "" {
		return nil, true
	}
	day, err := civil.ParseDate(f.Get(name))
	start := calendar.Start(day.AddDays(later), zone)
	return &start, err == nil
}

// choice is a select box of the filters.
type choice struct {
	Name, Label, Any string
	Options          []string
}

// choices returns the first boxes, and those behind "More filters".
func choices() (first, more []choice) {
	return []choice{
			{"score_band", "Score band", "Any score", []string{"hot", "warm", "cold", "none"}},
			{"project_type", "Project", "Any project", request.ProjectTypes},
			{"crm_state", "CRM", "Any CRM state", []string{"done", "pending", "parked", "failed", "none"}},
		}, []choice{
			{"kind", "Kind", "Calls, forms, texts", []string{"call", "form", "text"}},
			{"status", "Progress", "Any progress", []string{"received", "transcribed", "analyzed", "pushed", "completed", "failed", "erased"}},
			{"intent", "Intent", "Any intent", request.Intents},
			{"timeline", "Timeline", "Any timeline", request.Timelines},
			{"budget", "Budget", "Any budget", request.Budgets},
		}
}
