package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cloud.google.com/go/spanner/apiv1/spannerpb"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const other = "tenant_other"

func TestAPauseIsOneTenantsOrEverybodys(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	mine, theirs, all := s.ForTenant(demo), s.ForTenant(other), s.Operator()
	own := tenant.Pause{TenantID: demo, Subject: tenant.PauseStep("push"), Reason: "moving to another CRM", Actor: "ann"}
	stolen := own
	stolen.TenantID = other // a scope names its own tenant, whatever it is told
	must(t, mine.PutPause(t.Context(), stolen))
	own.Until = time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	must(t, mine.PutPause(t.Context(), own))
	global := tenant.Pause{TenantID: tenant.AllTenants, Subject: tenant.PauseAll, Reason: "restore", Actor: "bob"}
	must(t, all.PutPause(t.Context(), global))

	ignored := cmpopts.IgnoreFields(tenant.Pause{}, "CreatedAt")
	for name, test := range map[string]struct {
		read func() ([]tenant.Pause, error)
		want []tenant.Pause
	}{
		"the tenant's own": {func() ([]tenant.Pause, error) { return mine.Pauses(t.Context()) }, []tenant.Pause{own}},
		"another's":        {func() ([]tenant.Pause, error) { return theirs.Pauses(t.Context()) }, nil},
		"everybody's":      {func() ([]tenant.Pause, error) { return all.Pauses(t.Context()) }, []tenant.Pause{global}},
	} {
		got, err := test.read()
		must(t, err)
		if diff := cmp.Diff(test.want, got, ignored); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if err := theirs.DeletePause(t.Context(), "eve", own.Subject); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another's pause: got %v, want ErrNotFound", err)
	}
	must(t, mine.DeletePause(t.Context(), "ann", own.Subject))
	must(t, all.DeletePause(t.Context(), "bob", global.Subject))
	tenants, err := all.Tenants(t.Context())
	must(t, err)
	if slices.ContainsFunc(tenants, func(t tenant.Tenant) bool { return len(t.Pauses) > 0 }) {
		t.Errorf("after the end: %+v", tenants)
	}
}

// A pause that is gone cannot be ended again, so that its lines must be there before.
func TestEverybodysPauseStaysUntilItsEndIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	cfg, failing := storetest.Config(t), atomic.Bool{}
	s, err := store.Open(t.Context(), cfg, store.WithClient(option.WithGRPCDialOption(grpc.WithChainUnaryInterceptor(
		func(ctx context.Context, method string, in, out any, cc *grpc.ClientConn, next grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			if commit, ok := in.(*spannerpb.CommitRequest); ok && failing.Load() && strings.Contains(commit.String(), "audit_log") {
				return status.Error(codes.PermissionDenied, "the log cannot be written")
			}
			return next(ctx, method, in, out, cc, opts...)
		}))))
	must(t, err)
	t.Cleanup(s.Close)
	all := s.Operator()
	must(t, all.PutTenant(t.Context(), "test", tenant.Tenant{ID: demo, Name: demo, Status: tenant.Active, TimeZone: "UTC", Region: "US"}))
	must(t, all.PutPause(t.Context(), tenant.Pause{Subject: tenant.PauseAll, Actor: "bob"}))
	failing.Store(true)
	if err := all.DeletePause(t.Context(), "bob", tenant.PauseAll); err == nil {
		t.Error("no error though the log cannot be written")
	}
	failing.Store(false)
	must(t, all.DeletePause(t.Context(), "bob", tenant.PauseAll))
	lines, _, err := s.ForTenant(demo).AuditLog(t.Context(), store.AuditFilter{Action: "platform_pause.delete", Limit: 10})
	must(t, err)
	if len(lines) != 1 {
		t.Errorf("got %d lines, want one", len(lines))
	}
	if err := all.DeletePause(t.Context(), "bob", tenant.PauseAll); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("once more: got %v, want ErrNotFound", err)
	}
}

// dueIDs returns what is due, in order.
func dueIDs(due []store.Due) []string {
	var ids []string
	for _, d := range due {
		ids = append(ids, d.RequestID+d.Destination)
	}
	slices.Sort(ids)
	return ids
}

