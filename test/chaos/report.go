package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

// report is the ledger of a run.
type report struct {
	Mode     string        `json:"mode"`
	Seed     uint64        `json:"seed"`
	Took     time.Duration `json:"took_ns"`
	Settling time.Duration `json:"settling_ns"` // after the load, until nothing was left to do

	Sent         int            `json:"sent"`         // deliveries
	SentAgain    int            `json:"sent_again"`   // of them, because they were not acknowledged
	Acknowledged int            `json:"acknowledged"` // of them
	Refused      int            `json:"refused"`      // calls and forms never acknowledged, and not there
	Requests     int            `json:"requests"`
	Completed    int            `json:"completed"`
	Failed       map[string]int `json:"failed"` // by reason
	Deliveries   map[string]int `json:"deliveries"`
	Records      map[string]int `json:"records"`   // that outside systems hold
	Recovered    map[string]int `json:"recovered"` // by cause
	Faults       map[string]int `json:"faults"`    // how often each happened
	Figures      map[string]any `json:"figures,omitempty"`
	Breaches     []breach       `json:"breaches"`
}

// breach is a promise that was broken.
type breach struct {
	Kind   string `json:"kind"` // lost, doubled, foreign …
	Detail string `json:"detail"`
}

func newReport(mode string, seed uint64) *report {
	return &report{
		Mode: mode, Seed: seed, Failed: map[string]int{}, Deliveries: map[string]int{}, Records: map[string]int{},
		Recovered: map[string]int{}, Faults: map[string]int{}, Figures: map[string]any{}, Breaches: []breach{},
	}
}

// occurred counts what the timeline tells of trouble that was overcome.
func (r *report) occurred(e occurrence) {
	switch e.Name {
	case "retrying":
		r.Recovered["step tried again after a failure"]++
	case "waiting":
		r.Recovered["step waited and went on"]++
	case "interrupted":
		r.Recovered["step interrupted by a stop"]++
	case "delivery_pending":
		r.Recovered["delivery tried again"]++
	case "run_started":
		r.Recovered["new run for a late recording"]++
	}
}

func (r *report) breaches(kind string) int {
	n := 0
	for _, b := range r.Breaches {
		if b.Kind == kind {
			n++
		}
	}
	return n
}

// unseen returns the kinds of fault that never happened.
func (r *report) unseen() []string {
	var never []string
	for kind, n := range r.Faults {
		if n == 0 {
			never = append(never, kind)
		}
	}
	slices.Sort(never)
	return never
}

// verdict is an error unless everything that must be true is.
func (r *report) verdict() error {
	var errs []error
	if n := len(r.Breaches); n > 0 {
		errs = append(errs, fmt.Errorf("%d promises were broken, the first: %s", n, r.Breaches[0].Detail))
	}
	if never := r.unseen(); len(never) > 0 {
		errs = append(errs, fmt.Errorf("never happened: %s", strings.Join(never, ", ")))
	}
	return errors.Join(errs...)
}

// save writes the report as JSON.
func (r *report) save(path string) error {
	if path == "" {
		return nil
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o750)
	}
	if err == nil {
		err = os.WriteFile(path, append(data, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// shown is how many breaches are printed.
const shown = 20

// print writes the ledger for people.
func (r *report) print(w io.Writer) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{fmt.Sprintf("%s, seed %d, %v", r.Mode, r.Seed, r.Took.Round(time.Second)), ""})
	rows := func(name string, counts map[string]int) {
		t.AppendSeparator()
		for _, key := range slices.Sorted(maps.Keys(counts)) {
			t.AppendRow(table.Row{name + key, counts[key]})
		}
	}
	t.AppendRows([]table.Row{
		{"deliveries sent", r.Sent}, {"  of them again", r.SentAgain}, {"  acknowledged", r.Acknowledged},
		{"calls and forms that nobody took", r.Refused}, {"requests", r.Requests}, {"  completed", r.Completed},
	})
	rows("  failed: ", r.Failed)
	t.AppendRows([]table.Row{{"lost", r.breaches("lost")}, {"doubled", r.breaches("doubled")}, {"at another tenant", r.breaches("foreign")}})
	rows("deliveries ", r.Deliveries)
	rows("", r.Records)
	rows("recovered: ", r.Recovered)
	rows("fault: ", r.Faults)
	t.AppendSeparator()
	for _, key := range slices.Sorted(maps.Keys(r.Figures)) {
		t.AppendRow(table.Row{key, r.Figures[key]})
	}
	t.Render()
	for i, b := range r.Breaches {
		if i == shown {
			_, _ = fmt.Fprintf(w, "… and %d more\n", len(r.Breaches)-shown)
			break
		}
		_, _ = fmt.Fprintf(w, "%s: %s\n", b.Kind, b.Detail)
	}
}
