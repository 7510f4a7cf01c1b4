package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/civil"
	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// What a role may not do is refused by Spanner in a real project, and here in its stead.
func TestAServiceInItsRoleMayDoItsOwnWorkOnly(t *testing.T) {
	t.Parallel()
	cfg := storetest.Config(t)
	cfg.Roles = store.UseRoles
	as := func(role string) *store.Store {
		s, err := store.Open(t.Context(), cfg, store.WithRole(role))
		must(t, err)
		t.Cleanup(s.Close)
		return s
	}
	api, webhook, analyze, notify := as("api"), as("webhook"), as("analyze"), as("notify")
	must(t, api.Operator().PutTenant(t.Context(), "test", tenant.Tenant{ID: demo, Name: "Demo", Status: tenant.Active}))
	in := call("CAL1")
	if got, err := webhook.ForTenant(demo).Accept(t.Context(), in); err != nil || got.Outcome != request.Accepted {
		t.Fatalf("the webhook's own work: %v, %v", got, err)
	}
	for what, try := range map[string]func(context.Context) error{
		"role webhook does not have privilege SELECT on table transcripts": func(ctx context.Context) error {
			_, err := webhook.ForTenant(demo).Transcript(ctx, in.Request.ID)
			return err
		},
		"role webhook does not have privilege SELECT on table jobs": func(ctx context.Context) error {
			_, err := webhook.Operator().DueJobs(ctx, 1)
			return err
		},
		"role notify does not have privilege SELECT on table quotas": func(ctx context.Context) error {
			_, err := notify.ForTenant(demo).TakeQuota(ctx, "forms", civil.DateOf(time.Now()), 1, 1)
			return err
		},
		"role analyze does not have privilege INSERT on table audit_log": func(ctx context.Context) error {
			return analyze.ForTenant(demo).Audit(ctx, "somebody", "nothing", "nobody")
		},
	} {
		if err := try(t.Context()); spanner.ErrCode(err) != codes.PermissionDenied || !strings.Contains(err.Error(), what) {
			t.Errorf("want %q, got %v", what, err)
		}
	}
}

func TestRolesThatAreOnlyMadeAreNotUsed(t *testing.T) {
	t.Parallel()
	cfg := storetest.Config(t)
	cfg.Roles = store.MakeRoles
	s, err := store.Open(t.Context(), cfg, store.WithRole("webhook"))
	must(t, err)
	t.Cleanup(s.Close)
	_, err = s.Operator().DueJobs(t.Context(), 1)
	must(t, err)
}
