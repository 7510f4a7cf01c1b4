package pipedrive

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/quota"
)

// Limits. A plan is what a token may ask in two seconds, by API token and by OAuth, and
// the multiple of the day's budget.
const (
	burstSpan   = 2 * time.Second
	searchLimit = 10
	dailyBudget = 30_000
)

var plans = map[string]struct{ api, oauth, budget int }{
	"lite": {20, 80, 1}, "growth": {40, 160, 2}, "premium": {100, 400, 5}, "ultimate": {120, 480, 7},
}

// Whoever is refused so often within the span is shut out by Cloudflare.
const (
	maxIgnored  = 10
	ignoredSpan = 30 * time.Second
	shutOut     = 2 * time.Minute
)

// userID is the user that tokens act for.
const userID = 7

// company is one company with everything in it.
type company struct {
	settings Company
	id       int
	lag      time.Duration
	now      func() time.Time
	budget   int // tokens of a day

	apiBurst, oauthBurst, search, ignored *quota.Window

	mu           sync.Mutex
	revoked      bool
	refreshToken string
	refreshed    time.Time
	today        string // day of the budget, in UTC
	spent        int    // tokens of that day
	outUntil     time.Time
	nextID       int
	records      map[string][]*record // by kind, oldest first
	fields       map[string][]*field  // of persons and deals
}

func newCompany(settings Company, n int, cfg Config) (*company, error) {
	plan, found := plans[cmp.Or(settings.Plan, "lite")]
	if !found {
		return nil, fmt.Errorf("plan %q does not exist", settings.Plan)
	}
	settings.Domain = cmp.Or(settings.Domain, strings.ReplaceAll(settings.TenantID, "_", "-"))
	return &company{
		settings: settings, id: 13_000_000 + n, lag: cfg.Lag, now: cfg.Now,
		budget:       dailyBudget * plan.budget * max(settings.Seats, 1),
		apiBurst:     quota.NewWindow(plan.api, burstSpan, cfg.Now),
		oauthBurst:   quota.NewWindow(plan.oauth, burstSpan, cfg.Now),
		search:       quota.NewWindow(searchLimit, burstSpan, cfg.Now),
		ignored:      quota.NewWindow(maxIgnored, ignoredSpan, cfg.Now),
		refreshToken: settings.RefreshToken, refreshed: cfg.Now(),
		nextID: 50, records: map[string][]*record{}, fields: defaultFields(),
	}, nil
}

func (c *company) isRevoked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.revoked
}

func (c *company) reset() {
	for _, w := range []*quota.Window{c.apiBurst, c.oauthBurst, c.search, c.ignored} {
		w.Reset()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.records, c.spent, c.outUntil = map[string][]*record{}, 0, time.Time{}
}

// admission is what a request asks of the limits.
type admission struct {
	cost              int
	isOAuth, isSearch bool
}

// admit counts a request and tells where the limits stand, or answers that one is reached.
func (c *company) admit(w http.ResponseWriter, a admission) bool {
	c.mu.Lock()
	isOut := c.now().Before(c.outUntil)
	c.mu.Unlock()
	if isOut {
		writePage(w, http.StatusForbidden)
		return false
	}
	window := c.apiBurst
	switch {
	case a.isSearch:
		window = c.search
	case a.isOAuth:
		window = c.oauthBurst
	}
	remaining, ok := window.Take()
	h := w.Header()
	h.Set("x-ratelimit-limit", strconv.Itoa(window.Limit()))
	h.Set("x-ratelimit-remaining", strconv.Itoa(remaining))
	h.Set("x-ratelimit-reset", strconv.Itoa(int(burstSpan.Seconds()))) // seconds from now
	left, withinDay := c.spend(a.cost, ok)
	h.Set("x-daily-ratelimit-token-limit", strconv.Itoa(c.budget))
	h.Set("x-daily-ratelimit-token-remaining", strconv.Itoa(left))
	if ok && withinDay {
		return true
	}
	c.countIgnored()
	overLimit().write(w)
	return false
}

// spend takes the cost of a request from the day's budget, which is new at midnight UTC.
func (c *company) spend(cost int, admitted bool) (left int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if today := c.now().UTC().Format(time.DateOnly); today != c.today {
		c.today, c.spent = today, 0
	}
	if !admitted {
		return c.budget - c.spent, true
	}
	if c.spent+cost > c.budget {
		c.spent = c.budget
		return 0, false
	}
	c.spent += cost
	return c.budget - c.spent, true
}

// countIgnored counts a refused request: too many, and Cloudflare takes over.
func (c *company) countIgnored() {
	if _, patient := c.ignored.Take(); patient {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.outUntil = c.now().Add(shutOut)
}

// inventory lists the company's records for inspection.
func (c *company) inventory() []journal.Object {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []journal.Object
	for _, kind := range kinds {
		for _, r := range c.records[kind] {
			if !r.deleted {
				found = append(found, journal.Object{Type: kind, ID: r.id, TenantID: c.settings.TenantID, Fields: maps.Clone(r.fields)})
			}
		}
	}
	return found
}
