package store

import (
	"context"
	"fmt"
	"time"

	"cloud.google.com/go/spanner"
)

// Grouping is what statistics are broken down by.
type Grouping string

// The groupings. Each is a column of the index that statistics are read from.
const (
	ByNothing     Grouping = ""
	ByDay         Grouping = "day"  // of Range.Zone
	ByHour        Grouping = "hour" // of Range.Zone
	BySource      Grouping = "source"
	ByProjectType Grouping = "project_type"
	ByScoreBand   Grouping = "score_band"
	ByScore       Grouping = "score" // by tens: 0 is 0 to 9, 90 is 90 to 100
	ByIntent      Grouping = "intent"
	ByCRMState    Grouping = "crm_state"
	ByKind        Grouping = "kind"
	ByStatus      Grouping = "status"
)

// groupKeys are the expressions that name a request's group. Fixed words: nothing of a
// caller's gets into a statement.
var groupKeys = map[Grouping]string{
	ByNothing:     "''",
	ByDay:         "FORMAT_TIMESTAMP('%F', received_at, @zone)",
	ByHour:        "FORMAT_TIMESTAMP('%FT%H:00', received_at, @zone)",
	BySource:      "COALESCE(source_name, '')",
	ByProjectType: "COALESCE(project_type, '')",
	ByScoreBand:   "COALESCE(score_band, '')",
	ByScore:       "COALESCE(CAST(10 * LEAST(9, DIV(lead_score, 10)) AS STRING), '')",
	ByIntent:      "COALESCE(intent, '')",
	ByCRMState:    "crm_state",
	ByKind:        "kind",
	ByStatus:      "status",
}

// ordered are the groupings whose names are in order; those of the others are by number.
var ordered = map[Grouping]bool{ByDay: true, ByHour: true, ByScore: true}

// maxGroups bounds an answer: names of sources are other people's words.
const maxGroups = 500

// Range is a time span: from From, before To.
type Range struct {
	From, To time.Time
	Zone     string // IANA name, for days
}

// Figures sum up requests. Groups of them can be added up.
type Figures struct {
	Requests  int64
	Analyzed  int64
	Hot       int64
	Warm      int64
	Cold      int64
	LeadScore int64 // the sum of the leads' scores
	Delivered int64 // in every CRM that was chosen
	Failed    int64

	// Inbound calls of which it is known who took them.
	Answered      int64
	Missed        int64
	Voicemails    int64
	AnsweredLeads int64   // leads among those answered
	SpeechS       float64 // seconds of audio that were transcribed, over all channels

	CostMicros    int64
	SpeechMicros  int64
	ModelMicros   int64
	StorageMicros int64
}

// Leads returns how many requests are leads: what is none has no band but none.
func (f Figures) Leads() int64 { return f.Hot + f.Warm + f.Cold }

// Plus returns the sum of both.
func (f Figures) Plus(more Figures) Figures {
	f.Requests += more.Requests
	f.Analyzed += more.Analyzed
	f.Hot += more.Hot
	f.Warm += more.Warm
	f.Cold += more.Cold
	f.LeadScore += more.LeadScore
	f.Delivered += more.Delivered
	f.Failed += more.Failed
	f.Answered += more.Answered
	f.Missed += more.Missed
	f.Voicemails += more.Voicemails
	f.AnsweredLeads += more.AnsweredLeads
	f.SpeechS += more.SpeechS
	f.CostMicros += more.CostMicros
	f.SpeechMicros += more.SpeechMicros
	f.ModelMicros += more.ModelMicros
	f.StorageMicros += more.StorageMicros
	return f
}

// Group is one line of statistics.
type Group struct {
	Key string // empty: not known
	Figures
}

// Stats are figures by group. The total also counts groups that were cut off.
type Stats struct {
	Groups []Group // days, hours and scores in order, others by number of requests
	Total  Figures
	Cut    bool // there are more groups
}

