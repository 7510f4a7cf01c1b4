package store_test

import (
	"context"
	"testing"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// fails calls something again and again, and lets one message more through each time, until
// it needs no more: it must fail each time but the last, and with the database's own error,
// by which the client knows what to repeat.
func fails(t *testing.T, o *storetest.Outage, name string, call func(context.Context) error) {
	t.Helper()
	const most = 60
	for through := range most {
		o.Begin(through)
		err := call(t.Context())
		if !o.End() {
			if through == 0 {
				t.Errorf("%s asks the database nothing", name)
			}
			return
		}
		if err == nil {
			t.Errorf("%s does not say that message %d failed", name, through+1)
		} else if spanner.ErrCode(err) != codes.PermissionDenied {
			t.Errorf("%s hides the database's error of message %d: %v", name, through+1, err)
		}
	}
	t.Errorf("%s needs more than %d messages", name, most)
}

func TestNoFailureOfTheDatabaseIsHidden(t *testing.T) {
	t.Parallel()
	out := &storetest.Outage{}
	s := storetest.New(t, out.Option())
	x := storetest.Furnish(t, s, owner, canary)
	for name, m := range methods {
		if m.private {
			continue
		}
		fails(t, out, name, func(ctx context.Context) error {
			_, err := m.call(ctx, s.ForTenant(owner), x)
			return err
		})
		if m.changes {
			x = storetest.Furnish(t, s, owner, canary)
		}
	}
	for name, call := range operations(s) {
		fails(t, out, name, call)
	}
	for name, call := range claims(t, s) {
		fails(t, out, name, call)
	}
}

// operations are what spans tenants.
func operations(s *store.Store) map[string]func(context.Context) error {
	o := s.Operator()
	letter := store.DeadLetter{ID: "dl_fault", TenantID: owner}
	return map[string]func(context.Context) error{
		"AddCounts": func(ctx context.Context) error {
			return o.AddCounts(ctx, []tenant.SourceCount{{TenantID: owner, SourceID: "callrail", Outcome: "accepted", Reason: "post_call", Count: 1, LastAt: time.Now()}})
		},
		"KeepDeadLetter": func(ctx context.Context) error {
			_, err := o.KeepDeadLetter(ctx, letter)
			return err
		},
		"Letters of all tenants": func(ctx context.Context) error {
			_, err := o.DeadLetters(ctx, store.LetterFilter{State: store.LetterOpen, Limit: 10})
			return err
		},
		"DueJobs": func(ctx context.Context) error {
			_, err := o.DueJobs(ctx, 10)
			return err
		},
		"Pauses of all tenants": func(ctx context.Context) error {
			_, err := o.Pauses(ctx)
			return err
		},
		"PutPause for all tenants": func(ctx context.Context) error {
			return o.PutPause(ctx, tenant.Pause{Subject: tenant.PauseModel, Reason: "x", Actor: "ann"})
		},
		"StatsByTenant": func(ctx context.Context) error {
			_, err := o.StatsByTenant(ctx, aroundNow())
			return err
		},
		"Tenants": func(ctx context.Context) error {
			_, err := o.Tenants(ctx)
			return err
		},
		"PutTenant": func(ctx context.Context) error {
			return o.PutTenant(ctx, "ann", tenant.Tenant{ID: "tenant_put", Name: "plain", Status: tenant.Active, TimeZone: "UTC", Region: "US"})
		},
		"CreateTenant": func(ctx context.Context) error {
			return o.CreateTenant(ctx, "ann", tenant.Tenant{ID: "tenant_created", Name: "plain", Status: tenant.Active, TimeZone: "UTC", Region: "US"})
		},
		"TakeDue": func(ctx context.Context) error {
			_, err := o.TakeDue(ctx, 10)
			return err
		},
	}
}

// claims are what a worker does with what it holds, in an order in which all can be done.
func claims(t *testing.T, s *store.Store) map[string]func(context.Context) error {
	t.Helper()
	scope := s.ForTenant(owner)
	claim := func() *store.Claim {
		x := storetest.Furnish(t, s, owner, canary)
		c, err := scope.Claim(t.Context(), stage.Wanted{RequestID: x.Fresh, Run: 1, From: request.Received, Lease: time.Hour, Limit: 5})
		must(t, err)
		return c
	}
	held, advanced, postponed, failed := claim(), claim(), claim(), claim()
	x := storetest.Furnish(t, s, owner, canary)
	delivery, err := scope.ClaimDelivery(t.Context(), x.Done, "pending", time.Hour, 5)
	must(t, err)
	long, err := s.Operator().ClaimJob(t.Context(), job.Ref{TenantID: owner, ID: x.Job}, time.Hour)
	must(t, err)
	lease, err := scope.Lock(t.Context(), "fault", time.Hour)
	must(t, err)
	done := request.Event{Step: "transcribe", Name: "done"}
	return map[string]func(context.Context) error{
		"Claim.Renew":      func(ctx context.Context) error { return held.Renew(ctx, time.Hour) },
		"Claim.Checkpoint": func(ctx context.Context) error { return held.Checkpoint(ctx, held.Request) },
		"Claim.Notified": func(ctx context.Context) error {
			return held.Notified(ctx, request.Notice{Channel: "slack:x", SentAt: time.Now()})
		},
		"Claim.PlanDeliveries": func(ctx context.Context) error {
			_, err := held.PlanDeliveries(ctx, []store.Plan{{Destination: "hubspot", Connector: "hubspot"}}, time.Hour)
			return err
		},
		"Claim.Advance": func(ctx context.Context) error {
			return advanced.Advance(ctx, request.Transcribed, stage.Result{
				Transcript: &request.Transcript{Origin: request.OriginNone}, Analysis: &request.Analysis{}, People: x.Keys,
			}, done)
		},
		"Claim.Postpone": func(ctx context.Context) error {
			return postponed.Postpone(ctx, time.Now().Add(time.Hour), "no recording yet", false, done)
		},
		"Claim.Fail":          func(ctx context.Context) error { return failed.Fail(ctx, "it was told to", done) },
		"DeliveryClaim.Renew": func(ctx context.Context) error { return delivery.Renew(ctx, time.Hour) },
		"DeliveryClaim.Contact": func(ctx context.Context) error {
			_, err := delivery.Contact(ctx, x.Keys)
			return err
		},
		"DeliveryClaim.Write": func(ctx context.Context) error {
			return delivery.Write(ctx, request.LedgerEntry{Step: "contact", RemoteID: "7", At: time.Now()})
		},
		"JobClaim.Renew": func(ctx context.Context) error { return long.Renew(ctx, time.Hour) },
		"JobClaim.Save":  func(ctx context.Context) error { return long.Save(ctx, job.Update{State: job.Running}) },
		"Lease.Unlock":   func(ctx context.Context) error { return lease.Unlock(ctx, "a note") },
	}
}
