package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOnlyWhatPeopleCallIsExposed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		port int
		want map[string]int
	}{{0, nil}, {8080, map[string]int{"webhook": 8080, "api": 8081}}} {
		if diff := cmp.Diff(test.want, options{expose: test.port}.exposed()); diff != "" {
			t.Errorf("-expose=%d (-want +got):\n%s", test.port, diff)
		}
	}
}

func TestAPortThatLeavesNoneForTheAPIIsRefused(t *testing.T) {
	t.Parallel()
	for port, refused := range map[int]bool{-1: true, 0: false, 65534: false, 65535: true} {
		if err := (options{speech: "sandbox", model: "sandbox", tenants: 2, expose: port}).validate(); (err != nil) != refused {
			t.Errorf("-expose=%d: %v", port, err)
		}
	}
}
