package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the children that the program starts.
func TestMain(m *testing.M) {
	if job := os.Getenv(childVariable); job != "" {
		os.Exit(child(job))
	}
	os.Exit(m.Run())
}

// Everything is measured once, with tiny numbers: how fast it is, is not asked here.
func TestEverythingIsMeasured(t *testing.T) {
	o, err := parse([]string{"-short", "-out", t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var progress bytes.Buffer
	r, err := run(t.Context(), o, &progress)
	if err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	for _, want := range []string{
		"accepted at 8", "p99 at 8", "delivered, all services in one process", "acknowledged to delivered at 5/s, p95", "recording saved",
		"peak memory of the transfer", "webhook, until healthy", "sweep, idle memory", "webhook's handler, a delivery",
		"webhook's handler, a delivery, allocations", "analysis of a call", "CRM mapping of a lead", "call of 3 minutes, stereo",
	} {
		if !slices.ContainsFunc(r.Lines, func(l line) bool { return l.Name == want && l.Value > 0 }) {
			t.Errorf("%s was not measured", want)
		}
	}
	var table bytes.Buffer
	r.print(&table)
	t.Logf("\n%s", table.String())
	if err := r.save(o.out); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(o.out, "latest.json"))
	var saved report
	if err != nil || json.Unmarshal(data, &saved) != nil || len(saved.Lines) != len(r.Lines) {
		t.Errorf("saved %d lines of %d: %v", len(saved.Lines), len(r.Lines), err)
	}
}

func TestAFigureIsJudgedByItsTarget(t *testing.T) {
	t.Parallel()
	var p pairs
	for _, round := range [][2]float64{{80, 100}, {45, 50}, {10, 100}} {
		p.add(round[0], round[1])
	}
	r := newReport(options{})
	r.add(p.line(line{Name: "ratio", Target: atLeast(.8).ofRatio()}))
	r.add(p.line(line{Name: "value", Target: atMost(44)}))
	r.add(line{Name: "alone", Value: 3})
	if got := r.Lines[0]; got.Value != 45 || *got.Baseline != 100 || *got.Ratio != .8 || got.Verdict != "ok" {
		t.Errorf("%+v: want the medians, and the ratio of the rounds'", got)
	}
	if r.Lines[1].Verdict != "missed" || r.Lines[2].Verdict != "" || r.Missed != 1 {
		t.Errorf("%+v", r)
	}
	var table bytes.Buffer
	r.print(&table)
	for _, want := range []string{"≥ 0.8×", "≤ 44", "missed", "1 targets missed"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("%q is not in\n%s", want, table.String())
		}
	}
}

func TestPercentiles(t *testing.T) {
	t.Parallel()
	values := []time.Duration{5, 1, 4, 2, 3}
	for p, want := range map[int]time.Duration{1: 1, 50: 3, 80: 4, 95: 5, 99: 5, 100: 5} {
		if got := percentile(values, p); got != want {
			t.Errorf("p%d = %d, want %d", p, got, want)
		}
	}
	if percentile(nil, 50) != 0 || median(nil) != 0 || median([]float64{4, 1, 2, 3}) != 2.5 {
		t.Error("of nothing, or of an even number")
	}
}

func TestWrongArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-only", "everything"}, {"-nonsense"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
