package push_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// spy is a connector that keeps what it was given.
type spy struct {
	*fakeCRM
	settings crm.Settings
	lead     crm.Lead
}

func (s *spy) factory(settings crm.Settings, _ *http.Client) (crm.Connector, error) {
	s.settings = settings
	return s, nil
}

func (s *spy) Steps() []crm.Step {
	steps := s.fakeCRM.Steps()
	for i, step := range steps {
		steps[i].Do = func(ctx context.Context, state crm.State) (crm.Record, error) {
			s.lead = state.Lead
			return step.Do(ctx, state)
		}
	}
	return steps
}

// watch replaces a destination's connector by a spy, and gives it settings.
func (w *world) watch(kind, config string) *spy {
	s := &spy{fakeCRM: w.crms[kind]}
	w.pusher.Connectors[kind] = s.factory
	w.tenant.Integration(kind).Config = json.RawMessage(config)
	return s
}

func (w *world) rules(t *testing.T, rules string) {
	t.Helper()
	w.tenant.Settings.Workflow = nil
	if err := json.Unmarshal([]byte(rules), &w.tenant.Settings.Workflow); err != nil {
		t.Fatal(err)
	}
}

func (w *world) delivery(t *testing.T, id, destination string) request.Delivery {
	t.Helper()
	all, err := w.store.ForTenant("tenant_demo").Deliveries(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if d.Destination == destination {
			return d
		}
	}
	t.Fatalf("there is no delivery to %s", destination)
	return request.Delivery{}
}

func TestTheWorkflowChoosesDestinationsOwnerAndTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot", "salesforce", "custom")
	w.rules(t, `[
		{"name":"Web forms","when":"request.kind == 'form'","actions":{"destinations":["hubspot","custom"],"tags":["web"],"owner":{"hubspot":"12","*":"7"}}},
		{"name":"Broken","when":"request.form['budget'] == '1'","actions":{"skip":"never"}}
	]`)
	hubspot, custom := w.watch("hubspot", ``), w.watch("custom", ``)
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	want := map[string]request.DeliveryState{"hubspot": request.DeliveryDone, "custom": request.DeliveryDone, "salesforce": request.DeliverySkipped}
	if diff := cmp.Diff(want, w.states(t, id)); diff != "" {
		t.Error(diff)
	}
	if got := w.delivery(t, id, "salesforce").Error; got != `rule "Web forms" sends it elsewhere` {
		t.Errorf("reason: %q", got)
	}
	for s, owner := range map[*spy]string{hubspot: "12", custom: "7"} {
		if s.lead.Owner != owner || !cmp.Equal(s.lead.Tags, []string{"web"}) {
			t.Errorf("owner %q, tags %q, want owner %s", s.lead.Owner, s.lead.Tags, owner)
		}
	}
}

func TestTheMappingFillsFieldsAndTheConnectorDoesNotSeeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	hubspot := w.watch("hubspot", `{"pipeline":"sales","mapping":[
		{"record":"deal","field":"who","value":"person.name","format":"upper"},
		{"record":"deal","field":"lost","value":"request.form['nothing']"},
		{"record":"contact","field":"broken","value":"analysis.intnt"}
	]}`)
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	if diff := cmp.Diff(crm.Fields{"deal": {"who": {Value: "DANA EXAMPLE"}}}, hubspot.lead.Fields); diff != "" {
		t.Error(diff)
	}
	if got := string(hubspot.settings.Config); got != `{"pipeline":"sales"}` {
		t.Errorf("the connector got %s", got)
	}
	want := []string{
		"Mapping of deal.lost: the expression failed: a key is not there.",
		`Mapping of contact.broken: the rule has a mistake: analysis has no field "intnt"; did you mean "intent"?.`,
	}
	if diff := cmp.Diff(want, w.delivery(t, id, "hubspot").Warnings); diff != "" {
		t.Error(diff)
	}
}

func TestARequiredFieldParksUntilItsRuleIsPutRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.watch("hubspot", `{"mapping":[{"record":"deal","field":"rooms","value":"request.form['rooms']","required":true}]}`)
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryParked || !strings.Contains(d.Error, "deal.rooms") {
		t.Errorf("got %s: %s", d.State, d.Error)
	}
	if n := w.crms["hubspot"].created[crm.StepContact]; n != 0 {
		t.Errorf("%d contacts made", n)
	}
}

func TestSettingsThatCannotBeReadParkAndAMappingThatCannotDoesNot(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]request.DeliveryState{
		`[1]`:              request.DeliveryParked,
		`{"mapping":"no"}`: request.DeliveryDone,
	} {
		w := newWorld(t, "hubspot")
		w.watch("hubspot", config)
		id := w.analyzed(t, "FRM1", true)
		w.push(t, id)
		d := w.delivery(t, id, "hubspot")
		if d.State != want || len(d.Warnings) == 0 && want == request.DeliveryDone {
			t.Errorf("%s: got %s, warnings %q", config, d.State, d.Warnings)
		}
	}
}

func TestALaterAttemptGoesByTheRulesOfThen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.rules(t, `[{"name":"A","actions":{"owner":"wrong"}}]`)
	hubspot := w.watch("hubspot", ``)
	w.crms["hubspot"].fail[crm.StepDeal] = &crm.Error{Fault: crm.Transient, Op: "create deal"}
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	w.rules(t, `[{"name":"A","actions":{"owner":"right"}}]`)
	w.Advance(w.pusher.Config.Longest)
	if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "hubspot"); err != nil {
		t.Fatal(err)
	}
	if hubspot.lead.Owner != "right" || w.delivery(t, id, "hubspot").State != request.DeliveryDone {
		t.Errorf("owner %q", hubspot.lead.Owner)
	}
}

func TestTheTimelineNamesTheRulesThatFired(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.rules(t, `[{"name":"Web forms","actions":{"tags":["web"]}},{"name":"Broken","when":"request.form['x'] == ''","actions":{"skip":"x"}}]`)
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	events, err := w.store.ForTenant("tenant_demo").Events(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var details []string
	for _, e := range events {
		details = append(details, e.Detail)
	}
	if got := strings.Join(details, "|"); !strings.Contains(got, "1 destinations tried; rules: Web forms; rules that failed: 1") {
		t.Errorf("timeline: %s", got)
	}
}

// Days of records are the tenant's.
func TestALeadKnowsTheTenantsTimeZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.tenant.TimeZone = "America/Denver"
	hubspot := w.watch("hubspot", ``)
	w.push(t, w.analyzed(t, "FRM1", true))
	if got := hubspot.lead.Zone; got == nil || got.String() != "America/Denver" {
		t.Errorf("zone = %v, want America/Denver", got)
	}
}
