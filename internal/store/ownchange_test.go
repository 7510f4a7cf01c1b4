package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// writtenBack makes a request on whose call update was written back.
func writtenBack(t *testing.T, scope *store.Scope, update request.SourceUpdate) request.Intake {
	t.Helper()
	in := call("CAL1")
	accept(t, scope, in)
	claim, err := scope.Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	plans := []store.Plan{
		{Destination: "main", Connector: "hubspot", Skip: "not a lead"},
		{Destination: request.ConnectorCallRail, Connector: request.ConnectorCallRail},
	}
	deliveries, err := claim.PlanDeliveries(t.Context(), plans, time.Minute)
	must(t, err)
	if len(deliveries) != 1 || claim.Request.CRMState != request.CRMNone {
		t.Fatalf("%d deliveries, CRM state %s: writing back is no CRM's", len(deliveries), claim.Request.CRMState)
	}
	must(t, deliveries[0].Write(t.Context(), request.LedgerEntry{Step: "written", RemoteID: "CAL1", At: time.Now(), Wrote: &update}))
	return in
}

func TestOurOwnChangesAreIgnored(t *testing.T) {
	t.Parallel()
	wrote := request.SourceUpdate{Tags: []string{"hot"}, LeadStatus: "good_lead", Value: "40000.00", Note: "Call back"}
	both := []string{"kitchen", "hot"}
	for _, test := range []struct {
		name    string
		changes []string
		details request.Details
		want    request.Outcome
	}{
		{"all that we wrote", []string{"tags", "note", "value", "lead_status"}, request.Details{Tags: both, Note: "Call back", Value: "$40,000.00", LeadStatus: "good_lead"}, request.Ignored},
		{"a part of it", []string{"tags"}, request.Details{Tags: []string{"kitchen", "Hot"}}, request.Ignored},
		{"somebody else's tag", []string{"tags"}, request.Details{Tags: append(both, "vip")}, request.Updated},
		{"a tag taken away", []string{"tags"}, request.Details{Tags: []string{"hot"}}, request.Updated},
		{"another note", []string{"note"}, request.Details{Tags: both, Note: "Sold"}, request.Updated},
		{"another value", []string{"value"}, request.Details{Tags: both, Value: "50000"}, request.Updated},
		{"another status", []string{"lead_status"}, request.Details{Tags: both, LeadStatus: "not_a_lead"}, request.Updated},
		{"more than we write", []string{"note", "call_summary"}, request.Details{Tags: both, Note: "Call back"}, request.Updated},
		{"it does not say what", nil, request.Details{Tags: both, Note: "Call back"}, request.Updated},
		{"the first audio is news", []string{"note"}, request.Details{Tags: both, Note: "Call back", HasRecording: true}, request.Updated},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newStore(t)
			scope := s.ForTenant(demo)
			change := writtenBack(t, scope, wrote)
			change.Change, change.Changes, change.BodyHash = true, test.changes, "changed"
			change.Request.Details = test.details
			got, err := scope.Accept(t.Context(), change)
			must(t, err)
			if got.Outcome != test.want {
				t.Errorf("got %s, want %s", got.Outcome, test.want)
			}
			known, err := scope.Request(t.Context(), change.Request.ID)
			must(t, err)
			if noted := known.Details.Note == test.details.Note && cmp.Equal(known.Details.Tags, test.details.Tags); noted != (test.want == request.Updated) {
				t.Errorf("the change was taken over: %t; details %+v", noted, known.Details)
			}
		})
	}
}

func TestWithoutHavingWrittenEveryChangeIsNews(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	in.Change, in.Changes, in.BodyHash = true, []string{"note"}, "changed"
	in.Request.Details.Note = "Call back"
	got, err := scope.Accept(t.Context(), in)
	must(t, err)
	if got.Outcome != request.Updated {
		t.Errorf("got %s", got.Outcome)
	}
}
