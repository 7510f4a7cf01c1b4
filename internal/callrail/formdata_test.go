package callrail

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// nestedPairs is a form in which every field is nested below a name of its own: what a name
// stands for is looked up among all that came before.
func nestedPairs(n int) string {
	var form strings.Builder
	for i := range n {
		fmt.Fprintf(&form, "k%05d[a]=&", i)
	}
	return form.String()
}

func TestAFormOfMorePairsThanAnybodyWritesIsNotRead(t *testing.T) {
	t.Parallel()
	if p, err := Decode([]byte(nestedPairs(maxPairs))); err != nil || len(p.Fields()) != maxPairs {
		t.Errorf("%d pairs: %v, want them to be read", maxPairs, err)
	}
	_, err := Decode([]byte(nestedPairs(maxPairs + 1)))
	if !errors.Is(err, ErrUnreadable) || !errors.Is(err, errTooComplex) {
		t.Errorf("%d pairs: err = %v, want them to be too many", maxPairs+1, err)
	}
}

// Each pair costs as many comparisons as there are fields before it, and anybody may send a
// form: all of them together must stay a matter of milliseconds.
func TestTheWorkOfAFormIsBounded(t *testing.T) {
	t.Parallel()
	const most = 1_000_000 // a few nanoseconds each
	if worst := maxPairs * (maxPairs - 1) / 2; worst > most {
		t.Errorf("%d comparisons, want at most %d", worst, most)
	}
}
