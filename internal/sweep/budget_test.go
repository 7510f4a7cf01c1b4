package sweep_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/sweep"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// spender is a tenant with a budget of 100 dollars, and who watches it.
type spender struct {
	store   *store.Store
	tenant  tenant.Tenant
	calls   int
	now     time.Time
	budgets *sweep.Budgets
}

func (s *spender) All() []*tenant.Tenant { return []*tenant.Tenant{&s.tenant} }

func newSpender(t *testing.T, onLimit string) *spender {
	t.Helper()
	s := &spender{store: storetest.New(t), tenant: tenant.Tenant{
		ID: "tenant_demo", Name: "Demo", Status: tenant.Active, TimeZone: "UTC", Region: "US",
		Settings: tenant.Settings{Budget: tenant.Budget{MonthlyUSD: 100, OnLimit: onLimit}},
	}}
	must(t, s.store.Operator().PutTenant(t.Context(), "test", s.tenant))
	s.budgets = &sweep.Budgets{Store: s.store, Tenants: s, Now: func() time.Time { return s.now }}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// spend stores a call that cost so much, and sets the clock to when it was received.
func (s *spender) spend(t *testing.T, usd float64) {
	t.Helper()
	s.calls++
	scope, external := s.store.ForTenant(s.tenant.ID), fmt.Sprintf("CAL%d", s.calls)
	r := &request.Request{
		TenantID: s.tenant.ID, ID: request.ID(s.tenant.ID, request.NamespaceCall, external), Kind: request.Call,
		Namespace: request.NamespaceCall, ExternalID: external,
	}
	_, err := scope.Accept(t.Context(), request.Intake{Request: r, Body: []byte("{}"), BodyHash: external})
	must(t, err)
	claim, err := scope.Claim(t.Context(), stage.Wanted{RequestID: r.ID, Run: 1, From: request.Received, Lease: time.Minute, Limit: 3})
	must(t, err)
	claim.Request.CostUSD = usd
	must(t, claim.Advance(t.Context(), request.Transcribed, stage.Result{}, request.Event{Step: "transcribe", Name: "done"}))
	s.now = claim.Request.ReceivedAt
}

// check looks at the budget with the tenant as a directory would have it, and returns what is
// paused then.
func (s *spender) check(t *testing.T) map[string]string {
	t.Helper()
	s.budgets.Check(t.Context())
	all, err := s.store.ForTenant(s.tenant.ID).Pauses(t.Context())
	must(t, err)
	s.tenant.Pauses = all
	paused := map[string]string{}
	for _, p := range all {
		paused[p.Subject] = p.Actor
	}
	return paused
}

// told returns what the audit log says of the budget, but for pauses.
func (s *spender) told(t *testing.T) []string {
	t.Helper()
	lines, _, err := s.store.ForTenant(s.tenant.ID).AuditLog(t.Context(), store.AuditFilter{Limit: 100})
	must(t, err)
	var told []string
	for _, line := range slices.Backward(lines) {
		if line.Actor == "budget" && line.Action != "pause.put" && line.Action != "pause.delete" {
			told = append(told, line.Action)
		}
	}
	return told
}

func TestPeopleAreWarnedOnceAndToldOnceWhenABudgetIsUsedUp(t *testing.T) {
	t.Parallel()
	s := newSpender(t, "")
	s.spend(t, 79)
	s.check(t)
	if got := s.told(t); got != nil {
		t.Errorf("at 79 of 100: %v", got)
	}
	s.spend(t, 1)
	s.check(t)
	s.check(t)
	s.budgets = &sweep.Budgets{Store: s.store, Tenants: s, Now: s.budgets.Now} // another instance
	s.check(t)
	if diff := cmp.Diff([]string{"budget.warning"}, s.told(t)); diff != "" {
		t.Errorf("at 80 of 100: %s", diff)
	}
	s.spend(t, 20)
	for range 2 {
		if paused := s.check(t); len(paused) != 0 {
			t.Errorf("the tenant wants only to be told; paused: %v", paused)
		}
	}
	if diff := cmp.Diff([]string{"budget.warning", "budget.exceeded"}, s.told(t)); diff != "" {
		t.Errorf("at 100 of 100: %s", diff)
	}
}

func TestAUsedUpBudgetHoldsBackWhatTheTenantChoseUntilThereIsMore(t *testing.T) {
	t.Parallel()
	for onLimit, subject := range map[string]string{tenant.OnLimitRules: "model", tenant.OnLimitPause: "step:transcribe"} {
		t.Run(onLimit, func(t *testing.T) {
			t.Parallel()
			s := newSpender(t, onLimit)
			s.spend(t, 99.99)
			if got := s.check(t); len(got) != 0 {
				t.Errorf("at 99.99 of 100: %v", got)
			}
			s.spend(t, .01)
			for range 2 {
				if diff := cmp.Diff(map[string]string{subject: "budget"}, s.check(t)); diff != "" {
					t.Fatalf("at 100 of 100: %s", diff)
				}
			}
			month := cost.MonthOf(s.now, time.UTC)
			if p := s.tenant.Pauses[0]; !p.Until.Equal(month.End) || p.Reason != "monthly budget used up" {
				t.Errorf("got %+v, want until %s", p, month.End)
			}
			s.tenant.Settings.Budget.MonthlyUSD = 200
			if got := s.check(t); len(got) != 0 {
				t.Errorf("with a limit of 200: %v", got)
			}
			s.tenant.Settings.Budget.MonthlyUSD = 50
			s.check(t)
			s.now = month.End
			if got := s.check(t); len(got) != 0 {
				t.Errorf("in the next month: %v", got)
			}
		})
	}
}

func TestAnotherChoiceOrNoBudgetEndsTheBudgetsPause(t *testing.T) {
	t.Parallel()
	s := newSpender(t, tenant.OnLimitPause)
	s.spend(t, 100)
	s.check(t)
	s.tenant.Settings.Budget.OnLimit = tenant.OnLimitRules
	if diff := cmp.Diff(map[string]string{"model": "budget"}, s.check(t)); diff != "" {
		t.Errorf("with another choice: %s", diff)
	}
	s.tenant.Settings.Budget = tenant.Budget{}
	if got := s.check(t); len(got) != 0 {
		t.Errorf("without a budget: %v", got)
	}
}

func TestWhatAPersonPausedIsNotTheBudgets(t *testing.T) {
	t.Parallel()
	s := newSpender(t, tenant.OnLimitRules)
	scope := s.store.ForTenant(s.tenant.ID)
	must(t, scope.PutPause(t.Context(), tenant.Pause{Subject: "model", Reason: "trial", Actor: "ann"}))
	s.spend(t, 100)
	if diff := cmp.Diff(map[string]string{"model": "ann"}, s.check(t)); diff != "" {
		t.Errorf("used up: %s", diff)
	}
	must(t, scope.DeletePause(t.Context(), "ann", "model"))
	if diff := cmp.Diff(map[string]string{"model": "budget"}, s.check(t)); diff != "" {
		t.Errorf("after the person resumed: %s", diff)
	}
	must(t, scope.PutPause(t.Context(), tenant.Pause{Subject: "all", Reason: "trial", Actor: "ann"}))
	s.tenant.Settings.Budget.MonthlyUSD = 200
	if diff := cmp.Diff(map[string]string{"all": "ann"}, s.check(t)); diff != "" {
		t.Errorf("with a higher limit: %s", diff)
	}
}

func TestATenantIsLookedAtOnceInAWhile(t *testing.T) {
	t.Parallel()
	s := newSpender(t, tenant.OnLimitRules)
	s.budgets.Every = 5 * time.Minute
	s.spend(t, 1)
	start := s.now
	s.check(t)
	s.spend(t, 100)
	s.now = start.Add(5*time.Minute - time.Second)
	if got := s.check(t); len(got) != 0 {
		t.Errorf("before its turn: %v", got)
	}
	s.now = start.Add(5 * time.Minute)
	if got := s.check(t); len(got) != 1 && cost.MonthOf(start, time.UTC) == cost.MonthOf(s.now, time.UTC) {
		t.Errorf("at its turn: %v", got)
	}
}
