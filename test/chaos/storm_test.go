package main

import (
	"testing"
	"time"
)

func TestALongStormComesInGusts(t *testing.T) {
	for requests, parts := range map[int]int{1: 1, 500: 1, 501: 2, 10_000: 20} {
		o := options{requests: requests, tenants: 3, duration: time.Duration(requests) * 250 * time.Millisecond}
		items, seen, lasted := plan(o), 0, time.Duration(0)
		all := gusts(items, o)
		for _, g := range all {
			if len(g.items) == 0 || len(g.items) > most || g.first != seen || g.of != requests {
				t.Errorf("%d requests: a gust of %d from %d on, of %d", requests, len(g.items), g.first, g.of)
			}
			for _, it := range g.items {
				if it.at < 0 || it.at > g.duration {
					t.Errorf("item %d is sent after %v of %v", it.number, it.at, g.duration)
				}
			}
			seen, lasted = seen+len(g.items), lasted+g.duration
		}
		if len(all) != parts || seen != requests || lasted != o.duration {
			t.Errorf("%d requests: %d gusts with %d requests in %v", requests, len(all), seen, lasted)
		}
	}
}

func TestAStormOfThousandsIsPlayedOnFreshStacks(t *testing.T) {
	t.Parallel()
	for requests, parts := range map[int]int{1: 1, 1000: 1, 1001: 2, 10_000: 10} {
		o := options{requests: requests, seed: 7, duration: time.Duration(requests) * time.Second / 4, log: "build/chaos.log"}
		seeds, logs, sent, lasted := map[uint64]bool{}, map[string]bool{}, 0, time.Duration(0)
		all := stretches(o)
		for _, part := range all {
			seeds[part.seed], logs[part.log] = true, true
			sent, lasted = sent+part.requests, lasted+part.duration
		}
		if len(all) != parts || len(seeds) != parts || len(logs) != parts || sent != requests || o.duration-lasted > time.Second {
			t.Errorf("%d requests: %d parts with %d requests in %v, %d seeds, %d logs", requests, len(all), sent, lasted, len(seeds), len(logs))
		}
	}
}

func TestTheLedgersOfAStormAddUp(t *testing.T) {
	t.Parallel()
	all := newReport("storm", 1)
	for _, lost := range []int{0, 2} {
		r := newReport("storm", 1)
		r.Sent, r.Acknowledged, r.Requests, r.Completed = 10, 9, 5, 5-lost
		r.Faults["killed"], r.Faults["never"], r.Failed["why"] = 3, 0, lost
		for range lost {
			r.breach("lost", "one")
		}
		all.add(r)
	}
	if all.Sent != 20 || all.Acknowledged != 18 || all.Requests != 10 || all.Completed != 8 || all.Failed["why"] != 2 || all.breaches("lost") != 2 {
		t.Errorf("got %+v", all)
	}
	if all.Faults["killed"] != 6 || len(all.unseen()) != 1 || all.verdict() == nil {
		t.Errorf("faults: %v, verdict %v", all.Faults, all.verdict())
	}
}
