package fault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
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

func (m Mode) kind() string { return "mode" }

func (m Mode) chance() (probability *float64, times int) { return m.Probability, m.Times }

// Modes is the modes in force. It is safe for concurrent use; nil Modes have none.
type Modes struct{ drawn[Mode] }

// NewModes returns none, whose probabilities will be drawn from the seed.
func NewModes(seed uint64) *Modes { return &Modes{drawn[Mode]{seed: seed}} }

// List returns the modes in force and how often each fired, in their order.
func (s *Modes) List() []ModeReport {
	reports := []ModeReport{}
	s.each(func(m Mode, fired int) { reports = append(reports, ModeReport{Mode: m, Fired: fired}) })
	return reports
}

// Next returns the first mode of a system that fires, and counts it; of those named, if
// any are.
func (s *Modes) Next(system string, names ...string) (Mode, bool) {
	if s == nil {
		return Mode{}, false
	}
	return s.first(func(m Mode) bool {
		return m.System == system && (len(names) == 0 || slices.Contains(names, m.Mode))
	})
}
