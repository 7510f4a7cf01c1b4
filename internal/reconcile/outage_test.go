package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

var errAway = errors.New("unavailable")

// rail is a CallRail whose lists are the real client's, one call to a page, unless they fail.
type rail struct {
	*callrail.Client
	calls int   // that it knows of; every other one has a recording
	err   error // of every list
	state string
}

func (r rail) Calls(ctx context.Context, a callrail.Access, w callrail.Window) (callrail.Page, error) {
	if r.err != nil {
		return callrail.Page{}, r.err
	}
	return r.Client.Calls(ctx, a, w)
}

func (r rail) Forms(context.Context, callrail.Access, callrail.Window) (callrail.Page, error) {
	return callrail.Page{}, r.err
}

func (r rail) WebhookState(context.Context, callrail.Access) (string, error) { return r.state, nil }

// memory is a store that can be away for one method.
type memory struct {
	away     string // the method
	accepted []string
	handled  map[string]request.Handling // by call
	state    tenant.SourceState
	counts   []store.DayCount // of what arrived before
	added    []tenant.SourceCount
}

func (m *memory) failure(method string) error {
	if m.away == method {
		return errAway
	}
	return nil
}

func (m *memory) Known(_ context.Context, ids []string) (map[string]bool, error) {
	known := map[string]bool{}
	for _, external := range m.accepted {
		known[request.ID("tenant_a", request.NamespaceCall, external)] = true
	}
	return known, m.failure("Known")
}

func (m *memory) Accept(_ context.Context, in request.Intake) (request.Acceptance, error) {
	if err := m.failure("Accept"); err != nil {
		return request.Acceptance{}, err
	}
	outcome := request.Accepted
	if slices.Contains(m.accepted, in.Request.ExternalID) {
		outcome = request.Duplicate
	}
	m.accepted = append(m.accepted, in.Request.ExternalID)
	if m.handled == nil {
		m.handled = map[string]request.Handling{}
	}
	m.handled[in.Request.ExternalID] = in.Request.Handling
	return request.Acceptance{Outcome: outcome, Status: request.Received, Run: 1, Announce: outcome == request.Accepted}, nil
}

func (m *memory) SourceState(context.Context, string) (tenant.SourceState, error) {
	return m.state, m.failure("SourceState")
}

func (m *memory) PutSourceState(_ context.Context, _ string, state tenant.SourceState) error {
	if err := m.failure("PutSourceState"); err != nil {
		return err
	}
	m.state = state
	return nil
}

func (m *memory) SourceCounts(context.Context, string, time.Time, time.Time) ([]store.DayCount, error) {
	return m.counts, m.failure("SourceCounts")
}

func (m *memory) AddCounts(_ context.Context, counts []tenant.SourceCount) error {
	m.added = append(m.added, counts...)
	return m.failure("AddCounts")
}

// vault knows one key, or fails.
type vault struct{ err error }

func (v vault) Get(context.Context, string) (string, error) { return "k", v.err }

type mute struct{}

func (mute) Announce(context.Context, request.Status, string, string, int64) error { return errAway }

// stand is a tenant with one source beside stand-ins of everything.
type stand struct {
	memory *memory
	owner  *tenant.Tenant
	taker  *reconcile.Taker
	poller *reconcile.Poller
}

func newStand(t *testing.T, k rail) *stand {
	t.Helper()
	known := &tracker{}
	for n := range k.calls {
		recording := `,"recording_duration":""`
		if n%2 == 0 {
			recording = ""
		}
		known.calls = append(known.calls, callJSON(fmt.Sprintf("CAL%d", n+1), recording))
	}
	k.Client = known.client(t)
	s := &stand{memory: &memory{}, owner: &tenant.Tenant{
		ID: "tenant_a", Status: tenant.Active, Region: "US", Sources: []tenant.Source{{
			ID: "callrail", Kind: tenant.SourceCallRail, Status: tenant.Active, AccountID: "ACC1", CompanyResourceID: "COM1", APIKeySecret: "key",
		}},
	}}
	s.taker = &reconcile.Taker{
		CallRail: k, Secrets: vault{}, Announcer: &announcer{}, Now: func() time.Time { return noon },
		Store: func(string) reconcile.Store { return s.memory },
	}
	s.poller = &reconcile.Poller{
		Config: reconcile.Config{Every: time.Minute, First: time.Hour, Longest: 24 * time.Hour},
		Taker:  s.taker, Tenants: directory{s.owner}, Counts: s.memory,
	}
	return s
}

