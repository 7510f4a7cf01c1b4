package hubspot

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/quota"
)

// Limits of a static app in a Starter account.
const (
	burstLimit  = 100
	burstSpan   = 10 * time.Second
	searchLimit = 5
	searchSpan  = time.Second
	dailyLimit  = 250_000
)

// account is one portal with everything in it.
type account struct {
	portal Portal
	id     int
	lag    time.Duration
	now    func() time.Time
	zone   *time.Location

	burst, search *quota.Window

	mu       sync.Mutex
	today    string // day of the daily quota, in the account's zone
	usedup   int    // requests of that day
	nextID   int
	objects  map[string][]*object // by type, oldest first
	links    []link
	schema   map[string]*schema // by type
	archived map[string]*property
}

func newAccount(p Portal, id int, cfg Config) (*account, error) {
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	return &account{
		portal: p, id: id, lag: cfg.Lag, now: cfg.Now, zone: zone,
		burst:    quota.NewWindow(burstLimit, burstSpan, cfg.Now),
		search:   quota.NewWindow(searchLimit, searchSpan, cfg.Now),
		nextID:   50,
		objects:  map[string][]*object{},
		schema:   defaultSchemas(),
		archived: map[string]*property{},
	}, nil
}

func (a *account) reset() {
	a.burst.Reset()
	a.search.Reset()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.objects, a.links, a.usedup = map[string][]*object{}, nil, 0
}

// admit refuses a request that is over a limit or lacks a scope.
func (a *account) admit(w http.ResponseWriter, r *http.Request) *apiError {
	if !a.withinDay() {
		return rateLimited(policyDaily)
	}
	if err := a.withinBurst(w, r); err != nil {
		return err
	}
	if needed := scopeOf(r); needed != "" && a.portal.Scopes != nil && !slices.Contains(a.portal.Scopes, needed) {
		return missingScopes(needed)
	}
	return nil
}

// withinBurst counts a search against the account's own window for searches, whose
// answers tell nothing about it, and anything else against the app's.
func (a *account) withinBurst(w http.ResponseWriter, r *http.Request) *apiError {
	if isSearch(r) {
		if _, ok := a.search.Take(); !ok {
			return rateLimited(policySearch)
		}
		return nil
	}
	remaining, ok := a.burst.Take()
	h := w.Header()
	h.Set("X-HubSpot-RateLimit-Max", strconv.Itoa(burstLimit))
	h.Set("X-HubSpot-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-HubSpot-RateLimit-Interval-Milliseconds", strconv.FormatInt(burstSpan.Milliseconds(), 10))
	a.mu.Lock()
	left := dailyLimit - a.usedup
	a.mu.Unlock()
	h.Set("X-HubSpot-RateLimit-Daily", strconv.Itoa(dailyLimit))
	h.Set("X-HubSpot-RateLimit-Daily-Remaining", strconv.Itoa(left))
	if !ok {
		return rateLimited(policyBurst)
	}
	return nil
}

func isSearch(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/search") }

// withinDay counts a request of the day, which ends at midnight of the account's zone.
func (a *account) withinDay() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if today := a.now().In(a.zone).Format(time.DateOnly); today != a.today {
		a.today, a.usedup = today, 0
	}
	if a.usedup >= dailyLimit {
		return false
	}
	a.usedup++
	return true
}

// scopeOf returns the scope that a request needs, empty for those that need none.
func scopeOf(r *http.Request) string {
	action := "read"
	if r.Method != http.MethodGet && !isSearch(r) {
		action = "write"
	}
	object := "contacts" // calls, notes and tasks have no scopes of their own
	if typeName(r.PathValue("type")) == "deals" {
		object = "deals"
	}
	switch area, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/crm/"), "/"); area {
	case "objects":
		return "crm.objects." + object + "." + action
	case "properties":
		return "crm.schemas." + object + "." + action
	case "pipelines":
		return "crm.objects." + object + ".read"
	case "owners":
		return "crm.objects.owners.read"
	default:
		return ""
	}
}

// inventory lists the account's objects for inspection.
func (a *account) inventory() []journal.Object {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []journal.Object
	for _, kind := range typeNames {
		for _, o := range a.objects[kind] {
			if o.archived {
				continue
			}
			fields := map[string]any{}
			for name, value := range o.props {
				fields[name] = value
			}
			fields["associations"] = a.linkedIDs(o)
			found = append(found, journal.Object{Type: kind, ID: o.id, TenantID: a.portal.TenantID, Fields: fields})
		}
	}
	return found
}
