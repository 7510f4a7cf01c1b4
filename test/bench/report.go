package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/your-org/multi-tenant-pipeline/pkg/build"
)

// line is one figure.
type line struct {
	Section  string   `json:"section"`
	Name     string   `json:"name"`
	Unit     string   `json:"unit"`
	Value    float64  `json:"value"`
	Baseline *float64 `json:"baseline,omitempty"` // the same of what it is compared with
	Ratio    *float64 `json:"ratio,omitempty"`    // value to baseline: the median of the rounds'
	Target   *target  `json:"target,omitempty"`
	Verdict  string   `json:"verdict,omitempty"` // ok or missed
}

// target is what a figure or its ratio to the baseline should be.
type target struct {
	AtLeast *float64 `json:"at_least,omitempty"`
	AtMost  *float64 `json:"at_most,omitempty"`
	OfRatio bool     `json:"of_ratio,omitempty"`
}

func atLeast(v float64) *target { return &target{AtLeast: &v} }
func atMost(v float64) *target  { return &target{AtMost: &v} }

func (t *target) ofRatio() *target {
	t.OfRatio = true
	return t
}

func (t *target) met(value float64) bool {
	return (t.AtLeast == nil || value >= *t.AtLeast) && (t.AtMost == nil || value <= *t.AtMost)
}

func (t *target) String() string {
	sign, v := "≥ ", t.AtLeast
	if v == nil {
		sign, v = "≤ ", t.AtMost
	}
	text := sign + spell(*v)
	if t.OfRatio {
		text += "×"
	}
	return text
}

// report is everything that was measured.
type report struct {
	Version string    `json:"version"`
	At      time.Time `json:"at"`
	Short   bool      `json:"short,omitempty"`
	Machine machine   `json:"machine"`
	Lines   []line    `json:"lines"`
	Notes   []string  `json:"notes"`
	Missed  int       `json:"missed"`
}

// machine is where it was measured. The load tells who else was there.
type machine struct {
	Go         string `json:"go"`
	CPUs       int    `json:"cpus"`
	LoadBefore string `json:"load_before,omitempty"`
	LoadAfter  string `json:"load_after,omitempty"`
}

func newReport(o options) *report {
	return &report{
		Version: build.Version(), At: time.Now().UTC(), Short: o.short,
		Machine: machine{Go: runtime.Version(), CPUs: runtime.NumCPU(), LoadBefore: load()},
	}
}

// load returns the load averages of 1, 5 and 15 minutes, where the kernel tells them.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(text))
	return strings.Join(fields[:min(3, len(fields))], " ")
}

// add adds a figure and judges it.
func (r *report) add(l line) {
	if l.Baseline != nil && l.Ratio == nil && *l.Baseline != 0 {
		ratio := l.Value / *l.Baseline
		l.Ratio = &ratio
	}
	if l.Target != nil {
		judged := l.Value
		if l.Target.OfRatio && l.Ratio != nil {
			judged = *l.Ratio
		}
		l.Verdict = "ok"
		if !l.Target.met(judged) {
			l.Verdict = "missed"
			r.Missed++
		}
	}
	r.Lines = append(r.Lines, l)
}

// note says what a figure stands for, where its name cannot.
func (r *report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *report) finish() { r.Machine.LoadAfter = load() }

func (r *report) print(w io.Writer) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"", "Figure", "Value", "Baseline", "Ratio", "Target", ""})
	section := ""
	for _, l := range r.Lines {
		if l.Section != section {
			if section != "" {
				t.AppendSeparator()
			}
			section = l.Section
		}
		row := table.Row{l.Section, l.Name, spell(l.Value) + " " + l.Unit, "", "", "", l.Verdict}
		if l.Baseline != nil {
			row[3] = spell(*l.Baseline)
		}
		if l.Ratio != nil {
			row[4] = spell(*l.Ratio) + "×"
		}
		if l.Target != nil {
			row[5] = l.Target.String()
		}
		t.AppendRow(row)
	}
	t.Render()
	for _, note := range r.Notes {
		_, _ = fmt.Fprintln(w, "*", note)
	}
	_, _ = fmt.Fprintf(w, "%s, %d CPUs, load before %s and after %s; %d targets missed\n",
		r.Machine.Go, r.Machine.CPUs, r.Machine.LoadBefore, r.Machine.LoadAfter, r.Missed)
}

// spell writes three figures of a number, and all before the point.
func spell(v float64) string {
	switch size := math.Abs(v); {
	case size >= 100 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	default:
		return fmt.Sprintf("%.3g", v)
	}
}

// save writes the report as JSON, under its time and as the latest.
func (r *report) save(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("save report: %w", err)
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	for _, name := range []string{r.At.Format("20060102T150405Z"), "latest"} {
		if err := os.WriteFile(filepath.Join(dir, name+".json"), append(data, '\n'), 0o600); err != nil {
			return fmt.Errorf("save report: %w", err)
		}
	}
	return nil
}
