package mapping_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/mapping"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var projects = []crm.Option{{Value: "K", Label: "Kitchen"}, {Value: "B", Label: "Bath"}}

func TestRulesAreComparedWithTheCRM(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, rule string
		info       crm.FieldInfo
		want       []string
	}{
		{"text into text", `"value":"analysis.intent"`, crm.FieldInfo{Type: crm.FieldText}, nil},
		{"number into text", `"value":"analysis.lead_score"`, crm.FieldInfo{Type: crm.FieldText},
			[]string{`mapping[0].value: the field takes text, but the value is a whole number; add "format": "text" or "money"`}},
		{"number as text into text", `"value":"analysis.lead_score","format":"text"`, crm.FieldInfo{Type: crm.FieldText}, nil},
		{"number that may be null", `"value":"analysis.budget.max"`, crm.FieldInfo{Type: crm.FieldNumber}, nil},
		{"text into number", `"value":"analysis.intent","default":5`, crm.FieldInfo{Type: crm.FieldNumber},
			[]string{`mapping[0].value: the field takes a number, but the value is text; add "format": "number"`}},
		{"default of the wrong type", `"value":"analysis.budget.max","default":"none"`, crm.FieldInfo{Type: crm.FieldNumber},
			[]string{`mapping[0].default: the field takes a number, but the default is text`}},
		{"truth into truth", `"value":"analysis.is_lead"`, crm.FieldInfo{Type: crm.FieldBool}, nil},
		{"time into date", `"value":"request.received_at"`, crm.FieldInfo{Type: crm.FieldDate}, nil},
		{"day into date", `"value":"request.received_at","format":"date"`, crm.FieldInfo{Type: crm.FieldDate}, nil},
		{"pattern into date", `"value":"request.received_at","format":"yyyy"`, crm.FieldInfo{Type: crm.FieldDate},
			[]string{`mapping[0].value: the field takes a date, but the value is text`}},
		{"list into choices", `"value":"tags"`, crm.FieldInfo{Type: crm.FieldChoices}, nil},
		{"list into text", `"value":"tags"`, crm.FieldInfo{Type: crm.FieldText},
			[]string{`mapping[0].value: the field takes text, but the value is a list of texts; add .join(", ") to the expression`}},
		{"only known when it runs", `"value":"dyn(analysis.intent)"`, crm.FieldInfo{Type: crm.FieldNumber}, nil},
		{"read-only", `"value":"analysis.intent"`, crm.FieldInfo{Type: crm.FieldText, ReadOnly: true, Label: "Intent"},
			[]string{`mapping[0].field: the CRM does not let anybody write f (“Intent”)`}},
		{"enum into options", `"value":"analysis.project_type","enum":{"kitchen":"K","bathroom":"B"}`, crm.FieldInfo{Type: crm.FieldChoice, Options: projects}, nil},
		{"enum to a label, and to nothing", `"value":"analysis.project_type","enum":{"kitchen":"Kitchen","hvac":"H"},"default":"X"`, crm.FieldInfo{Type: crm.FieldChoice, Options: projects}, []string{
			`mapping[0].default: the field has no option "X"; it has K (“Kitchen”), B (“Bath”)`,
			`mapping[0].enum: the field has no option "H"; it has K (“Kitchen”), B (“Bath”)`,
			`mapping[0].enum: the field has no option "Kitchen"; it has K (“Kitchen”), B (“Bath”)`,
		}},
		{"constant that is no option", `"constant":"X"`, crm.FieldInfo{Type: crm.FieldChoice, Options: projects},
			[]string{`mapping[0].constant: the field has no option "X"; it has K (“Kitchen”), B (“Bath”)`}},
		{"vocabulary without options", `"value":"analysis.budget.signal"`,
			crm.FieldInfo{Type: crm.FieldChoice, Options: []crm.Option{{Value: "high"}, {Value: "low"}}},
			[]string{`mapping[0].value: the field has no option for medium, unknown; add an enum that translates them. It has high, low`}},
		{"a choice without known options", `"constant":"X"`, crm.FieldInfo{Type: crm.FieldChoice}, nil},
		{"required, and perhaps empty", `"value":"person.name"`, crm.FieldInfo{Type: crm.FieldText, Required: true},
			[]string{`mapping[0].required: the CRM requires this field: without a default or required, it refuses leads that have no value for it`}},
		{"required, with default", `"value":"person.name","default":"Unknown"`, crm.FieldInfo{Type: crm.FieldText, Required: true}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.info.Name = "f"
			problems := mustParse(t, one(test.rule)).Check(map[string][]crm.FieldInfo{"deal": {test.info}})
			if diff := cmp.Diff(test.want, words(problems)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func words(problems []mapping.Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	return all
}

func TestFieldsAndRecordsThatTheCRMHasNotOrWantsAreReported(t *testing.T) {
	t.Parallel()
	fields := map[string][]crm.FieldInfo{
		"contact": {{Name: "company", Label: "Company", Type: crm.FieldText, Required: true}, {Name: "id", Required: true, ReadOnly: true}},
		"deal":    {{Name: "Lead_Score__c", Label: "Lead score", Type: crm.FieldNumber}},
	}
	m := mustParse(t, json.RawMessage(`[
		{"record":"deal","field":"Lead score","value":"analysis.lead_score"},
		{"record":"deal","field":"colour","constant":"red"},
		{"record":"call","field":"x","constant":"red"}
	]`))
	want := []string{
		`mapping[0].field: the CRM's deal has no field Lead score; did you mean Lead_Score__c (“Lead score”)?`,
		`mapping[1].field: the CRM's deal has no field colour`,
		`mapping[2].record: this CRM's integration has no call`,
		`mapping: the CRM requires contact.company (“Company”), and no rule fills it`,
	}
	if diff := cmp.Diff(want, words(m.Check(fields))); diff != "" {
		t.Error(diff)
	}
	if got := m.Check(nil); got != nil {
		t.Errorf("nothing to compare with: got %v", got)
	}
}

func TestEveryVocabularyIsWhatAnAnalysisMaySay(t *testing.T) {
	t.Parallel()
	for path, values := range map[string][]string{
		"analysis.intent": request.Intents, "analysis.project_type": request.ProjectTypes, "analysis.timeline": request.Timelines,
		"analysis.sentiment": request.Sentiments, "analysis.appointment": request.Appointments,
		"analysis.score_band": {"hot", "warm", "cold", "none"}, "request.kind": {"call", "form", "text"},
	} {
		var all []crm.Option
		for _, v := range values {
			all = append(all, crm.Option{Value: v})
		}
		m := mustParse(t, one(`"value":"`+path+`"`))
		complete := map[string][]crm.FieldInfo{"deal": {{Name: "f", Type: crm.FieldChoice, Options: all}}}
		if got := m.Check(complete); len(got) != 0 {
			t.Errorf("%s with all options: %v", path, got)
		}
		complete["deal"][0].Options = all[1:]
		if got := m.Check(complete); len(got) != 1 {
			t.Errorf("%s without %s: %v", path, values[0], got)
		}
	}
}

// describer is a connector that knows the fields of its contacts.
type describer struct {
	crm.Connector
	err error
}

func (d describer) Steps() []crm.Step { return []crm.Step{{Name: "contact"}, {Name: "deal"}} }

func (d describer) Describe(_ context.Context, step string) ([]crm.FieldInfo, error) {
	if step != "contact" {
		return nil, d.err
	}
	return []crm.FieldInfo{{Name: "email"}}, nil
}

// mute is a connector that cannot describe anything.
type mute struct{ crm.Connector }

func TestAConnectorIsAskedForItsFields(t *testing.T) {
	t.Parallel()
	got, err := mapping.Describe(t.Context(), describer{})
	if diff := cmp.Diff(map[string][]crm.FieldInfo{"contact": {{Name: "email"}}}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if got, err := mapping.Describe(t.Context(), mute{}); got != nil || err != nil {
		t.Errorf("a mute connector: %v, %v", got, err)
	}
	if _, err := mapping.Describe(t.Context(), describer{err: errors.New("down")}); err == nil {
		t.Error("a failure was swallowed")
	}
}