func TestSweepLeavesWhatIsPausedAsItIsAndStarvesNobody(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope := s.ForTenant(demo)
	for _, id := range []string{"CAL1", "CAL2", "CAL3"} { // the older ones, which are held back
		accept(t, scope, call(id))
	}
	clock.Advance(time.Second)
	form := call("FRM1")
	form.Request.Kind = request.Form // starts at transcribed
	accept(t, scope, form)
	theirs := call("CAL1")
	accept(t, s.ForTenant(other), theirs)
	clock.Advance(time.Hour)

	paused := tenant.Pause{Subject: tenant.PauseStep("transcribe"), Actor: "ann", Until: clock.Now().Add(time.Hour)}
	must(t, scope.PutPause(t.Context(), paused))
	due, err := s.Operator().TakeDue(t.Context(), 2) // fewer than wait
	must(t, err)
	want := []string{form.Request.ID, theirs.Request.ID}
	slices.Sort(want)
	if diff := cmp.Diff(want, dueIDs(due)); diff != "" {
		t.Errorf("while one step is paused (-want +got):\n%s", diff)
	}
	must(t, s.Operator().PutPause(t.Context(), tenant.Pause{Subject: tenant.PauseAll, Actor: "bob"}))
	clock.Advance(time.Hour) // the step's own pause ends by itself
	if due, err := s.Operator().TakeDue(t.Context(), 10); err != nil || len(due) > 0 {
		t.Errorf("while all is paused: got %v, %v", due, err)
	}
	must(t, s.Operator().DeletePause(t.Context(), "bob", tenant.PauseAll))
	due, err = s.Operator().TakeDue(t.Context(), 10)
	must(t, err)
	if len(due) != 5 {
		t.Errorf("one sweep after the end: got %v, want all five", dueIDs(due))
	}
	clock.Advance(time.Minute + time.Second) // the first backoff: the pause has not made it longer
	if due, err := s.Operator().TakeDue(t.Context(), 10); err != nil || len(due) < 3 {
		t.Errorf("one backoff later: got %v, %v", dueIDs(due), err)
	}
}

func TestPausedDeliveriesAreNotAnnounced(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope, in := s.ForTenant(demo), call("FRM1")
	in.Request.Kind = request.Form
	accept(t, scope, in)
	claim, err := scope.Claim(t.Context(), wanted(in, request.Transcribed))
	must(t, err)
	claims, err := claim.PlanDeliveries(t.Context(), []store.Plan{
		{Destination: "hubspot", Connector: "hubspot", Defer: "paused"}, {Destination: "custom", Connector: "custom"},
	}, time.Minute)
	must(t, err)
	if len(claims) != 1 || claims[0].Delivery.Destination != "custom" {
		t.Fatalf("claimed: got %d, want the one that is not deferred", len(claims))
	}
	got, err := scope.Deliveries(t.Context(), in.Request.ID)
	must(t, err)
	if d := got[1]; d.State != request.DeliveryPending || d.DueAt.IsZero() || d.Attempts != 0 || d.Error != "paused" {
		t.Errorf("the deferred one: got %+v, want it pending and due", d)
	}
	clock.Advance(time.Hour)
	for subject, want := range map[string][]string{
		tenant.PauseDestination("hubspot"): {in.Request.ID, in.Request.ID + "custom"},
		tenant.PauseStep("push"):           {in.Request.ID},
		tenant.PauseAll:                    nil,
		"":                                 {in.Request.ID, in.Request.ID + "custom", in.Request.ID + "hubspot"},
	} {
		if subject != "" {
			must(t, scope.PutPause(t.Context(), tenant.Pause{Subject: subject, Actor: "ann"}))
		}
		due, err := s.Operator().TakeDue(t.Context(), 10)
		must(t, err)
		if diff := cmp.Diff(want, dueIDs(due)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", subject, diff)
		}
		if subject != "" {
			must(t, scope.DeletePause(t.Context(), "ann", subject))
		}
		clock.Advance(24 * time.Hour)
	}
}
