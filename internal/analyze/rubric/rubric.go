package rubric

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// The signals, which are also the keys of a tenant's weights.
const (
	Intent        = "intent"
	ProjectValue  = "project_value"
	Timeline      = "timeline"
	Budget        = "budget"
	DecisionMaker = "decision_maker"
	ServiceArea   = "service_area"
	Contact       = "contactability"
	Engagement    = "engagement"
)

// weights are the default points, 100 in all. With them everything that qualifies as hot
// reaches 80 and everything that qualifies as warm reaches 50 without being lifted.
var weights = []weight{
	{Intent, 20},
	{ProjectValue, 15},
	{Timeline, 20},
	{Budget, 15},
	{DecisionMaker, 10},
	{ServiceArea, 5},
	{Contact, 5},
	{Engagement, 10},
}

type weight struct {
	signal string
	points float64
}

// Defaults returns the default points by signal.
func Defaults() map[string]float64 {
	points := make(map[string]float64, len(weights))
	for _, w := range weights {
		points[w.signal] = w.points
	}
	return points
}

// Result is a score and why it is what it is.
type Result struct {
	Score     int
	Band      request.Band
	IsLead    bool
	Breakdown []request.Factor
}

// CheckWeights returns an error that names every weight that cannot be used.
func CheckWeights(own map[string]float64) error {
	var errs []error
	for signal, points := range own {
		if !known(signal) {
			errs = append(errs, fmt.Errorf("weight %q: no such signal", signal))
		}
		if !usable(points) {
			errs = append(errs, fmt.Errorf("weight %q: must be between 0 and 1000", signal))
		}
	}
	return errors.Join(errs...)
}

func known(signal string) bool {
	return slices.ContainsFunc(weights, func(w weight) bool { return w.signal == signal })
}

func usable(points float64) bool { return points >= 0 && points <= 1000 } // false for NaN

// scaled returns a tenant's weights so that they add up to 100. A weight that cannot be
// used is the default one, and weights that are all zero are the default ones.
func scaled(own map[string]float64) map[string]float64 {
	out := make(map[string]float64, len(weights))
	sum := 0.0
	for _, w := range weights {
		points := w.points
		if p, ok := own[w.signal]; ok && usable(p) {
			points = p
		}
		out[w.signal] = points
		sum += points
	}
	if sum == 0 {
		return scaled(nil)
	}
	for signal := range out {
		out[signal] *= 100 / sum
	}
	return out
}

// Rescore weighs a breakdown anew: the values and reasons stay, the points change.
func Rescore(breakdown []request.Factor, own map[string]float64) Result {
	points := scaled(own)
	r := Result{Breakdown: slices.Clone(breakdown)}
	sum := 0.0
	values := make(map[string]float64, len(breakdown))
	for i := range r.Breakdown {
		f := &r.Breakdown[i]
		f.Weight = round1(points[f.Signal])
		f.Points = round1(points[f.Signal] * f.Value)
		values[f.Signal] = f.Value
		sum += f.Points
	}
	low, high := limits(values)
	r.Score = min(max(int(math.Round(sum)), low), high)
	r.Band = request.BandOf(r.Score)
	r.IsLead = r.Band != request.NoLead
	return r
}

// Reweigh gives an analysis the score that weights make of its breakdown, without changing the
// breakdown that it shares with others.
func Reweigh(a *request.Analysis, own map[string]float64) {
	r := Rescore(a.ScoreBreakdown, own)
	a.LeadScore, a.ScoreBand, a.IsLead, a.ScoreBreakdown = r.Score, r.Band, r.IsLead, r.Breakdown
}

func round1(f float64) float64 { return math.Round(f*10) / 10 }

// limits returns the range of scores that the values allow.
func limits(values map[string]float64) (low, high int) {
	switch {
	case values[Intent] == notALead:
		return 0, 19
	case cold(values):
		return 20, 49
	case lacking(values) > 0:
		return 20, 79
	default:
		return 20, 100
	}
}

// cold reports whether one thing alone, or three lacking, make it an idle lead.
func cold(v map[string]float64) bool {
	return v[Intent] <= idleIntent || v[ProjectValue] <= tinyProject || v[Timeline] <= farOff ||
		v[DecisionMaker] == noSay || v[ServiceArea] == outOfArea || lacking(v) >= 3
}

// lacking counts what a hot lead has and this one does not.
func lacking(v map[string]float64) int {
	n := 0
	for _, enough := range []bool{
		v[Intent] > askingIntent,
		v[ProjectValue] > vagueProject,
		v[Timeline] > soonerOrLater,
		v[Budget] > noMoney,
		v[DecisionMaker] > sharedSay,
	} {
		if !enough {
			n++
		}
	}
	return n
}
