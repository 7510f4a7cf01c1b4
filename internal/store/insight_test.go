package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
)

func TestWhoTookACallIsKnownOrNotCounted(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	for i, c := range []struct {
		kind      request.Kind
		namespace string
		details   request.Details
		score     int
	}{
		{request.Call, request.NamespaceCall, request.Details{Answered: true}, 80},
		{request.Call, request.NamespaceCall, request.Details{CallType: "answered"}, 5},
		{request.Call, request.NamespaceCall, request.Details{Answered: true, Voicemail: true}, 60},
		{request.Call, request.NamespaceCall, request.Details{CallType: "voicemail_transcription"}, 0},
		{request.Call, request.NamespaceCall, request.Details{Direction: "inbound"}, 0},
		{request.Call, request.NamespaceCall, request.Details{Direction: "outbound", Answered: true}, 80},
		{request.Call, request.NamespaceAPI, request.Details{}, 80}, // nobody said
		{request.Call, request.NamespaceAPI, request.Details{Answered: true}, 30},
		{request.Form, request.NamespaceForm, request.Details{}, 80},
	} {
		in := call(fmt.Sprintf("CAL%d", i))
		in.Request.Kind, in.Request.Namespace, in.Request.Details = c.kind, c.namespace, c.details
		scope := s.ForTenant(demo)
		_, err := scope.Accept(t.Context(), in)
		must(t, err)
		from := request.Received
		if c.kind == request.Form {
			from = request.Transcribed
		}
		claim, err := scope.Claim(t.Context(), wanted(in, from))
		must(t, err)
		claim.Request.LeadScore, claim.Request.ScoreBand = c.score, request.BandOf(c.score)
		claim.Request.Metering = request.Metering{SpeechS: 30, SpeechBatchS: .5}
		must(t, claim.Advance(t.Context(), request.Analyzed, stage.Result{}, request.Event{Step: "x", Name: "done"}))
	}
	got, err := s.ForTenant(demo).Stats(t.Context(), store.ByScore, aroundNow())
	must(t, err)
	want := store.Figures{
		Requests: 9, Analyzed: 9, Hot: 4, Warm: 1, Cold: 1, LeadScore: 410,
		Answered: 3, Voicemails: 2, Missed: 1, AnsweredLeads: 2, SpeechS: 9 * 30.5,
	}
	if diff := cmp.Diff(want, got.Total); diff != "" {
		t.Error(diff)
	}
	var names []string
	for _, g := range got.Groups {
		names = append(names, fmt.Sprintf("%s:%d", g.Key, g.Requests))
	}
	if diff := cmp.Diff("0:3 30:1 60:1 80:4", strings.Join(names, " ")); diff != "" {
		t.Errorf("by score: %s", diff)
	}
}

func TestThePlatformsStatisticsAddUpAllTenants(t *testing.T) {
	t.Parallel()
	s := newStats(t)
	for by, want := range map[store.Grouping]string{
		store.ByDay:    "2025-11-01:2 2025-11-02:2 2025-11-30:1",
		store.ByHour:   "2025-11-01T00:00:1 2025-11-01T23:00:1 2025-11-02T05:00:1 2025-11-02T23:00:1 2025-11-30T23:00:1",
		store.BySource: "Google Ads:3 :1 Canary:1",
		store.ByKind:   "call:5",
	} {
		r := november(t)
		got, err := s.Operator().Stats(t.Context(), by, r)
		must(t, err)
		var names []string
		for _, g := range got.Groups {
			names = append(names, fmt.Sprintf("%s:%d", g.Key, g.Requests))
		}
		if diff := cmp.Diff(want, strings.Join(names, " ")); diff != "" {
			t.Errorf("by %q: %s", by, diff)
		}
		if got.Total.Requests != 5 || got.Total.CostMicros != 100_140_000 {
			t.Errorf("by %q: total %+v", by, got.Total)
		}
	}
	if _, err := s.Operator().Stats(t.Context(), "tenant_id", november(t)); err == nil {
		t.Error("an unknown grouping was accepted")
	}
}

