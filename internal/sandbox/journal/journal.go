// Package journal keeps what every sandbox system was asked, and describes what it holds,
// so that a test outside can see exactly what reached it.
package journal

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Entry is one request as a system saw it.
type Entry struct {
	Time     time.Time `json:"time"`
	Method   string    `json:"method"` // HTTP method; "gRPC"; "SMTP"
	Path     string    `json:"path"`   // URL path without the query, which can hold credentials; gRPC full method; SMTP verb
	Status   int       `json:"status"` // HTTP status, gRPC's as its HTTP equivalent; 0: the connection broke
	TenantID string    `json:"tenant_id,omitempty"`
}

// Object is one thing that a system holds, under the vendor's own type name.
type Object struct {
	Type     string         `json:"type"`
	ID       string         `json:"id"`
	TenantID string         `json:"tenant_id"`
	Time     time.Time      `json:"time,omitzero"` // when a message came; what is not sent but kept has none
	Fields   map[string]any `json:"fields"`
}

// Lister is what a system implements to be inspected.
type Lister interface {
	// Objects returns what the system holds for a tenant, oldest first; for all
	// tenants if the id is empty.
	Objects(tenantID string) []Object
}

// limit is how many entries of one system are kept: the oldest go first. A night of
// chaos runs must not fill the memory.
const limit = 100_000

// Journal is the requests of all systems. It is safe for concurrent use.
type Journal struct {
	now func() time.Time

	mu      sync.Mutex
	entries map[string][]Entry
}

// New returns an empty journal.
func New(now func() time.Time) *Journal {
	return &Journal{now: now, entries: map[string][]Entry{}}
}

// Record adds an entry. HTTP and Unary call it; a protocol of its own (SMTP) calls it
// directly. A zero time means now.
func (j *Journal) Record(system string, e Entry) {
	if e.Time.IsZero() {
		e.Time = j.now()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	list := j.entries[system]
	if len(list) >= limit {
		list = append([]Entry(nil), list[limit/2:]...)
	}
	j.entries[system] = append(list, e)
}

// Requests returns a system's entries, oldest first. With a tenant it leaves out other
// tenants' entries, and keeps those that name no tenant: the system could not tell.
func (j *Journal) Requests(system, tenantID string) []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	found := make([]Entry, 0, len(j.entries[system]))
	for _, e := range j.entries[system] {
		if tenantID == "" || e.TenantID == "" || e.TenantID == tenantID {
			found = append(found, e)
		}
	}
	return found
}

// Reset forgets everything.
func (j *Journal) Reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = map[string][]Entry{}
}

type key struct{}

// SetTenant notes whose request this is. Handlers call it once they know; outside of HTTP
// and Unary it does nothing.
func SetTenant(ctx context.Context, tenantID string) {
	if e, ok := ctx.Value(key{}).(*Entry); ok {
		e.TenantID = tenantID
	}
}

// HTTP records a handler's requests. Put it outside fault.Set.HTTP, so that disturbed
// requests are recorded too.
func (j *Journal) HTTP(system string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &Entry{Time: j.now(), Method: r.Method, Path: r.URL.Path}
		status := &statusWriter{ResponseWriter: w}
		finished := false
		defer func() { // also when the handler breaks the connection by a panic
			if finished && status.code == 0 {
				status.code = http.StatusOK
			}
			e.Status = status.code
			j.Record(system, *e)
		}()
		next.ServeHTTP(status, r.WithContext(context.WithValue(r.Context(), key{}, e)))
		finished = true
	})
}

// statusWriter remembers the status that was sent.
type statusWriter struct {
	http.ResponseWriter
	code int
}

func (s *statusWriter) WriteHeader(code int) {
	if s.code == 0 {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *statusWriter) Write(b []byte) (int, error) {
	if s.code == 0 {
		s.code = http.StatusOK
	}
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
