package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// disturbance is a fault or a mode of the sandbox, as its control API takes it.
type disturbance struct {
	System      string   `json:"system"`
	Mode        string   `json:"mode,omitempty"`
	PathPrefix  string   `json:"path_prefix,omitempty"`
	Status      int      `json:"status,omitempty"`
	RetryAfterS int      `json:"retry_after_s,omitempty"`
	LatencyMS   int      `json:"latency_ms,omitempty"`
	Drop        string   `json:"drop,omitempty"`
	Probability *float64 `json:"probability,omitempty"`
	DelayMS     int      `json:"delay_ms,omitempty"`
	Times       int      `json:"times,omitempty"`
}

// fired is a disturbance and how often it happened.
type fired struct {
	disturbance
	Fired int `json:"fired"`
}

// badWeather is one kind of fault.
type badWeather struct {
	kind        string // of the report
	often       float64
	disturbance disturbance
}

const recordings = "/google.cloud.speech.v2.Speech/"

// weather is every kind of fault that the sandbox makes. CRMs share theirs: see crms.
var weather = []badWeather{
	{"callrail 404", 0.03, disturbance{System: "callrail", PathPrefix: "/v3/", Status: 404}},
	{"callrail 429", 0.05, disturbance{System: "callrail", PathPrefix: "/v3/", Status: 429, RetryAfterS: 1}},
	{"model garbage", 0.08, disturbance{System: "gemini", Mode: "bad_json"}},
	{"model blocked", 0.03, disturbance{System: "gemini", Mode: "blocked"}},
	{"model cut off", 0.03, disturbance{System: "gemini", Mode: "max_tokens"}},
	{"model slow", 0.05, disturbance{System: "gemini", LatencyMS: 1500}},
	{"model gone", 0.05, disturbance{System: "gemini", Status: 404}},
	{"model busy", 0.05, disturbance{System: "gemini", Status: 429}},
	{"speech operation lost", 0.1, disturbance{System: "speech", Mode: "lose"}},
	{"speech answer dropped", 0.05, disturbance{System: "speech", PathPrefix: recordings, Drop: "after"}},
	{"speech unavailable", 0.05, disturbance{System: "speech", PathPrefix: recordings, Status: 503}},
	{"slack 500", 0.05, disturbance{System: "slack", Status: 500}},
	{"slack 429", 0.05, disturbance{System: "slack", Status: 429, RetryAfterS: 1}},
	{"mail refused", 0.03, disturbance{System: "email", PathPrefix: "MAIL", Status: 503}},
	{"pubsub duplicated", 0.15, disturbance{System: "relay", Mode: "duplicate"}},
	{"pubsub redelivered", 0.1, disturbance{System: "relay", Mode: "redeliver", DelayMS: 1500}},
	{"pubsub lost", 0.04, disturbance{System: "relay", Mode: "lose"}},
	{"pubsub late", 0.1, disturbance{System: "relay", Mode: "delay", DelayMS: 500}},
	{"pubsub reordered", 0.1, disturbance{System: "relay", Mode: "reorder"}},
}

var crms = []string{"hubspot", "salesforce", "pipedrive", "custom"}

// crmWeather is what each CRM does.
var crmWeather = []badWeather{
	{"crm 429", 0.04, disturbance{Status: 429, RetryAfterS: 1}},
	{"crm 500", 0.04, disturbance{Status: 500}},
	{"crm timeout", 0.02, disturbance{Status: 504}},
	{"crm slow", 0.04, disturbance{LatencyMS: 1000}},
	{"crm dropped before", 0.03, disturbance{Drop: "before"}},
	{"crm dropped after", 0.04, disturbance{Drop: "after"}},
}

const secretOutage = "secret outage"

// forecast returns all disturbances with their kinds. Each happens once for certain, as soon
// as it can, and then by chance.
func forecast() []badWeather {
	all := slices.Clone(weather)
	for _, w := range crmWeather {
		for _, crm := range crms {
			w.disturbance.System = crm
			all = append(all, w)
		}
	}
	var certain []badWeather
	for _, w := range all {
		w.disturbance.Times = 1
		certain = append(certain, w)
	}
	for _, w := range all {
		w.disturbance.Probability = &w.often
		certain = append(certain, w)
	}
	return certain
}