// figures are read from the index alone: no request's own row is touched, whatever is in it.
const figures = `COUNT(*) AS requests, COUNT(lead_score),
  COUNTIF(score_band = 'hot'), COUNTIF(score_band = 'warm'), COUNTIF(score_band = 'cold'),
  COALESCE(SUM(IF(score_band IN ('hot', 'warm', 'cold'), lead_score, 0)), 0),
  COUNTIF(crm_state = 'done'), COUNTIF(status = 'failed'),
  COUNTIF(call_outcome = 'answered'), COUNTIF(call_outcome = 'missed'), COUNTIF(call_outcome = 'voicemail'),
  COUNTIF(call_outcome = 'answered' AND score_band IN ('hot', 'warm', 'cold')), COALESCE(SUM(speech_s), 0),
  COALESCE(SUM(cost_micros), 0), COALESCE(SUM(cost_speech_micros), 0),
  COALESCE(SUM(cost_model_micros), 0), COALESCE(SUM(cost_storage_micros), 0)`

// inRange is one tenant's stretch of the time index: the cost follows the requests in it,
// not those that the tenant has.
const inRange = `
FROM requests@{FORCE_INDEX=requests_newest}
WHERE tenant_id = @tenant AND received_at >= @from AND received_at < @to`

// statsStatement returns the one range aggregate that statistics are.
func statsStatement(tenantID string, by Grouping, r Range) (spanner.Statement, error) {
	key, ok := groupKeys[by]
	if !ok {
		return spanner.Statement{}, fmt.Errorf("group statistics: %q is no grouping", by)
	}
	order := "requests DESC, name"
	if ordered[by] {
		order = "name"
	}
	params := r.params(by)
	params["tenant"] = tenantID
	return spanner.Statement{
		SQL:    "SELECT " + key + " AS name, " + figures + inRange + "\nGROUP BY name ORDER BY " + order + " LIMIT @limit",
		Params: params,
	}, nil
}

// params are those of a statement that sums the range up.
func (r Range) params(by Grouping) map[string]any {
	params := map[string]any{"from": r.From, "to": r.To, "limit": int64(maxGroups + 1)}
	if by == ByDay || by == ByHour {
		params["zone"] = r.Zone
	}
	return params
}

// Stats sums up the tenant's requests that were received in the range.
func (s *Scope) Stats(ctx context.Context, by Grouping, r Range) (*Stats, error) {
	groups, err := s.groups(ctx, by, r)
	if err != nil {
		return nil, err
	}
	stats := &Stats{Groups: groups}
	if len(groups) > maxGroups {
		stats.Groups, stats.Cut = groups[:maxGroups], true
		if groups, err = s.groups(ctx, ByNothing, r); err != nil {
			return nil, err
		}
	}
	for _, g := range groups {
		stats.Total = stats.Total.Plus(g.Figures)
	}
	return stats, nil
}

// SpentUSD returns what the tenant's requests that were received in the range have cost.
func (s *Scope) SpentUSD(ctx context.Context, r Range) (float64, error) {
	groups, err := s.groups(ctx, ByNothing, r)
	if err != nil || len(groups) == 0 {
		return 0, err
	}
	return Dollars(groups[0].CostMicros), nil
}

// Dollars returns millionths of a US dollar as US dollars.
func Dollars(micros int64) float64 { return dollars(micros) }

func (s *Scope) groups(ctx context.Context, by Grouping, r Range) ([]Group, error) {
	statement, err := statsStatement(s.tenant, by, r)
	if err != nil {
		return nil, err
	}
	return s.store.groups(ctx, "step=api,op=stats", statement)
}

func (s *Store) groups(ctx context.Context, tag string, statement spanner.Statement) ([]Group, error) {
	var groups []Group
	err := s.sessions.read(ctx, tag, func(ctx context.Context, r reader) error {
		groups = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var g Group
			if err := row.Columns(append([]any{&g.Key}, g.columns()...)...); err != nil {
				return err
			}
			groups = append(groups, g)
			return nil
		})
	})
	return groups, err
}

// columns are where the columns of figures go, in their order.
func (f *Figures) columns() []any {
	return []any{
		&f.Requests, &f.Analyzed, &f.Hot, &f.Warm, &f.Cold, &f.LeadScore, &f.Delivered, &f.Failed,
		&f.Answered, &f.Missed, &f.Voicemails, &f.AnsweredLeads, &f.SpeechS,
		&f.CostMicros, &f.SpeechMicros, &f.ModelMicros, &f.StorageMicros,
	}
}
