package reanalyze

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// mostChanges is how many changed requests a report names: those whose score moves most.
const mostChanges = 50

// compared are the fields of which a report says how often they change. A summary is not
// among them: its words are never twice the same.
var compared = []string{
	"intent", "project_type", "timeline", "budget", "is_lead", "spam", "lead_score", "sentiment", "appointment",
	"customer.name", "customer.phone", "customer.email", "customer.address",
}

// Report is what another look has changed, or would change. It holds no personal data: fields
// are named and counted.
type Report struct {
	Expected int `json:"expected,omitempty"` // requests, by the estimate
	Looked   int `json:"looked"`             // requests that were looked at
	Done     int `json:"done"`               // of them scored or analysed again
	Changed  int `json:"changed"`
	Busy     int `json:"busy,omitempty"`    // left alone: still on their way, or somebody was at work on them
	Skipped  int `json:"skipped,omitempty"` // have no answer, or nothing to make another of: words that had expired
	Failed   int `json:"failed,omitempty"`  // the model had no usable answer: the old one stays
	Pushed   int `json:"pushed,omitempty"`  // whose CRM records follow

	CostUSD  float64                   `json:"cost_usd,omitempty"`
	Fields   map[string]int            `json:"fields,omitempty"` // how often each changed
	Bands    map[string]map[string]int `json:"bands,omitempty"`  // from which to which score band
	Requests []Change                  `json:"requests,omitempty"`
}

// Change is what changes about one request.
type Change struct {
	RequestID string       `json:"request_id"`
	From      int          `json:"from_score"`
	To        int          `json:"to_score"`
	FromBand  request.Band `json:"from_band"`
	ToBand    request.Band `json:"to_band"`
	Fields    []string     `json:"fields"`
}

// move is how far the score goes.
func (c Change) move() int { return max(c.To-c.From, c.From-c.To) }

// compare counts a request that was scored or analysed again. Both answers are as people have
// put them right.
func (r *Report) compare(requestID string, was, now *request.Analysis) {
	r.Done++
	fields := changedFields(was, now)
	if len(fields) == 0 {
		return
	}
	r.Changed++
	if r.Fields == nil {
		r.Fields, r.Bands = map[string]int{}, map[string]map[string]int{}
	}
	for _, field := range fields {
		r.Fields[field]++
	}
	if was.ScoreBand != now.ScoreBand {
		from, to := string(was.ScoreBand), string(now.ScoreBand)
		if r.Bands[from] == nil {
			r.Bands[from] = map[string]int{}
		}
		r.Bands[from][to]++
	}
	r.Requests = append(r.Requests, Change{
		RequestID: requestID, From: was.LeadScore, To: now.LeadScore, FromBand: was.ScoreBand, ToBand: now.ScoreBand, Fields: fields,
	})
	slices.SortStableFunc(r.Requests, func(a, b Change) int { return cmp.Compare(b.move(), a.move()) })
	r.Requests = r.Requests[:min(len(r.Requests), mostChanges)]
}

// changedFields returns the names of what differs: fields, and answers to the tenant's own
// questions.
func changedFields(was, now *request.Analysis) []string {
	var fields []string
	for _, field := range compared {
		if !bytes.Equal(was.Was(field), now.Was(field)) {
			fields = append(fields, field)
		}
	}
	before, after := valuesOf(was.Answers), valuesOf(now.Answers)
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if before[id] != after[id] {
			fields = append(fields, "answers."+id)
		}
	}
	return fields
}

// valuesOf returns the values of answers by question. What was not asked has none, as what is not known.
func valuesOf(answers []request.Answer) map[string]any {
	values := map[string]any{}
	for _, a := range answers {
		values[a.ID] = a.Value
	}
	return values
}
