package evaluate

import "time"

// Report is what a run came to.
type Report struct {
	Cases       int            `json:"cases"`
	Labelled    int            `json:"labelled"`    // cases with at least one label
	AnsweredBy  map[string]int `json:"answered_by"` // model or rules: a model that fails is replaced by the rules
	Fields      []FieldScore   `json:"fields"`      // those that any case has a label for
	Bands       Confusion      `json:"score_bands"`
	Calibration []Calibration  `json:"calibration"`
	Injection   Injection      `json:"injection"`
	Latency     Spread         `json:"latency_ms"`
	Cost        Spread         `json:"cost_usd"` // of the model
}

// Spread sums up what cases took, each.
type Spread struct {
	Total  float64 `json:"total"`
	Median float64 `json:"p50"`
	P95    float64 `json:"p95"`
}

// NewReport scores the outcomes.
func NewReport(outcomes []Outcome) Report {
	r := Report{
		Cases: len(outcomes), AnsweredBy: map[string]int{}, Fields: []FieldScore{},
		Bands: confusionOf(outcomes), Calibration: calibrationOf(outcomes), Injection: injectionOf(outcomes),
	}
	var took, cost []float64
	for i := range outcomes {
		o := &outcomes[i]
		r.AnsweredBy[o.Analyzer]++
		if len(o.Case.Labels.accepted) > 0 {
			r.Labelled++
		}
		took = append(took, float64(o.Took)/float64(time.Millisecond))
		cost = append(cost, o.CostUSD)
	}
	for _, field := range Fields {
		if score := scoreField(field, outcomes); score.Accuracy.Of > 0 {
			r.Fields = append(r.Fields, score)
		}
	}
	r.Latency, r.Cost = spreadOf(took), spreadOf(cost)
	return r
}

func spreadOf(values []float64) Spread {
	s := Spread{Median: quantile(values, 0.5), P95: quantile(values, 0.95)}
	for _, v := range values {
		s.Total += v
	}
	return s
}

// Field returns how a field was scored; no case had a label for it if the rate is of nothing.
func (r *Report) Field(name string) FieldScore {
	for _, f := range r.Fields {
		if f.Field == name {
			return f
		}
	}
	return FieldScore{Field: name, Accuracy: rateOf(0, 0)}
}
