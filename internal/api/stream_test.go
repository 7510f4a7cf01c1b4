package api_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
)

// events reads a stream that begins behind an event.
type events struct {
	t     *testing.T
	lines *bufio.Scanner
}

func (w *world) events(t *testing.T, tenantID, last string) *events {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/v1/tenants/"+tenantID+"/events", http.NoBody)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+w.token(t, access.TenantViewer, tenantID))
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	resp, err := caller.Do(r)
	must(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("got %d %v", resp.StatusCode, resp.Header)
	}
	return &events{t: t, lines: bufio.NewScanner(resp.Body)}
}

// next returns the id of the next request and its row.
func (e *events) next() (id string, row api.Request) {
	e.t.Helper()
	for e.lines.Scan() {
		name, value, _ := strings.Cut(e.lines.Text(), ": ")
		switch {
		case name == "id":
			id = value
		case name == "data" && id != "":
			return id, decode[api.Request](e.t, reply{body: []byte(value)})
		}
	}
	e.t.Fatalf("the stream ended: %v", e.lines.Err())
	return "", row
}

func TestRequestsAreFollowedAsTheyChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.call(t, other, "CAL0") // not theirs
	stream := w.events(t, demo, "")
	first := w.call(t, demo, "CAL1")
	last, row := stream.next()
	if row.RequestID != first || row.TenantID != demo || row.Status != "received" {
		t.Errorf("got %+v", row)
	}
	second := w.call(t, demo, "CAL2")
	if _, row := stream.next(); row.RequestID != second {
		t.Errorf("got %+v", row)
	}
	if _, row := w.events(t, demo, last).next(); row.RequestID != second {
		t.Errorf("behind the first event: got %+v", row)
	}
}

func TestAnEventIDThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, id := range []string{"x", "!", strings.Repeat("a", 100)} {
		header := http.Header{"Authorization": {"Bearer " + w.token(t, access.TenantViewer, demo)}, "Last-Event-Id": {id}}
		got := w.do(t, http.MethodGet, "/v1/tenants/"+demo+"/events", header)
		if p := decode[api.Problem](t, got); got.status != http.StatusBadRequest || p.Parameter != "Last-Event-ID" {
			t.Errorf("%q: got %d %s", id, got.status, got.body)
		}
	}
}