// What CallRail was not asked for, or what could not be kept, must be asked for again: a window
// that is passed over is a customer who is lost.
func TestAWindowIsPassedOnlyWhenEverythingOfItIsKept(t *testing.T) {
	t.Parallel()
	for _, away := range []string{"", "SourceState", "Known", "Accept", "AddCounts"} {
		s := newStand(t, rail{calls: 4, state: "active"})
		s.memory.away = away
		must(t, s.poller.Poll(t.Context()))
		if passed := !s.memory.state.PolledUntil.IsZero(); passed != (away == "") {
			t.Errorf("%q is away: passed is %t", away, passed)
		}
		if away == "" {
			continue
		}
		s.memory.away = ""
		s.taker.Now = func() time.Time { return noon.Add(time.Hour) }
		must(t, s.poller.Poll(t.Context()))
		if want := []string{"CAL1", "CAL2", "CAL3", "CAL4"}; !cmp.Equal(want, slices.Compact(slices.Sorted(slices.Values(s.memory.accepted)))) {
			t.Errorf("%q was away: taken in %v", away, s.memory.accepted)
		}
	}
}

func TestWhatCannotBeAnnouncedIsTakenInAllTheSame(t *testing.T) {
	t.Parallel()
	s := newStand(t, rail{calls: 2})
	s.taker.Announcer = mute{}
	must(t, s.poller.Poll(t.Context()))
	if len(s.memory.accepted) != 2 || s.memory.state.PolledUntil.IsZero() {
		t.Errorf("taken in %v, %+v", s.memory.accepted, s.memory.state)
	}
}

func TestPeopleAreToldWhatIsWrongWithASource(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rail  rail
		vault vault
		want  tenant.SourceState
	}{
		"webhooks that CallRail turned off": {rail{state: "disabled"}, vault{}, tenant.SourceState{Webhooks: "disabled"}},
		"webhooks that it does not show":    {rail{}, vault{}, tenant.SourceState{Webhooks: "none"}},
		"no key":                            {rail{}, vault{secret.ErrNotFound}, tenant.SourceState{Problem: "The API key is missing."}},
		"no answer of the vault":            {rail{}, vault{errAway}, tenant.SourceState{}},
		"a key of somebody else":            {rail{err: callrail.ErrForeignCompany}, vault{}, tenant.SourceState{Problem: "The API key does not see the account or the company."}},
		"no such account":                   {rail{err: callrail.ErrNotFound}, vault{}, tenant.SourceState{Problem: "The API key does not see the account or the company."}},
		"a query that is refused":           {rail{err: callrail.ErrRejected}, vault{}, tenant.SourceState{Problem: "CallRail refuses to list the company's calls."}},
		"too many questions":                {rail{err: &callrail.RateLimitedError{}}, vault{}, tenant.SourceState{}},
		"something of our own":              {rail{err: errAway}, vault{}, tenant.SourceState{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, tt.rail)
			s.taker.Secrets = tt.vault
			must(t, s.poller.Poll(t.Context()))
			tt.want.PolledAt = noon
			if tt.rail.err == nil && tt.vault.err == nil {
				tt.want.PolledUntil = noon
			}
			if diff := cmp.Diff(tt.want, s.memory.state); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestASourceThatIsNotUsedIsNotAsked(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*stand){
		"of a suspended tenant": func(s *stand) { s.owner.Status = tenant.Suspended },
		"suspended itself":      func(s *stand) { s.owner.Sources[0].Status = tenant.Suspended },
		"without a key":         func(s *stand) { s.owner.Sources[0].APIKeySecret = "" },
		"of another kind":       func(s *stand) { s.owner.Sources[0].Kind = tenant.SourceForm },
		"while polls are off":   func(s *stand) { s.poller.Config.Every = 0 },
	} {
		s := newStand(t, rail{calls: 2})
		change(s)
		must(t, s.poller.Poll(t.Context()))
		if len(s.memory.accepted) > 0 || !s.memory.state.PolledAt.IsZero() {
			t.Errorf("%s: it was asked", name)
		}
	}
}

func TestAnImportWaitsFailsOrGoesOn(t *testing.T) {
	t.Parallel()
	order, err := reconcile.Order{SourceID: "callrail", From: noon.AddDate(0, 0, -7), To: noon}.Input()
	must(t, err)
	permanent := func(err error) bool {
		var p *stage.PermanentError
		return errors.As(err, &p)
	}
	for name, tt := range map[string]struct {
		change func(*stand)
		input  string // empty: the order
		wait   time.Time
		fails  bool // for good
		again  bool
	}{
		"CallRail asks for a pause":  {change: func(s *stand) { s.taker.CallRail = rail{err: &callrail.RateLimitedError{RetryAt: noon.Add(time.Hour)}} }, wait: noon.Add(time.Hour)},
		"the pipeline catches up":    {change: func(*stand) {}, wait: noon.Add(time.Second)},
		"the key is refused":         {change: func(s *stand) { s.taker.CallRail = rail{err: callrail.ErrUnauthorized} }, fails: true},
		"the source is gone":         {change: func(s *stand) { s.owner.Sources = nil }, fails: true},
		"the order cannot be read":   {change: func(*stand) {}, input: `[]`, fails: true},
		"CallRail is away":           {change: func(s *stand) { s.taker.CallRail = rail{err: callrail.ErrTransient} }, again: true},
		"the store is away":          {change: func(s *stand) { s.memory.away = "Accept" }, again: true},
		"the store does not compare": {change: func(s *stand) { s.memory.away = "Known" }, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, rail{calls: 2})
			tt.change(s)
			input := order
			if tt.input != "" {
				input = []byte(tt.input)
			}
			importer := &reconcile.Importer{Taker: s.taker, Tenants: directory{s.owner}, PerMinute: 60}
			piece, err := importer.Work(t.Context(), &job.Job{TenantID: "tenant_a", ID: "job_1", Input: input, CreatedAt: noon})
			if permanent(err) != tt.fails || (err != nil) != (tt.fails || tt.again) || !piece.Wait.Equal(tt.wait) {
				t.Errorf("waits until %s, %v", piece.Wait, err)
			}
		})
	}
}

