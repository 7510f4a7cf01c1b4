package evaluate

import (
	"cmp"
	"math"
	"slices"
)

// z is the standard score of a two-sided 95 % interval.
const z = 1.959963984540054

// Rate is a share of right answers, with its 95 % confidence interval.
type Rate struct {
	Right int     `json:"right"`
	Of    int     `json:"of"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// rateOf returns the share with Wilson's interval, which holds also near 0 and 1 and for few
// cases (E. B. Wilson, 1927). Of nothing, nothing is known: 0, anywhere from 0 to 1.
func rateOf(right, of int) Rate {
	if of == 0 {
		return Rate{High: 1}
	}
	n, p := float64(of), float64(right)/float64(of)
	centre := p + z*z/(2*n)
	spread := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	whole := 1 + z*z/n
	return Rate{Right: right, Of: of, Value: p, Low: max(0, (centre-spread)/whole), High: min(1, (centre+spread)/whole)}
}

// pair is a right answer and the one that was given.
type pair struct{ truth, answer string }

// macroF1 is the mean over the classes that occur in the truth of each one's F1: a rare class
// counts as much as a frequent one.
func macroF1(pairs []pair) float64 {
	hits, truths, answers := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for _, p := range pairs {
		truths[p.truth]++
		answers[p.answer]++
		if p.truth == p.answer {
			hits[p.truth]++
		}
	}
	if len(truths) == 0 {
		return 0
	}
	sum := 0.0
	for class, count := range truths {
		sum += 2 * hits[class] / (count + answers[class])
	}
	return sum / float64(len(truths))
}

// majority returns the most frequent of the words, the first by name if several are.
func majority(words []string) string {
	counts := map[string]int{}
	best := ""
	for _, w := range slices.Sorted(slices.Values(words)) {
		counts[w]++
		if counts[w] > counts[best] {
			best = w
		}
	}
	return best
}

// quantile returns the smallest value that at least the share q of the values does not exceed.
func quantile[T cmp.Ordered](values []T, q float64) T {
	var none T
	if len(values) == 0 {
		return none
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}
