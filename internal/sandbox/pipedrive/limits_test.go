package pipedrive_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestLimits_are_told_and_who_does_not_heed_them_meets_Cloudflare(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	me := func() reply { return f.send(t, "GET", "/api/v1/users/me", "", "x-api-token", "token-a") }
	for i := range 120 {
		got := me()
		if got.status != 200 || got.header.Get("x-ratelimit-remaining") != fmt.Sprint(119-i) || got.header.Get("x-ratelimit-reset") != "2" {
			t.Fatalf("request %d = %d, remaining %q", i, got.status, got.header.Get("x-ratelimit-remaining"))
		}
	}
	got := me()
	if got.status != 429 || got.body["success"] != false || got.header.Get("Retry-After") != "" {
		t.Errorf("request 121 = %d %s, want 429 without Retry-After", got.status, got.raw)
	}
	if left := got.header.Get("x-daily-ratelimit-token-remaining"); left != fmt.Sprint(30_000*7-240) {
		t.Errorf("left of the day = %s", left)
	}
	for range 10 {
		me()
	}
	if got = me(); got.status != 403 || !strings.Contains(got.raw, "Cloudflare") || got.body != nil {
		t.Errorf("after eleven ignored answers = %d %s, want Cloudflare's page", got.status, got.raw)
	}
	f.wait(time.Minute)
	if got = me(); got.status != 403 {
		t.Errorf("a minute later: status = %d, want 403", got.status)
	}
	f.wait(time.Minute)
	if got = me(); got.status != 200 {
		t.Errorf("two minutes later: status = %d, want 200", got.status)
	}
}

func TestLimits_searches_have_their_own(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	search := func() reply {
		return f.send(t, "GET", "/api/v2/persons/search?term=dana", "", "x-api-token", "token-a")
	}
	for range 10 {
		if got := search(); got.status != 200 || got.header.Get("x-ratelimit-limit") != "10" {
			t.Fatalf("search = %d %s", got.status, got.raw)
		}
	}
	if got := search(); got.status != 429 {
		t.Errorf("eleventh search: status = %d, want 429", got.status)
	}
	if got := f.send(t, "GET", "/api/v1/users/me", "", "x-api-token", "token-a"); got.status != 200 {
		t.Errorf("anything else: status = %d, want 200", got.status)
	}
}

func TestLimits_the_day_has_a_budget(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	access := f.login(t)
	get := func(path string) reply {
		f.wait(50 * time.Millisecond)
		return f.send(t, "GET", path, "", "Authorization", access)
	}
	for i := range 30_000 / 20 {
		got := get("/api/v1/leads")
		if want := fmt.Sprint(30_000 - 20*(i+1)); got.status != 200 || got.header.Get("x-daily-ratelimit-token-remaining") != want {
			t.Fatalf("list = %d, %s left, want 200, %s", got.status, got.header.Get("x-daily-ratelimit-token-remaining"), want)
		}
	}
	if got := get("/api/v1/users/me"); got.status != 429 || got.header.Get("x-daily-ratelimit-token-remaining") != "0" {
		t.Errorf("beyond the budget = %d %s, want 429 with nothing left", got.status, got.raw)
	}
	f.wait(8 * time.Hour) // past midnight
	got := f.refresh(t, f.refreshToken)
	access = "Bearer " + fmt.Sprint(got.body["access_token"])
	if got := get("/api/v1/users/me"); got.status != 200 || got.header.Get("x-daily-ratelimit-token-remaining") != "29998" {
		t.Errorf("the next day = %d %s, want 200 and a new budget", got.status, got.raw)
	}
}
