package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// counted is a request for statistics.
type counted struct {
	tenant, source, intent string
	score                  int // below 0: not analysed
	at                     string
	usd, speechUSD         float64
}

// put stores the requests as if the pipeline had worked on them.
func put(t *testing.T, s *store.Store, all []counted) {
	t.Helper()
	for i, c := range all {
		in := call(fmt.Sprintf("CAL%d", i))
		in.Request.TenantID, in.Request.Details.Source = c.tenant, c.source
		scope := s.ForTenant(c.tenant)
		_, err := scope.Accept(t.Context(), in)
		must(t, err)
		claim, err := scope.Claim(t.Context(), wanted(in, request.Received))
		must(t, err)
		claim.Request.CostUSD, claim.Request.CostParts.SpeechUSD = c.usd, c.speechUSD
		if c.score >= 0 {
			claim.Request.Intent, claim.Request.LeadScore, claim.Request.ScoreBand = c.intent, c.score, request.BandOf(c.score)
		}
		must(t, claim.Advance(t.Context(), request.Transcribed, stage.Result{}, request.Event{Step: "transcribe", Name: "done"}))
		at, err := time.Parse(time.RFC3339, c.at)
		must(t, err)
		must(t, scope.ReceivedAt(t.Context(), in.Request.ID, at))
	}
}

// november is a month of Denver: it begins at 06:00 UTC, when summer time is still on.
func november(t *testing.T) store.Range {
	t.Helper()
	denver, err := time.LoadLocation("America/Denver")
	must(t, err)
	return store.Range{
		From: time.Date(2025, 11, 1, 0, 0, 0, 0, denver), To: time.Date(2025, 12, 1, 0, 0, 0, 0, denver), Zone: "America/Denver",
	}
}

func newStats(t *testing.T) *store.Store {
	t.Helper()
	s, _ := newStore(t)
	put(t, s, []counted{
		{demo, "Google Ads", "quote_request", 90, "2025-11-01T06:00:00Z", .05, .04}, // the first moment
		{demo, "Google Ads", "quote_request", 60, "2025-11-02T05:59:59Z", .06, .04}, // still the 1st in Denver, in summer time
		{demo, "Google Ads", "spam", 5, "2025-11-03T06:59:59Z", .01, 0},
		{demo, "", "", -1, "2025-12-01T06:59:59Z", .02, .02},                      // the last second
		{demo, "Google Ads", "appointment", 99, "2025-12-01T07:00:00Z", 7, 7},     // December
		{demo, "Google Ads", "appointment", 99, "2025-11-01T05:59:59Z", 7, 7},     // October
		{"tenant_other", "Canary", "canary", 99, "2025-11-02T12:00:00Z", 100, 90}, // a neighbour's
	})
	return s
}

func TestStatisticsAreThoseOfTheRangeTheZoneAndTheTenant(t *testing.T) {
	t.Parallel()
	s := newStats(t)
	total := store.Figures{Requests: 4, Analyzed: 3, LeadScore: 150, Hot: 1, Warm: 1, Answered: 4, AnsweredLeads: 2, CostMicros: 140_000, SpeechMicros: 100_000}
	for by, want := range map[store.Grouping]map[string]int64{
		store.ByNothing:     {"": 4},
		store.ByDay:         {"2025-11-01": 2, "2025-11-02": 1, "2025-11-30": 1},
		store.BySource:      {"Google Ads": 3, "": 1},
		store.ByIntent:      {"quote_request": 2, "spam": 1, "": 1},
		store.ByScoreBand:   {"hot": 1, "warm": 1, "none": 1, "": 1},
		store.ByProjectType: {"": 4},
		store.ByCRMState:    {"none": 4},
		store.ByKind:        {"call": 4},
		store.ByStatus:      {"transcribed": 4},
	} {
		got, err := s.ForTenant(demo).Stats(t.Context(), by, november(t))
		must(t, err)
		counts := map[string]int64{}
		for _, g := range got.Groups {
			counts[g.Key] = g.Requests
		}
		if diff := cmp.Diff(want, counts); diff != "" {
			t.Errorf("by %q: %s", by, diff)
		}
		if diff := cmp.Diff(total, got.Total); diff != "" {
			t.Errorf("total by %q: %s", by, diff)
		}
	}
	days, err := s.ForTenant(demo).Stats(t.Context(), store.ByDay, november(t))
	must(t, err)
	if days.Groups[0].Key != "2025-11-01" || days.Groups[0].CostMicros != 110_000 || days.Groups[0].Leads() != 2 {
		t.Errorf("first day: got %+v", days.Groups[0])
	}
	if _, err := s.ForTenant(demo).Stats(t.Context(), "tenant_id", november(t)); err == nil {
		t.Error("an unknown grouping was accepted")
	}
}

