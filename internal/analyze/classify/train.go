package classify

import (
	"math"
	"slices"
)

// Example is a text's distinct features and the class that it belongs to.
type Example struct {
	Features []string
	Class    string
}

// How a model is trained. The values are usual ones for some hundred short texts; around them
// the result hardly changes.
const (
	rounds     = 20
	firstStep  = 0.5
	slowing    = 0.2  // how much smaller the step gets each round
	decay      = 1e-3 // pull of a weight towards 0
	biasStep   = 0.1  // of a feature's step, so that frequent classes do not win by that alone
	seldom     = 3    // a feature of fewer examples is chance, or somebody's name
	negligible = 0.3  // a feature with smaller weights is left out of the model
)

// Train fits a model to examples by stochastic gradient descent, in their order.
func Train(examples []Example) *Model {
	m := &Model{weights: map[string][]float64{}}
	seen := map[string]int{}
	for _, e := range examples {
		m.classes = append(m.classes, e.Class)
		for _, f := range e.Features {
			seen[f]++
		}
	}
	slices.Sort(m.classes)
	m.classes = slices.Compact(m.classes)
	m.bias, m.share = make([]float64, len(m.classes)), make([]float64, len(m.classes))
	for i, class := range m.classes {
		m.share[i] = math.Log(float64(count(examples, class)) / float64(len(examples)))
	}
	for f, n := range seen {
		if n >= seldom {
			m.weights[f] = make([]float64, len(m.classes))
		}
	}
	for round := range rounds {
		step := firstStep / (1 + slowing*float64(round))
		for _, e := range examples {
			m.learn(e, step)
		}
	}
	m.prune()
	return m
}

func count(examples []Example, class string) int {
	n := 0
	for _, e := range examples {
		if e.Class == class {
			n++
		}
	}
	return n
}

// learn moves the weights of an example's features towards its class.
func (m *Model) learn(e Example, step float64) {
	var rows [][]float64
	for _, f := range e.Features {
		if row, ok := m.weights[f]; ok {
			rows = append(rows, row)
		}
	}
	scale := scaleOf(len(rows))
	for i, p := range m.Probabilities(e.Features) {
		if m.classes[i] == e.Class {
			p--
		}
		for _, row := range rows {
			row[i] -= step * (p*scale + decay*row[i])
		}
		m.bias[i] -= step * biasStep * p
	}
}

// prune drops features that tell nothing.
func (m *Model) prune() {
	for f, row := range m.weights {
		if !slices.ContainsFunc(row, func(w float64) bool { return math.Abs(w) >= negligible }) {
			delete(m.weights, f)
		}
	}
}
