package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// settleStale does everything that the holder of a delivery can do, and expects that it is lost.
func settleStale(t *testing.T, stale *store.DeliveryClaim) {
	t.Helper()
	_, contact := stale.Contact(t.Context(), []string{"phone:+13035550142"})
	for name, err := range map[string]error{
		"renew":   stale.Renew(t.Context(), time.Minute),
		"contact": contact,
		"write":   stale.Write(t.Context(), request.LedgerEntry{Step: "deal", RemoteID: "stale"}),
		"settle":  stale.Settle(t.Context(), store.Settlement{State: request.DeliveryDone}, request.Event{Step: "push", Name: "delivery_done"}),
	} {
		if !errors.Is(err, stage.ErrLost) {
			t.Errorf("%s: got %v, want ErrLost", name, err)
		}
	}
}

func TestWhoLostADeliveryChangesNothingOfIt(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := storetest.New(t, store.WithClock(clock.Now))
	must(t, s.Operator().PutTenant(t.Context(), "test", tenant.Tenant{ID: owner, Name: owner, Status: tenant.Active, TimeZone: "UTC", Region: "US"}))
	x := storetest.Furnish(t, s, owner, canary)
	scope := s.ForTenant(owner)
	clock.Advance(time.Hour) // what is made is due by the wall's clock
	stale, err := scope.ClaimDelivery(t.Context(), x.Done, "pending", time.Minute, 5)
	must(t, err)
	clock.Advance(2 * time.Minute)
	holder, err := scope.ClaimDelivery(t.Context(), x.Done, "pending", time.Minute, 5)
	must(t, err)
	settleStale(t, stale)

	entry := func(step, id string) request.LedgerEntry { return request.LedgerEntry{Step: step, RemoteID: id} }
	must(t, holder.Write(t.Context(), entry("contact", ""), entry("deal", "")))
	must(t, holder.Write(t.Context(), entry("contact", "1"), entry("deal", "2"), entry("call", "3"))) // each in its step's place
	before := pendingOf(t, scope, x.Done)
	if diff := cmp.Diff([]request.LedgerEntry{entry("contact", "1"), entry("deal", "2"), entry("call", "3")}, before.Ledger); diff != "" {
		t.Errorf("ledger (-want +got): %s", diff)
	}
	later := store.Settlement{State: request.DeliveryPending, DueAt: clock.Now(), Attempt: true, Entries: before.Ledger}
	must(t, holder.Settle(t.Context(), later, request.Event{Step: "push", Name: "delivery_pending"}))
	if again := pendingOf(t, scope, x.Done); again.Attempts != before.Attempts+1 {
		t.Errorf("%d attempts after a failure, %d before it", again.Attempts, before.Attempts)
	}
	holder, err = scope.ClaimDelivery(t.Context(), x.Done, "pending", time.Minute, 5)
	must(t, err)
	end := store.Settlement{State: request.DeliveryDone, Outcome: "created", Link: "https://crm.example.com/2", Calls: 3}
	must(t, holder.Settle(t.Context(), end, request.Event{Step: "push", Name: "delivery_done"}))
	after := pendingOf(t, scope, x.Done)
	if after.State != request.DeliveryDone || after.Synced != before.Revision || after.Outcome != end.Outcome || after.Link != end.Link || after.Calls != before.Calls+3 {
		t.Errorf("settled: %+v, before %+v", after, before)
	}
	settleStale(t, holder) // it gave the claim back
	_, err = scope.EraseRequest(t.Context(), x.Done)
	must(t, err)
	settleStale(t, holder) // the delivery is not there any more
}

// pendingOf returns the delivery that storetest.Furnish leaves pending.
func pendingOf(t *testing.T, scope *store.Scope, requestID string) request.Delivery {
	t.Helper()
	all, err := scope.Deliveries(t.Context(), requestID)
	must(t, err)
	for _, d := range all {
		if d.Destination == "pending" {
			return d
		}
	}
	t.Fatal("the delivery is gone")
	return request.Delivery{}
}
