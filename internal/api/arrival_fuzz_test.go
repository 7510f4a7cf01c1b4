package api

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// FuzzArrival: what is taken in through the API is the caller's own tenant's, has the id that its
// key stands for, and counts as the same body however that is written.
func FuzzArrival(f *testing.F) {
	f.Add([]byte(`{"kind":"call","duration_s":187,"answered":true,"caller":{"name":"Robin Example","phone":"(303) 555-0142"},"transcript":[{"speaker":"agent","start_s":0,"end_s":2,"text":"Hello"}]}`), "order-1")
	f.Add([]byte(`{"kind":"form","fields":[{"name":"email","value":"robin@example.com"},{"name":"card","value":"4111 1111 1111 1111"}],"landing_page":"https://example.com/?gclid=x"}`), "")
	f.Add([]byte(`{"kind":"text","text":"a deck, please","started_at":"2026-11-20T12:00:00+07:00"}`), "\x00")
	f.Add([]byte(`{"kind":"form","fields":[{}],"caller":{"phone":"anonymous"},"tenant_id":"tenant_b","request_id":"req_x"}`), "k")
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte, key string) {
		read := func(text []byte) *arrival {
			var b NewRequest
			if json.Unmarshal(text, &b) != nil {
				return nil
			}
			return &arrival{tenant: &tenant.Tenant{ID: "tenant_a", Region: "US"}, actor: "ann", key: key, body: &b, now: now}
		}
		a := read(body)
		if a == nil || len(a.check()) > 0 {
			return
		}
		in, err := a.intake(t.Context())
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		r := in.Request
		if r.TenantID != "tenant_a" || r.Namespace != request.NamespaceAPI || key != "" && r.ID != request.ID("tenant_a", request.NamespaceAPI, "ann\x00"+key) {
			t.Errorf("%q became %+v", body, r)
		}
		if r.StartedAt.Before(earliestStart) || r.StartedAt.After(now.Add(latestStart)) {
			t.Errorf("%q began at %s", body, r.StartedAt)
		}
		again, err := json.Marshal(a.body)
		if err != nil {
			t.Fatal(err)
		}
		same, err := read(again).intake(t.Context())
		if err != nil || same.BodyHash != in.BodyHash {
			t.Errorf("%q and %q count as two, %v", body, again, err)
		}
		if _, err := json.Marshal(r.Details); err != nil {
			t.Errorf("%q cannot be kept: %v", body, err)
		}
	})
}
