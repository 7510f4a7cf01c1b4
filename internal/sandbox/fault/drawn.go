package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
)

// spec is what can be put in force: a Fault or a Mode.
type spec interface {
	Validate() error
	kind() string                              // what it is called in errors
	chance() (probability *float64, times int) // nil: always; 0: unlimited
}

// drawn is a list of specs in force, each of which fires as its chance says.
type drawn[T spec] struct {
	seed uint64

	mu     sync.Mutex
	active []*active[T]
}

// active has its own random source, so that one system's traffic does not change what
// another one meets: the same seed, list and requests fire the same.
type active[T spec] struct {
	spec  T
	fired int
	rand  *rand.Rand
}

// Replace puts these in force instead of all others. It changes nothing if one of them is
// invalid.
func (d *drawn[T]) Replace(wanted []T) error {
	var errs []error
	next := make([]*active[T], 0, len(wanted))
	for i, w := range wanted {
		if err := w.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("%s %d: %w", w.kind(), i, err))
		}
		// Not a secret: it only has to be the same sequence in every run.
		source := rand.New(rand.NewPCG(d.seed, uint64(i))) //nolint:gosec // deterministic on purpose
		next = append(next, &active[T]{spec: w, rand: source})
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.active = next
	return nil
}

// Clear removes all.
func (d *drawn[T]) Clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.active = nil
}

// each shows what is in force, in its order, and how often it fired.
func (d *drawn[T]) each(show func(spec T, fired int)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.active {
		show(a.spec, a.fired)
	}
}

// first returns the first that is meant and fires, and counts it.
func (d *drawn[T]) first(meant func(T) bool) (spec T, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.active {
		if meant(a.spec) && a.fires() {
			a.fired++
			return a.spec, true
		}
	}
	return spec, false
}

func (a *active[T]) fires() bool {
	probability, times := a.spec.chance()
	if times > 0 && a.fired >= times {
		return false
	}
	return probability == nil || a.rand.Float64() < *probability
}
