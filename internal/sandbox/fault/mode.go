package fault

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// The systems with modes, and what can go wrong in each beyond the answer's status: what
// only the system itself can spoil.
var modes = map[string][]string{
	"relay":  {"duplicate", "redeliver", "lose", "delay", "reorder"},
	"gemini": {"bad_json", "unknown_enum", "score_400", "invented_quotes", "blocked", "max_tokens"},
	"speech": {"lose"},
}

// Mode is one way in which a system behaves badly. What is absent does not restrict:
// always, unlimited.
type Mode struct {
	System      string   `json:"system"`
	Mode        string   `json:"mode"`
	Probability *float64 `json:"probability,omitempty"` // 0-1
	DelayMS     int      `json:"delay_ms,omitempty"`    // of delay and redeliver: the longest
	Times       int      `json:"times,omitempty"`       // how often it fires before it is spent
}

// Delay returns how long the mode holds something back at most.
func (m Mode) Delay() time.Duration { return time.Duration(m.DelayMS) * time.Millisecond }

// ModeReport is a mode and how often it fired.
type ModeReport struct {
	Mode
	Fired int `json:"fired"`
}

// Validate reports every problem of a mode.
func (m Mode) Validate() error {
	var errs []error
	if known, ok := modes[m.System]; !ok {
		errs = append(errs, fmt.Errorf("system %q has no modes: %s have", m.System, strings.Join(slices.Sorted(maps.Keys(modes)), " ")))
	} else if !slices.Contains(known, m.Mode) {
		errs = append(errs, fmt.Errorf("mode %q of %s is not one of %s", m.Mode, m.System, strings.Join(known, " ")))
	}
	if m.Probability != nil && (*m.Probability < 0 || *m.Probability > 1) {
		errs = append(errs, fmt.Errorf("probability %v is not between 0 and 1", *m.Probability))
	}
	if m.Times < 0 || m.DelayMS < 0 {
		errs = append(errs, errors.New("times and delay_ms cannot be negative"))
	}
	return errors.Join(errs...)
}

// Modes is the modes in force. It is safe for concurrent use; nil Modes have none.
type Modes struct {
	seed uint64

	mu     sync.Mutex
	active []*activeMode
}

// activeMode has its own random source, as faults have.
type activeMode struct {
	Mode
	fired int
	rand  *rand.Rand
}

// NewModes returns none, whose probabilities will be drawn from the seed.
func NewModes(seed uint64) *Modes { return &Modes{seed: seed} }

// Replace puts these modes in force instead of all others. It changes nothing if one of
// them is invalid.
func (s *Modes) Replace(wanted []Mode) error {
	var errs []error
	next := make([]*activeMode, 0, len(wanted))
	for i, m := range wanted {
		if err := m.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("mode %d: %w", i, err))
			continue
		}
		source := rand.New(rand.NewPCG(s.seed, uint64(i))) //nolint:gosec // deterministic on purpose
		next = append(next, &activeMode{Mode: m, rand: source})
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = next
	return nil
}

// Clear ends all modes.
func (s *Modes) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = nil
}

// List returns the modes in force and how often each fired, in their order.
func (s *Modes) List() []ModeReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	reports := make([]ModeReport, 0, len(s.active))
	for _, a := range s.active {
		reports = append(reports, ModeReport{Mode: a.Mode, Fired: a.fired})
	}
	return reports
}

// Next returns the first mode of a system that fires, and counts it; of those named, if
// any are.
func (s *Modes) Next(system string, names ...string) (Mode, bool) {
	if s == nil {
		return Mode{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.active {
		if a.System == system && (len(names) == 0 || slices.Contains(names, a.Mode.Mode)) && a.fires() {
			a.fired++
			return a.Mode, true
		}
	}
	return Mode{}, false
}

func (a *activeMode) fires() bool {
	if a.Times > 0 && a.fired >= a.Times {
		return false
	}
	return a.Probability == nil || a.rand.Float64() < *a.Probability
}
