package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// devstack is the program that all tests start.
var devstack string

func TestMain(m *testing.M) {
	binary, remove, err := build(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	devstack = binary
	code := m.Run()
	remove()
	os.Exit(code)
}

// short is a run that a machine with two cores gets through in well under a minute, with
// patience for one that does not.
func short(t *testing.T, arguments ...string) options {
	t.Helper()
	dir := t.TempDir()
	o, err := parse(append([]string{"-report", "", "-log", filepath.Join(dir, "devstack.log")}, arguments...))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// result runs and returns the report. Devstack's words are shown if the test fails.
func result(t *testing.T, o options) *report {
	t.Helper()
	r, err := run(t.Context(), o, devstack)
	t.Cleanup(func() {
		if said, err := os.ReadFile(o.log); t.Failed() && err == nil {
			t.Logf("devstack said:\n%s", tail(said))
		}
	})
	if err != nil {
		if strings.Contains(err.Error(), "no Spanner emulator") && os.Getenv("CI") != "true" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	var out strings.Builder
	r.print(&out)
	t.Log("\n" + out.String())
	return r
}

func tail(said []byte) []byte { return said[max(0, len(said)-20_000):] }

func TestNothingIsLostOrDoubledInAStorm(t *testing.T) {
	r := result(t, short(t, "-n", "40", "-duration", "15s"))
	if err := r.verdict(); err != nil {
		t.Error(err)
	}
}

func TestReplacingEveryServiceLosesAndFailsNothing(t *testing.T) {
	r := result(t, short(t, "-rolling", "-n", "40", "-duration", "10s"))
	if err := r.verdict(); err != nil {
		t.Error(err)
	}
}

func TestABacklogMustNotCostTwoSeconds(t *testing.T) {
	t.Parallel()
	took := func(slow time.Duration) []time.Duration {
		all := slices.Repeat([]time.Duration{time.Second}, quietCalls)
		all[3], all[7] = slow, slow
		return all
	}
	for name, tt := range map[string]struct {
		beside time.Duration
		want   int
	}{
		"below": {2900 * time.Millisecond, 0},
		"above": {3100 * time.Millisecond, 1},
	} {
		r := newReport("noisy", 1)
		r.compare(took(time.Second), took(tt.beside))
		if got := r.breaches("noisy"); got != tt.want {
			t.Errorf("%s: %d breaches, want %d (%v)", name, got, tt.want, r.Figures)
		}
	}
}

// What a storm breaks when a part is missing is what the storm's checks are for. That it is
// noticed is worth nothing unless it is noticed as what it is.
func TestAMissingPartIsNoticed(t *testing.T) {
	t.Parallel() // most of its time it waits for what never comes
	for sabotage, want := range map[string]string{
		"announce-before-save": "lost",
		"no-sweep":             "lost",
		"no-lease":             "doubled",
		"no-ledger":            "doubled",
	} {
		t.Run(sabotage, func(t *testing.T) {
			t.Parallel()
			r := result(t, short(t, "-sabotage", sabotage, "-n", "40", "-duration", "10s", "-settle", "20s"))
			if r.breaches(want) == 0 || r.verdict() == nil {
				t.Errorf("without it nothing is %s", want)
			}
		})
	}
}

func TestOnlyAKillInsideASendExplainsASecondMessage(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(seconds ...float64) []time.Time {
		var all []time.Time
		for _, s := range seconds {
			all = append(all, noon.Add(time.Duration(s*float64(time.Second))))
		}
		return all
	}
	for name, tt := range map[string]struct {
		messages []time.Time
		service  string
		killed   float64
		want     int
	}{
		"between the two":             {at(0, 8), "notify", 0.5, 1},
		"before the first":            {at(0, 8), "notify", -1, 0},
		"after the second":            {at(0, 0.1), "notify", 0.5, 0},
		"long after the first":        {at(0, 8), "notify", 4, 0},
		"of another service":          {at(0, 8), "push", 0.5, 0},
		"and nothing was sent again":  {at(0), "notify", 0.5, 0},
		"which explains one of three": {at(0, 8, 9), "notify", 0.5, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kills := []kill{{tt.service, at(tt.killed)[0]}}
			if got := interrupted(tt.messages, kills); got != tt.want {
				t.Errorf("explains %d, want %d", got, tt.want)
			}
		})
	}
}

func TestTheSameSeedDrawsTheSameLoad(t *testing.T) {
	t.Parallel()
	o := options{requests: 200, seed: 7, duration: time.Minute, tenants: 3}
	first, second := plan(o), plan(o)
	seen := map[shape]bool{}
	for i := range first {
		a, b := first[i], second[i]
		if a.id != b.id || a.person != b.person || a.at != b.at || a.shape != b.shape || a.patient != b.patient {
			t.Fatalf("item %d: %+v, then %+v", i, a, b)
		}
		seen[a.shape] = true
	}
	if len(seen) != len(shapes) {
		t.Errorf("only the shapes %v", seen)
	}
}

func TestNobodySharesANameOrANumberWithinATenant(t *testing.T) {
	t.Parallel()
	names, phones := map[string]bool{}, map[string]bool{}
	for i := range numbers {
		p := newPerson(1, i)
		if names[p.name()] || phones[p.phone] {
			t.Fatalf("person %d (%s, %s) is there twice", i, p.name(), p.phone)
		}
		names[p.name()], phones[p.phone] = true, true
	}
}