func TestALongHistoryIsEstimatedFromItsFirstPages(t *testing.T) {
	t.Parallel()
	s := newStand(t, rail{calls: 200})
	importer := &reconcile.Importer{Taker: s.taker, Tenants: directory{s.owner}}
	got, err := importer.Estimate(t.Context(), s.owner, reconcile.Order{SourceID: "callrail", From: noon.AddDate(0, -1, 0), To: noon})
	if want := (reconcile.Estimate{Calls: 200, Recorded: 100, Seconds: 6000}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	s.taker.CallRail = rail{err: &callrail.RateLimitedError{}}
	if _, err := importer.Estimate(t.Context(), s.owner, reconcile.Order{SourceID: "callrail", To: noon}); err == nil || !strings.Contains(err.Error(), "Try again later.") {
		t.Errorf("got %v", err)
	}
	s.taker.CallRail = rail{err: callrail.ErrTransient}
	if _, err := importer.Estimate(t.Context(), s.owner, reconcile.Order{SourceID: "callrail", To: noon}); !errors.Is(err, callrail.ErrTransient) {
		t.Errorf("got %v", err)
	}
}

func TestAPollsConfigIsChecked(t *testing.T) {
	t.Parallel()
	good := reconcile.Config{First: time.Hour, Longest: time.Hour, PerMinute: 1}
	must(t, good.Validate())
	for name, change := range map[string]func(*reconcile.Config){
		"EVERY":   func(c *reconcile.Config) { c.Every = -1 },
		"SETTLE":  func(c *reconcile.Config) { c.Settle = -1 },
		"OVERLAP": func(c *reconcile.Config) { c.Overlap = -1 },
		"FIRST":   func(c *reconcile.Config) { c.First = 0 },
		"LONGEST": func(c *reconcile.Config) { c.Longest-- },
		"MINUTE":  func(c *reconcile.Config) { c.PerMinute = 0 },
	} {
		bad := good
		change(&bad)
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
