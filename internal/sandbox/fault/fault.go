// Package fault makes the sandbox's systems misbehave on request: answer with an error,
// answer late, or break the connection before or after doing the work. Every stand-in
// sits behind the same Set, so one list describes the bad weather of a whole run.
package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// Systems are the sandbox systems that can be disturbed, and but for storage inspected.
var Systems = []string{
	"hubspot", "salesforce", "pipedrive", "custom", "slack", "email", "callrail", "speech", "gemini", "secretmanager", "storage",
}

// Where a connection breaks.
const (
	DropBefore = "before" // nothing was done
	DropAfter  = "after"  // everything was done, only the answer is lost
)

// Fault is one disturbance. What is absent does not restrict: any path, always, unlimited.
type Fault struct {
	System      string   `json:"system"`
	PathPrefix  string   `json:"path_prefix,omitempty"`   // of the URL's path, of gRPC's full method, or of an SMTP verb
	Status      int      `json:"status,omitempty"`        // HTTP status of an error or a redirect; gRPC and SMTP use the equivalent
	RetryAfterS int      `json:"retry_after_s,omitempty"` // Retry-After, or RetryInfo in gRPC
	LatencyMS   int      `json:"latency_ms,omitempty"`
	Drop        string   `json:"drop,omitempty"`        // DropBefore or DropAfter; wins over Status
	Probability *float64 `json:"probability,omitempty"` // 0-1
	Times       int      `json:"times,omitempty"`       // how often it fires before it is spent
}

// Report is a fault and how often it fired.
type Report struct {
	Fault
	Fired int `json:"fired"`
}

// Validate reports every problem of a fault.
func (f Fault) Validate() error {
	var errs []error
	if !slices.Contains(Systems, f.System) {
		errs = append(errs, fmt.Errorf("system %q is not one of %s", f.System, strings.Join(Systems, " ")))
	}
	if f.Status != 0 && (f.Status < 300 || f.Status > 599) {
		errs = append(errs, fmt.Errorf("status %d is neither an error nor a redirect", f.Status))
	}
	if f.Drop != "" && f.Drop != DropBefore && f.Drop != DropAfter {
		errs = append(errs, fmt.Errorf("drop %q is neither %s nor %s", f.Drop, DropBefore, DropAfter))
	}
	if f.Probability != nil && (*f.Probability < 0 || *f.Probability > 1) {
		errs = append(errs, fmt.Errorf("probability %v is not between 0 and 1", *f.Probability))
	}
	if f.Times < 0 || f.LatencyMS < 0 || f.RetryAfterS < 0 {
		errs = append(errs, errors.New("times, latency_ms and retry_after_s cannot be negative"))
	}
	if f.Status == 0 && f.Drop == "" && f.LatencyMS == 0 {
		errs = append(errs, errors.New("one of status, drop and latency_ms is needed"))
	}
	return errors.Join(errs...)
}

// Latency returns how long the answer is held back.
func (f Fault) Latency() time.Duration { return time.Duration(f.LatencyMS) * time.Millisecond }

// RetryAfter returns how long the caller is told to wait.
func (f Fault) RetryAfter() time.Duration { return time.Duration(f.RetryAfterS) * time.Second }

// Set is the faults in force. It is safe for concurrent use; a nil Set has none.
type Set struct {
	seed uint64

	mu     sync.Mutex
	active []*active
}

// active has its own random source, so that one system's traffic does not change what
// another one meets: the same seed, list and requests fire the same.
type active struct {
	Fault
	fired int
	rand  *rand.Rand
}

// New returns an empty set whose probabilities are drawn from the seed.
func New(seed uint64) *Set { return &Set{seed: seed} }

// Replace puts these faults in force instead of all others. It changes nothing if one
// of them is invalid.
func (s *Set) Replace(faults []Fault) error {
	var errs []error
	next := make([]*active, 0, len(faults))
	for i, f := range faults {
		if err := f.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("fault %d: %w", i, err))
		}
		// Not a secret: it only has to be the same sequence in every run.
		source := rand.New(rand.NewPCG(s.seed, uint64(i))) //nolint:gosec // deterministic on purpose
		next = append(next, &active{Fault: f, rand: source})
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = next
	return nil
}

// Clear removes all faults.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = nil
}

// List returns the faults in force and how often each fired, in their order.
func (s *Set) List() []Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	reports := make([]Report, 0, len(s.active))
	for _, a := range s.active {
		reports = append(reports, Report{Fault: a.Fault, Fired: a.fired})
	}
	return reports
}

// Next returns the first fault that fires for a request, and counts it. HTTP and Unary
// call it; a protocol of its own (SMTP) calls it directly.
func (s *Set) Next(system, path string) (Fault, bool) {
	if s == nil {
		return Fault{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.active {
		if a.System == system && strings.HasPrefix(path, a.PathPrefix) && a.fires() {
			a.fired++
			return a.Fault, true
		}
	}
	return Fault{}, false
}

func (a *active) fires() bool {
	if a.Times > 0 && a.fired >= a.Times {
		return false
	}
	return a.Probability == nil || a.rand.Float64() < *a.Probability
}
