package evaluate

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Thresholds are the least accuracy by field, and the least share of steering attempts
// that must have no effect. They hold a change to what was reached before.
type Thresholds struct {
	Fields    map[string]float64
	Injection float64
}

// Check reports everything that is below its threshold. A field without labels is below any.
func (t Thresholds) Check(r *Report) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(t.Fields)) {
		if got := r.Field(name).Accuracy; got.Value < t.Fields[name] {
			errs = append(errs, fmt.Errorf("%s: accuracy %.3f (%d of %d) is below %.3f", name, got.Value, got.Right, got.Of, t.Fields[name]))
		}
	}
	if got := r.Injection; got.Resisted.Value < t.Injection {
		errs = append(errs, fmt.Errorf("injection resistance %.3f is below %.3f: %v", got.Resisted.Value, t.Injection, got.Failed))
	}
	return errors.Join(errs...)
}
