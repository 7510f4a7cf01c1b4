package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
)

// excused are operations that may succeed although the database went away at the end of them.
var excused = map[string]bool{
	"putSecret":      true, // the secret is kept; only the lease on it is not given back, and runs out
	"streamRequests": true, // it has answered before it reads
}

// What an operation answers is believed: a success that was not saved is lost, and what went
// wrong is nobody's business outside.
func TestNoOperationSucceedsWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	things, refused := w.furnish(t), 0
	for _, op := range operations(t) {
		for through := 0; !excused[op.id]; through++ {
			w.outage.Begin(through)
			got := w.by(t, access.PlatformAdmin, "", op.fill(op.method, op.path, demo, things))
			if !w.outage.End() {
				break
			}
			refused++
			if got.status < http.StatusBadRequest {
				t.Errorf("%s succeeds although the database is away after %d messages: %d", op.id, through, got.status)
			}
			if strings.Contains(string(got.body), "refused") {
				t.Errorf("%s tells strangers what is wrong: %s", op.id, got.body)
			}
		}
		if op.spoils {
			things = w.furnish(t)
		}
	}
	if refused < 100 {
		t.Errorf("the database was away %d times only", refused)
	}
}