// gale is bad weather under way.
type gale struct {
	*stack
	options options
	rng     *rand.Rand
	calls   []badWeather // the faults in force
	modes   []badWeather

	mu    sync.Mutex
	count map[string]int
	kills []kill
}

func newGale(s *stack, o options) *gale {
	return &gale{stack: s, options: o, rng: rand.New(rand.NewPCG(o.seed, 2)), count: map[string]int{}} //nolint:gosec // the same in every run
}

// linger is how much longer than the load bad weather lasts for every kind of fault to happen:
// a busy machine comes to the last step late.
const linger = 90 * time.Second

// blow makes bad weather until the load is over and every kind of fault has happened.
func (g *gale) blow(ctx context.Context, duration time.Duration) error {
	begin := time.Now()
	if err := g.set(ctx, forecast()); err != nil {
		return err
	}
	var all sync.WaitGroup
	all.Go(func() { g.killServices(ctx, begin, duration) })
	defer all.Wait()
	outage := append([]badWeather{{kind: secretOutage, disturbance: disturbance{System: "secretmanager", Status: 503}}}, forecast()...)
	for _, change := range []struct {
		after    float64
		forecast []badWeather
	}{{0.3, outage}, {0.5, forecast()}} {
		if !pause(ctx, time.Until(begin.Add(time.Duration(change.after*float64(duration))))) {
			return ctx.Err()
		}
		if err := g.set(ctx, change.forecast); err != nil {
			return err
		}
	}
	if !pause(ctx, time.Until(begin.Add(duration))) {
		return ctx.Err()
	}
	if g.options.sabotage != "" {
		return nil // it need not come that far
	}
	err := until(ctx, linger, time.Second, func() error { return g.complete(ctx) })
	if errors.Is(err, errTimeout) {
		err = nil // the report says what has not happened
	}
	return err
}

// set replaces all faults and modes, and keeps count of what those before did.
func (g *gale) set(ctx context.Context, wanted []badWeather) error {
	happened, err := g.tally(ctx)
	if err != nil {
		return err
	}
	g.mu.Lock()
	for kind, n := range happened {
		g.count[kind] += n
	}
	g.mu.Unlock()
	g.calls, g.modes = nil, nil
	for _, w := range wanted {
		if w.disturbance.Mode != "" {
			g.modes = append(g.modes, w)
		} else {
			g.calls = append(g.calls, w)
		}
	}
	for path, list := range map[string][]badWeather{"/faults": g.calls, "/modes": g.modes} {
		body := make([]disturbance, 0, len(list))
		for _, w := range list {
			body = append(body, w.disturbance)
		}
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		if err := g.control(ctx, http.MethodPut, path, encoded, nil); err != nil {
			return err
		}
	}
	return nil
}

// tally returns what the disturbances in force have done.
func (g *gale) tally(ctx context.Context) (map[string]int, error) {
	count := map[string]int{}
	for path, list := range map[string][]badWeather{"/faults": g.calls, "/modes": g.modes} {
		var happened []fired
		if err := g.control(ctx, http.MethodGet, path, nil, &happened); err != nil {
			return nil, err
		}
		for i, w := range list {
			count[w.kind] += happened[i].Fired
		}
	}
	return count, nil
}

// complete is an error while a kind of fault that the sandbox makes has not happened.
func (g *gale) complete(ctx context.Context) error {
	now, err := g.tally(ctx)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, w := range forecast() {
		if now[w.kind]+g.count[w.kind] == 0 {
			return fmt.Errorf("no %s yet", w.kind)
		}
	}
	return nil
}

// kinds returns every kind of fault that must have happened.
func kinds() []string {
	found := []string{secretOutage, "full restart", "spanner aborted"}
	for _, w := range forecast() {
		found = append(found, w.kind)
	}
	for _, service := range services {
		found = append(found, "kill "+service)
	}
	slices.SortFunc(found, strings.Compare)
	return slices.Compact(found)
}
