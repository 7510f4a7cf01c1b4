package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func TestChangesComeInTheirOrderFromAnyPlace(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	for _, id := range []string{"CAL1", "CAL2", "CAL3"} {
		accept(t, scope, call(id))
	}
	advance(t, scope, call("CAL1"), request.Received, stage.Result{}) // stands last now
	follow := func(after store.Position, limit int) (ids []string) {
		for range 10 {
			rows, next, err := scope.Changes(t.Context(), after, limit)
			must(t, err)
			if len(rows) == 0 {
				if next != after {
					t.Errorf("nothing has changed, but the place went from %v to %v", after, next)
				}
				return ids
			}
			for _, row := range rows {
				ids = append(ids, row.Request.ExternalID+" "+string(row.Request.Status))
			}
			after = next
		}
		t.Fatal("changes have no end")
		return nil
	}
	begin := store.Position{At: time.Now().Add(-time.Hour)}
	want := []string{"CAL2 received", "CAL3 received", "CAL1 transcribed"}
	for _, limit := range []int{1, 2, 100} {
		if diff := cmp.Diff(want, follow(begin, limit)); diff != "" {
			t.Errorf("%d at once: %s", limit, diff)
		}
	}
	first, _, err := scope.Changes(t.Context(), begin, 1)
	must(t, err)
	if diff := cmp.Diff(want[1:], follow(first[0].Position, 100)); diff != "" {
		t.Errorf("after the first: %s", diff)
	}
	if rows, _, err := s.ForTenant("tenant_other").Changes(t.Context(), begin, 10); err != nil || len(rows) > 0 {
		t.Errorf("another tenant sees %v, %v", rows, err)
	}
}

func TestARequestIsFoundByItsPeopleAndNotByTheCompanysOwnNumbers(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	in.Request.Caller = request.Caller{Phone: "+13035550142", Email: "Dana@Example.com"}
	in.Request.Details.BusinessPhone, in.Request.Details.TrackingPhone = "+13035550100", "303-555-0101"
	analysed(t, scope, in, kitchen(), "granite", "phone:+13035550100", "phone:+13035550101", "phone:+13035550177", "email:robin@example.com")
	for key, want := range map[string]int{
		"phone:+13035550142": 1, "email:dana@example.com": 1, "phone:+13035550177": 1, "email:robin@example.com": 1,
		"phone:+13035550100": 0, "phone:+13035550101": 0, "email:Dana@Example.com": 0,
	} {
		page, err := scope.List(t.Context(), store.Filter{People: []string{key}, Limit: 5})
		must(t, err)
		if len(page.Requests) != want {
			t.Errorf("by %s: got %d requests, want %d", key, len(page.Requests), want)
		}
	}
}
