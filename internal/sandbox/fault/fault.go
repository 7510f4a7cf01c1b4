// Package fault makes the sandbox's systems misbehave on request: answer with an error,
// answer late, or break the connection before or after doing the work. Every stand-in
// sits behind the same Set, so one list describes the bad weather of a whole run.
package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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

func (f Fault) kind() string { return "fault" }

func (f Fault) chance() (probability *float64, times int) { return f.Probability, f.Times }

// Set is the faults in force. It is safe for concurrent use; a nil Set has none.
type Set struct{ drawn[Fault] }

// New returns an empty set whose probabilities are drawn from the seed.
func New(seed uint64) *Set { return &Set{drawn[Fault]{seed: seed}} }

// List returns the faults in force and how often each fired, in their order.
func (s *Set) List() []Report {
	reports := []Report{}
	s.each(func(f Fault, fired int) { reports = append(reports, Report{Fault: f, Fired: fired}) })
	return reports
}

// Next returns the first fault that fires for a request, and counts it. HTTP and Unary
// call it; a protocol of its own (SMTP) calls it directly.
func (s *Set) Next(system, path string) (Fault, bool) {
	if s == nil {
		return Fault{}, false
	}
	return s.first(func(f Fault) bool { return f.System == system && strings.HasPrefix(path, f.PathPrefix) })
}
