package push_test

import (
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

func TestHistoryThatIsToBeKeptReachesNoCRM(t *testing.T) {
	t.Parallel()
	for name, handling := range map[string]request.Handling{
		"kept": {Silent: true, NoCRM: true}, "pushed": {Silent: true},
	} {
		w := newWorld(t, "hubspot")
		scope := w.store.ForTenant("tenant_demo")
		id := request.ID("tenant_demo", request.NamespaceForm, name)
		_, err := scope.Accept(t.Context(), request.Intake{Request: &request.Request{
			TenantID: "tenant_demo", ID: id, Kind: request.Form, Namespace: request.NamespaceForm, ExternalID: name,
			Caller: request.Caller{Name: "Dana Example", Email: "dana@example.com"}, Handling: handling,
		}})
		if err != nil {
			t.Fatal(err)
		}
		claim, err := scope.Claim(t.Context(), stage.Wanted{RequestID: id, Run: 1, From: request.Transcribed, Lease: 1 << 36, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		result := stage.Result{Analysis: &request.Analysis{IsLead: true, Analyzer: request.AnalyzerRules}}
		if err := claim.Advance(t.Context(), request.Analyzed, result, request.Event{Step: "analyze", Name: "done"}); err != nil {
			t.Fatal(err)
		}
		w.push(t, id)
		states, made := w.states(t, id), w.crms["hubspot"].created[crm.StepContact]
		want := request.DeliveryDone
		if handling.NoCRM {
			want = request.DeliverySkipped
		}
		if states["hubspot"] != want || (made > 0) == handling.NoCRM {
			t.Errorf("%s: deliveries %v, %d contacts made", name, states, made)
		}
	}
}
