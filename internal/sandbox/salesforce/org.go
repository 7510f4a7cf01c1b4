package salesforce

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/quota"
)

// What an Enterprise org without further licences may ask in a rolling day.
const dailyRequests = 100_000

// org is one org with everything in it.
type org struct {
	settings Org
	id, user string // ids of the org and of the user that the app acts for
	lag      time.Duration
	now      func() time.Time
	day      *quota.Window
	api      http.Handler

	mu      sync.Mutex
	blocked bool // the app may not get tokens
	nextID  int
	records map[string][]*record // by object, oldest first
	schema  map[string]*object
	rules   map[string]Action
	cursors map[string]cursor // of queries with more than one page
}

func newOrg(settings Org, n int, cfg Config) *org {
	o := &org{
		settings: settings, lag: cfg.Lag, now: cfg.Now,
		id:      withChecksum(fmt.Sprintf("00D%012d", n)),
		user:    recordID("User", n),
		day:     quota.NewWindow(cmp.Or(settings.DailyRequests, dailyRequests), 24*time.Hour, cfg.Now),
		records: map[string][]*record{},
		schema:  defaultSchema(),
		rules:   map[string]Action{},
		cursors: map[string]cursor{},
	}
	for object, action := range settings.DuplicateRules {
		o.rules[object] = action
	}
	o.api = o.routes()
	return o
}

// handler answers a request of an admitted session, under the org's lock.
type handler func(o *org, r *http.Request) (status int, body any, err *apiError)

// routes is the API below its version. The parts of a composite go through it too.
func (o *org) routes() http.Handler {
	const base = " /services/data/{version}"
	mux := http.NewServeMux()
	for pattern, h := range map[string]handler{
		"GET" + base:                                      (*org).resources,
		"GET" + base + "/limits":                          (*org).limits,
		"GET" + base + "/sobjects":                        (*org).listObjects,
		"GET" + base + "/sobjects/{type}/describe":        (*org).describe,
		"POST" + base + "/sobjects/{type}":                (*org).createRecord,
		"GET" + base + "/sobjects/{type}/{id}":            (*org).readRecord,
		"PATCH" + base + "/sobjects/{type}/{id}":          (*org).updateRecord,
		"DELETE" + base + "/sobjects/{type}/{id}":         (*org).deleteRecord,
		"GET" + base + "/sobjects/{type}/{key}/{value}":   (*org).readByKey,
		"PATCH" + base + "/sobjects/{type}/{key}/{value}": (*org).upsertRecord,
		"GET" + base + "/query":                           (*org).query,
		"GET" + base + "/query/{cursor}":                  (*org).queryMore,
		"GET" + base + "/search":                          (*org).search,
		"GET" + base + "/parameterizedSearch":             (*org).parameterizedSearch,
		"POST" + base + "/parameterizedSearch":            (*org).parameterizedSearch,
		"POST" + base + "/composite":                      (*org).composite,
	} {
		mux.HandleFunc(pattern, o.serve(h))
		mux.HandleFunc(pattern+"/{$}", o.serve(h))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { notFound().write(w) })
	return mux
}

func (o *org) serve(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if versionOf(r) == 0 {
			notFound().write(w)
			return
		}
		if name := r.PathValue("type"); name != "" && o.schema[name] == nil {
			notFound().write(w)
			return
		}
		status, body, err := h(o, r)
		if err != nil {
			err.write(w)
			return
		}
		answer(w, status, body)
	}
}

// versionOf returns the version that the path names, 0 if it is none of those alive.
func versionOf(r *http.Request) int {
	for _, v := range versions {
		if r.PathValue("version") == "v"+v.Version {
			major, _ := strconv.Atoi(v.Version[:len(v.Version)-2]) // written above
			return major
		}
	}
	return 0
}

// admit counts a request, tells how many there were, and refuses one too many.
func (o *org) admit(w http.ResponseWriter) *apiError {
	remaining, ok := o.day.Take()
	w.Header().Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", o.day.Limit()-remaining, o.day.Limit()))
	if !ok {
		return limitExceeded(dailyExceeded)
	}
	return nil
}

func (o *org) isBlocked() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.blocked
}

func (o *org) reset() {
	o.day.Reset()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.records, o.cursors = map[string][]*record{}, map[string]cursor{}
}

// inventory lists the org's records for inspection.
func (o *org) inventory() []journal.Object {
	o.mu.Lock()
	defer o.mu.Unlock()
	var found []journal.Object
	for _, name := range objectNames {
		for _, r := range o.records[name] {
			if r.deleted {
				continue
			}
			fields := map[string]any{}
			for name, value := range r.fields {
				if value != nil {
					fields[name] = value
				}
			}
			found = append(found, journal.Object{Type: name, ID: r.id, TenantID: o.settings.TenantID, Fields: fields})
		}
	}
	return found
}

func (o *org) resources(r *http.Request) (int, any, *apiError) {
	paths := map[string]string{}
	for _, name := range []string{"sobjects", "query", "search", "composite", "limits"} {
		paths[name] = "/services/data/" + r.PathValue("version") + "/" + name
	}
	return http.StatusOK, paths, nil
}

func (o *org) limits(*http.Request) (int, any, *apiError) {
	left := o.day.Remaining()
	return http.StatusOK, map[string]any{
		"DailyApiRequests": map[string]int{"Max": o.day.Limit(), "Remaining": left},
		"DataStorageMB":    map[string]int{"Max": 10240, "Remaining": 10230},
	}, nil
}

// decode reads a JSON body whose numbers stay as they are written.
func decode(r *http.Request, into any) *apiError {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 6<<20))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return unparsable("The HTTP entity body is required, and has to be valid JSON: " + err.Error())
	}
	return nil
}
