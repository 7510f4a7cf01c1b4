package evaluate

import "slices"

// FieldScore says how right the answers to one field are. Baseline is what the most frequent
// right answer, given every time, would reach on the same cases.
type FieldScore struct {
	Field    string   `json:"field"`
	Accuracy Rate     `json:"accuracy"`
	MacroF1  *float64 `json:"macro_f1"` // nil: the field has no fixed set of words
	Baseline Baseline `json:"baseline"`
}

// Baseline is the majority class.
type Baseline struct {
	Answer   string   `json:"answer"` // "" is that none was given
	Accuracy float64  `json:"accuracy"`
	MacroF1  *float64 `json:"macro_f1"`
}

// scoreField scores the cases that have a label for the field.
func scoreField(field string, outcomes []Outcome) FieldScore {
	var right int
	var pairs []pair
	var firsts []string
	var labels []*Labels
	for i := range outcomes {
		l := &outcomes[i].Case.Labels
		if !l.has(field) {
			continue
		}
		answer := outcomes[i].Answers.of(field)
		if l.accepts(field, answer) {
			right++
		}
		pairs = append(pairs, pair{l.truth(field, answer), answer})
		firsts = append(firsts, l.accepted[field][0])
		labels = append(labels, l)
	}
	score := FieldScore{Field: field, Accuracy: rateOf(right, len(pairs)), Baseline: baselineOf(field, majority(firsts), labels)}
	if !isText(field) {
		f1 := macroF1(pairs)
		score.MacroF1 = &f1
	}
	return score
}

func baselineOf(field, always string, labels []*Labels) Baseline {
	right := 0
	pairs := make([]pair, 0, len(labels))
	for _, l := range labels {
		if l.accepts(field, always) {
			right++
		}
		pairs = append(pairs, pair{l.truth(field, always), always})
	}
	b := Baseline{Answer: always, Accuracy: rateOf(right, len(labels)).Value}
	if !isText(field) {
		f1 := macroF1(pairs)
		b.MacroF1 = &f1
	}
	return b
}

// Confusion counts score bands: Counts[i][j] cases of band i were given band j.
type Confusion struct {
	Bands  []string `json:"bands"`
	Counts [][]int  `json:"counts"`
}

func confusionOf(outcomes []Outcome) Confusion {
	bands := vocabularies[ScoreBand]
	c := Confusion{Bands: bands, Counts: make([][]int, len(bands))}
	for i := range c.Counts {
		c.Counts[i] = make([]int, len(bands))
	}
	for i := range outcomes {
		l := &outcomes[i].Case.Labels
		if l.has(ScoreBand) {
			answer := outcomes[i].Answers.of(ScoreBand)
			c.Counts[slices.Index(bands, l.truth(ScoreBand, answer))][slices.Index(bands, answer)]++
		}
	}
	return c
}
