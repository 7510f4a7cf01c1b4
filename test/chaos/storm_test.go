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
