package reconcile_test

import (
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// justOver is a call that lasted half an hour and ended a minute before noon: it began long
// before, and its delivery may still be on its way.
var justOver = callJSON("CAL2", `,"start_time":"2026-03-02T11:29:00.000Z","duration":1800`)

func (s *scene) knows(t *testing.T, external string) bool {
	t.Helper()
	_, err := s.store.ForTenant("tenant_a").Request(t.Context(), request.ID("tenant_a", request.NamespaceCall, external))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func TestACallThatHasJustEndedIsNotMissingYet(t *testing.T) {
	t.Parallel()
	s := newScene(t, &tracker{state: "active", calls: []string{callJSON("CAL1", ""), justOver}})
	must(t, s.poller.Poll(t.Context()))
	if !s.knows(t, "CAL1") || s.knows(t, "CAL2") {
		t.Errorf("the old call is here: %t; the one that has just ended: %t", s.knows(t, "CAL1"), s.knows(t, "CAL2"))
	}
	s.taker.Now = func() time.Time { return noon.Add(20 * time.Minute) }
	must(t, s.poller.Poll(t.Context()))
	if !s.knows(t, "CAL2") {
		t.Error("its delivery never came, and nobody asks for it")
	}
}

func TestAnImportLeavesWhatHappensNowToItsDeliveries(t *testing.T) {
	t.Parallel()
	s := newScene(t, &tracker{calls: []string{callJSON("CAL1", ""), justOver}})
	importer := &reconcile.Importer{Taker: s.taker, Tenants: directory{s.owner}, PerMinute: 60, Settle: 10 * time.Minute}
	order := reconcile.Order{SourceID: "callrail", From: noon.AddDate(0, 0, -7), To: noon.Add(11 * time.Hour)} // today, too
	estimate, err := importer.Estimate(t.Context(), s.owner, order)
	if err != nil || estimate.Calls != 1 {
		t.Errorf("estimate: %+v, %v; want one call", estimate, err)
	}
	input, err := order.Input()
	must(t, err)
	run(t, importer, &job.Job{TenantID: "tenant_a", ID: "job_1", Kind: job.Import, Input: input, CreatedAt: noon})
	if !s.knows(t, "CAL1") || s.knows(t, "CAL2") {
		t.Error("a caller who has just hung up became history: nobody is told, no CRM gets it")
	}
	today := reconcile.Order{SourceID: "callrail", From: noon.Add(-5 * time.Minute), To: order.To}
	if none, err := importer.Estimate(t.Context(), s.owner, today); err != nil || none.Calls != 0 {
		t.Errorf("of the last minutes: %+v, %v", none, err)
	}
	for _, query := range s.asked {
		if to := query.Get("end_date"); to != "2026-03-02T11:50" {
			t.Errorf("asked until %s: pages move while calls come in", to)
		}
	}
}