func TestTimingsAndOutcomesAreOfTheRequestsInTheRange(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	things := storetest.Furnish(t, s, demo, "one")
	storetest.Furnish(t, s, "tenant_other", "two")
	timings, err := s.ForTenant(demo).Timings(t.Context(), aroundNow(), 10)
	must(t, err)
	counts := map[string]int{}
	for _, one := range timings {
		counts[one.Step+" "+one.Name]++
		if one.Since < 0 || one.RequestID == "" {
			t.Errorf("got %+v", one)
		}
	}
	if counts["pushed done"] != 1 || counts["push delivered"] != 3 {
		t.Errorf("of the tenant: got %v", counts)
	}
	newest, err := s.ForTenant(demo).Timings(t.Context(), aroundNow(), 1)
	must(t, err)
	for _, one := range newest {
		if one.RequestID == things.Done {
			t.Errorf("of the newest alone: got %+v", one)
		}
	}
	all, err := s.Operator().Timings(t.Context(), aroundNow(), 10)
	must(t, err)
	if len(all) != 2*len(timings) {
		t.Errorf("of all tenants: got %d lines, want twice %d", len(all), len(timings))
	}
	outcomes, err := s.ForTenant(demo).Outcomes(t.Context(), aroundNow())
	must(t, err)
	want := []store.Outcome{
		{Connector: "custom", Destination: "done", State: "done", Outcome: "created", Deliveries: 1},
		{Connector: "custom", Destination: "parked", State: "parked", Deliveries: 1},
		{Connector: "custom", Destination: "pending", State: "pending", Deliveries: 1},
	}
	if diff := cmp.Diff(want, outcomes); diff != "" {
		t.Error(diff)
	}
	platform, err := s.Operator().Outcomes(t.Context(), aroundNow())
	must(t, err)
	for i := range want {
		want[i].Destination, want[i].Deliveries = "", 2
	}
	if diff := cmp.Diff(want, platform); diff != "" {
		t.Errorf("of all tenants: %s", diff)
	}
	before := store.Range{From: time.Unix(0, 0), To: time.Unix(1, 0)}
	timings, err = s.ForTenant(demo).Timings(t.Context(), before, 10)
	must(t, err)
	outcomes, err = s.ForTenant(demo).Outcomes(t.Context(), before)
	must(t, err)
	if len(timings)+len(outcomes) != 0 {
		t.Errorf("before anything came: got %v, %v", timings, outcomes)
	}
}

func TestTheBacklogIsWhatIsNotSettled(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	storetest.Furnish(t, s, demo, "The CRM is left alone.")
	storetest.Furnish(t, s, "tenant_other", "Another reason.")
	clock.Advance(30 * time.Second) // the fixture says "now" by the real clock; requests are due after a minute
	got, err := s.Operator().Backlog(t.Context(), "The CRM is")
	must(t, err)
	for i := range got {
		if got[i].Oldest.IsZero() {
			t.Errorf("no time in %+v", got[i])
		}
		got[i].Oldest = time.Time{}
	}
	want := []store.Backlog{
		{TenantID: demo, Status: "received", Waiting: 1},
		{TenantID: "tenant_other", Status: "received", Waiting: 1},
		{TenantID: demo, Destination: "pending", Waiting: 1, Overdue: 1, Refused: 1},
		{TenantID: "tenant_other", Destination: "pending", Waiting: 1, Overdue: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	today := civil.DateOf(time.Now())
	used, err := s.Operator().UsedQuotas(t.Context(), today.AddDays(-1))
	must(t, err)
	if diff := cmp.Diff([]store.Used{{demo, "forms", today, 1}, {"tenant_other", "forms", today, 1}}, used); diff != "" {
		t.Error(diff)
	}
	if used, err = s.Operator().UsedQuotas(t.Context(), today.AddDays(1)); err != nil || len(used) != 0 {
		t.Errorf("of tomorrow: got %v, %v", used, err)
	}
}

// As with other statistics: what keeps the cost at what is asked about is the forced index, with
// the tenant first, and a limit on everything that is counted row by row.
func TestInsightReadsAreBoundedByTheTenantAndTheRange(t *testing.T) {
	t.Parallel()
	const inRange = "tenant_id = t.tenant_id AND %[1]sreceived_at >= @from AND %[1]sreceived_at < @to"
	hours, err := store.PlatformStatsStatement(store.ByHour, store.Range{})
	must(t, err)
	for name, tc := range map[string]struct {
		sql   string
		parts []string
	}{
		"statistics of all":    {hours, []string{"requests@{FORCE_INDEX=requests_newest}", fmt.Sprintf(inRange, "r."), "LIMIT @limit"}},
		"timings":              {store.TimingsStatement, []string{"requests@{FORCE_INDEX=requests_newest}", fmt.Sprintf(inRange, "q."), "LIMIT @each", "WHERE t.tenant_id = @tenant"}},
		"timings of all":       {store.PlatformTimingsStatement, []string{"requests@{FORCE_INDEX=requests_newest}", fmt.Sprintf(inRange, "q."), "LIMIT @each", "LIMIT @rows"}},
		"outcomes":             {store.OutcomesStatement, []string{"requests@{FORCE_INDEX=requests_newest}", fmt.Sprintf(inRange, "r."), "LIMIT @rows", "WHERE t.tenant_id = @tenant"}},
		"outcomes of all":      {store.PlatformOutcomesStatement, []string{"requests@{FORCE_INDEX=requests_newest}", fmt.Sprintf(inRange, "r."), "LIMIT @rows"}},
		"requests that wait":   {store.BacklogRequestsStatement, []string{"FORCE_INDEX=requests_due", "tenant_id = t.tenant_id AND q.due_at IS NOT NULL", "LIMIT @each"}},
		"deliveries that wait": {store.BacklogDeliveriesStatement, []string{"FORCE_INDEX=deliveries_due", "tenant_id = t.tenant_id AND d.due_at IS NOT NULL", "LIMIT @each"}},
	} {
		for _, part := range tc.parts {
			if strings.Count(tc.sql, part) != 1 {
				t.Errorf("%s: not once %q in\n%s", name, part, tc.sql)
			}
		}
	}
}
