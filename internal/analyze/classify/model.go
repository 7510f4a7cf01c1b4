package classify

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Model knows how much each feature speaks for each class.
type Model struct {
	classes []string
	bias    []float64
	share   []float64            // logarithm of each class's share of the examples
	weights map[string][]float64 // by feature, in the order of classes
}

// Classes are the classes, sorted.
func (m *Model) Classes() []string { return slices.Clone(m.classes) }

// Probabilities returns how likely each class is, in the order of Classes. Each feature
// counts once, so features must be distinct; those that the model does not know count nothing.
func (m *Model) Probabilities(features []string) []float64 {
	sums := make([]float64, len(m.classes))
	known := 0
	for _, f := range features {
		if weights, ok := m.weights[f]; ok {
			known++
			for i, w := range weights {
				sums[i] += w
			}
		}
	}
	scale := scaleOf(known)
	for i := range sums {
		sums[i] = m.bias[i] + scale*sums[i]
	}
	return softmax(sums)
}

// Gains returns how much likelier the features make each class than it was without any: the
// logarithm of its probability less that of its share of the examples, in the order of Classes.
func (m *Model) Gains(features []string) []float64 {
	gains := m.Probabilities(features)
	for i, p := range gains {
		gains[i] = math.Log(p) - m.share[i]
	}
	return gains
}

// Weight returns how much features speak for a class, and how many of them the model knows.
func (m *Model) Weight(class string, features []string) (sum float64, known int) {
	i, ok := slices.BinarySearch(m.classes, class)
	if !ok {
		return 0, 0
	}
	for _, f := range features {
		if weights, ok := m.weights[f]; ok {
			sum += weights[i]
			known++
		}
	}
	return sum, known
}

// scaleOf keeps long texts from being surer than short ones only for their length.
func scaleOf(features int) float64 { return 1 / math.Sqrt(float64(features)+1) }

// softmax turns scores into probabilities, in place.
func softmax(scores []float64) []float64 {
	top := slices.Max(scores)
	sum := 0.0
	for i, s := range scores {
		scores[i] = math.Exp(s - top)
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
	return scores
}

// unit is the precision of a weight in the table.
const unit = 0.01

// Lines of the table that are no features: the weights that every text has, and the shares.
const (
	biasRow  = "(any)"
	shareRow = "(share)"
)

// WriteTo writes the model as a table with tabs: the classes, then a line for each feature with
// its weights in hundredths.
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "feature\t%s\n", strings.Join(m.classes, "\t"))
	row := func(name string, weights []float64) {
		b.WriteString(name)
		for _, weight := range weights {
			fmt.Fprintf(&b, "\t%d", int(math.Round(weight/unit)))
		}
		b.WriteByte('\n')
	}
	row(biasRow, m.bias)
	row(shareRow, m.share)
	for _, f := range slices.Sorted(maps.Keys(m.weights)) {
		row(f, m.weights[f])
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// Read reads a table that WriteTo wrote. The error names the line.
func Read(r io.Reader) (*Model, error) {
	m := &Model{weights: map[string][]float64{}}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Split(lines.Text(), "\t")
		if n == 1 {
			m.classes = fields[1:]
			continue
		}
		weights, err := parseWeights(fields[1:], len(m.classes))
		if err != nil {
			return nil, fmt.Errorf("read model: line %d: %w", n, err)
		}
		switch fields[0] {
		case biasRow:
			m.bias = weights
		case shareRow:
			m.share = weights
		default:
			m.weights[fields[0]] = weights
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	if len(m.classes) == 0 || m.bias == nil || m.share == nil || !slices.IsSorted(m.classes) {
		return nil, errors.New("read model: no sorted classes, or no line for " + biasRow + " or " + shareRow)
	}
	return m, nil
}

func parseWeights(fields []string, classes int) ([]float64, error) {
	if len(fields) != classes {
		return nil, fmt.Errorf("%d weights for %d classes", len(fields), classes)
	}
	weights := make([]float64, classes)
	for i, f := range fields {
		hundredths, err := strconv.Atoi(f)
		if err != nil {
			return nil, fmt.Errorf("parse weight: %w", err)
		}
		weights[i] = float64(hundredths) * unit
	}
	return weights, nil
}
