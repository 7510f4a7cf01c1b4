package store_test

import (
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func TestADaysQuotaIsGivenOutOnce(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	today := civil.Date{Year: 2026, Month: time.November, Day: 20}
	var mu sync.Mutex
	var wg sync.WaitGroup
	total := int64(0)
	for range 20 {
		wg.Go(func() {
			granted, err := s.ForTenant(demo).TakeQuota(t.Context(), "forms", today, 100, 7)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			total += granted
		})
	}
	wg.Wait()
	if total != 100 {
		t.Errorf("%d granted of 100", total)
	}
	for _, tt := range []struct {
		name  string
		scope *store.Scope
		quota string
		day   civil.Date
		limit int64
		want  int64
	}{
		{"nothing is left", s.ForTenant(demo), "forms", today, 100, 0},
		{"the limit was lowered", s.ForTenant(demo), "forms", today, 50, 0},
		{"the limit was raised", s.ForTenant(demo), "forms", today, 103, 3},
		{"of another name", s.ForTenant(demo), "api", today, 100, 7},
		{"of another tenant", s.ForTenant("tenant_other"), "forms", today, 100, 7},
		{"of another day", s.ForTenant(demo), "forms", today.AddDays(1), 100, 7},
		{"of the day before again", s.ForTenant(demo), "forms", today, 104, 1},
		{"a week later", s.ForTenant(demo), "forms", today.AddDays(8), 100, 7},
		{"of a day that is long over and forgotten", s.ForTenant(demo), "forms", today, 104, 7},
		{"of another name, which is kept", s.ForTenant(demo), "api", today, 8, 1},
	} {
		got, err := tt.scope.TakeQuota(t.Context(), tt.quota, tt.day, tt.limit, 7)
		must(t, err)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if _, err := s.ForTenant("tenant_nobody").TakeQuota(t.Context(), "forms", today, 100, 7); err == nil {
		t.Error("a tenant that does not exist has a quota")
	}
}