func TestSpentIsTheSumOfTheRange(t *testing.T) {
	t.Parallel()
	s := newStats(t)
	for tenantID, want := range map[string]float64{demo: .14, "tenant_other": 100, "nobody": 0} {
		if got, err := s.ForTenant(tenantID).SpentUSD(t.Context(), november(t)); err != nil || got != want {
			t.Errorf("%s: got %v, %v; want %v", tenantID, got, err, want)
		}
	}
}

func TestTheOperatorSeesALineForEachTenant(t *testing.T) {
	t.Parallel()
	s := newStats(t)
	got, err := s.Operator().StatsByTenant(t.Context(), november(t))
	must(t, err)
	want := []store.TenantFigures{
		{TenantID: demo, Name: demo, Status: "active", Figures: store.Figures{
			Requests: 4, Analyzed: 3, LeadScore: 150, Hot: 1, Warm: 1, Answered: 4, AnsweredLeads: 2, CostMicros: 140_000, SpeechMicros: 100_000,
		}},
		{TenantID: "tenant_other", Name: "tenant_other", Status: "active", Figures: store.Figures{
			Requests: 1, Analyzed: 1, LeadScore: 99, Hot: 1, Answered: 1, AnsweredLeads: 1, CostMicros: 100_000_000, SpeechMicros: 90_000_000,
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	empty, err := s.Operator().StatsByTenant(t.Context(), store.Range{From: time.Unix(0, 0), To: time.Unix(1, 0)})
	must(t, err)
	if len(empty) != 2 || empty[0].Requests != 0 {
		t.Errorf("before anything came: got %+v", empty)
	}
}

// Statistics must cost what the range holds. The emulator has no query plans, so what can be
// asserted is that the index is forced, the tenant comes first, and nothing else is read.
func TestStatisticsAreOneStretchOfTheTimeIndex(t *testing.T) {
	t.Parallel()
	for _, by := range []store.Grouping{
		store.ByNothing, store.ByDay, store.BySource, store.ByProjectType, store.ByScoreBand, store.ByIntent,
		store.ByCRMState, store.ByKind, store.ByStatus,
	} {
		sql, err := store.StatsStatement(by, store.Range{})
		must(t, err)
		for _, part := range []string{
			"FROM requests@{FORCE_INDEX=requests_newest}\nWHERE tenant_id = @tenant AND received_at >= @from AND received_at < @to\nGROUP BY",
			"LIMIT @limit",
		} {
			if strings.Count(sql, part) != 1 || strings.Count(sql, "FROM") != 1 {
				t.Errorf("by %q: no %q in\n%s", by, part, sql)
			}
		}
	}
	const stretch = "FROM requests@{FORCE_INDEX=requests_newest} AS r\n  WHERE r.tenant_id = t.tenant_id AND r.received_at >= @from AND r.received_at < @to"
	if !strings.Contains(store.StatsByTenantStatement, stretch) {
		t.Errorf("of all tenants: no %q in\n%s", stretch, store.StatsByTenantStatement)
	}
}
