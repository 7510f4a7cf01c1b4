package monitoring

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Selector is what a query asks of one metric.
type Selector struct {
	Where    string
	Metric   string            // as it is sent: without _bucket, _sum and _count
	Part     string            // of a histogram: bucket, sum or count; else empty
	Matchers []*labels.Matcher // of labels, without the name's
	Groups   []string          // labels that the result is grouped by
	Platform bool              // it is Google's
}

// Labels returns the names of the labels that the points must have. Where nothing is compared
// with, a label may be missing.
func (s Selector) Labels() []string {
	names := slices.Clone(s.Groups)
	for _, m := range s.Matchers {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Matches reports whether a point has the values that are asked for.
func (s Selector) Matches(point map[string]string) bool {
	for _, m := range s.Matchers {
		if m.Name != labels.BucketLabel && !m.Matches(point[m.Name]) {
			return false
		}
	}
	return true
}

func (s Selector) String() string {
	parts := make([]string, 0, len(s.Matchers))
	for _, m := range s.Matchers {
		parts = append(parts, m.String())
	}
	return s.Metric + "{" + strings.Join(parts, ",") + "}"
}

// Selectors parses a query and returns what it asks for.
func Selectors(q Query) ([]Selector, error) {
	expression, err := parser.NewParser(parser.Options{}).ParseExpr(q.Text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w in %s", q.Where, err, q.Text)
	}
	var all []Selector
	parser.Inspect(expression, func(node parser.Node, path []parser.Node) error {
		vector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		s := Selector{Where: q.Where, Groups: groups(path), Platform: strings.Contains(vector.Name, "_googleapis_com:")}
		s.Metric, s.Part = split(vector.Name, s.Platform)
		for _, m := range vector.LabelMatchers {
			if m.Name != "__name__" {
				s.Matchers = append(s.Matchers, m)
			}
		}
		all = append(all, s)
		return nil
	})
	return all, nil
}

// split takes what Prometheus adds to the parts of a histogram off a name. Google's own counts end
// like one.
func split(name string, platform bool) (metric, part string) {
	for _, part := range []string{"bucket", "sum", "count"} {
		if metric, found := strings.CutSuffix(name, "_"+part); found && (!platform || part == "bucket") {
			return metric, part
		}
	}
	return name, ""
}

// groups returns the labels that the innermost aggregation around a selector keeps.
func groups(path []parser.Node) []string {
	for _, node := range slices.Backward(path) {
		if a, ok := node.(*parser.AggregateExpr); ok && !a.Without {
			return slices.DeleteFunc(slices.Clone(a.Grouping), func(name string) bool { return name == labels.BucketLabel })
		}
	}
	return nil
}
