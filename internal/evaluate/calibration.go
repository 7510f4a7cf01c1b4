package evaluate

import "math"

// Calibration says whether the analyser is as often right as it says it is.
type Calibration struct {
	Field string  `json:"field"`
	Error float64 `json:"expected_calibration_error"` // mean gap of confidence and accuracy; 0 is perfect
	Bins  []Bin   `json:"bins"`                       // those that hold cases
}

// Bin is the answers of like confidence.
type Bin struct {
	From       float64 `json:"from"`
	To         float64 `json:"to"`
	Cases      int     `json:"cases"`
	Confidence float64 `json:"confidence"` // mean
	Accuracy   float64 `json:"accuracy"`
}

const bins = 10

// calibrated are the fields that an analysis gives a confidence for.
var calibrated = []string{Intent, ProjectType, Timeline, Budget}

func calibrationOf(outcomes []Outcome) []Calibration {
	out := make([]Calibration, 0, len(calibrated))
	for _, field := range calibrated {
		out = append(out, calibrateField(field, outcomes))
	}
	return out
}

func calibrateField(field string, outcomes []Outcome) Calibration {
	type sum struct{ cases, right, confidence float64 }
	var sums [bins]sum
	total := 0.0
	for i := range outcomes {
		o := &outcomes[i]
		confidence, known := o.Confidence.Fields[field]
		if !known || !o.Case.Labels.has(field) {
			continue
		}
		s := &sums[max(0, min(bins-1, int(confidence*bins)))]
		s.cases++
		s.confidence += confidence
		if o.Case.Labels.accepts(field, o.Answers.of(field)) {
			s.right++
		}
		total++
	}
	c := Calibration{Field: field, Bins: []Bin{}}
	for i, s := range sums {
		if s.cases == 0 {
			continue
		}
		bin := Bin{From: float64(i) / bins, To: float64(i+1) / bins, Cases: int(s.cases), Confidence: s.confidence / s.cases, Accuracy: s.right / s.cases}
		c.Bins = append(c.Bins, bin)
		c.Error += s.cases / total * math.Abs(bin.Confidence-bin.Accuracy)
	}
	return c
}
