package mapping_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/mapping"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

var denver = &tenant.Tenant{ID: "tenant_demo", Name: "Demo Company", TimeZone: "America/Denver", Region: "US"}

func newLead() crm.Lead {
	high := int64(40000)
	return crm.Lead{
		Request: &request.Request{
			ID: "req_a", Kind: request.Call, ReceivedAt: time.Date(2026, 11, 21, 1, 30, 0, 0, time.UTC),
			Caller:  request.Caller{Phone: "+13035550142"},
			Details: request.Details{Source: "google ads", Answered: true, Note: "$1,250.50"},
		},
		Analysis: &request.Analysis{
			Intent: "quote_request", ProjectType: "kitchen", Timeline: "1_3_months", IsLead: true, LeadScore: 85, ScoreBand: request.Hot,
			Budget: request.Budget{Signal: "high", Max: &high}, NextSteps: []string{"call_back", "send_offer"},
			Customer: request.Person{Name: "Dana Example"},
		},
		Link: "https://app.example.com/req_a", Tags: []string{"kitchen"}, Owner: "12", Region: "US",
	}
}

// one returns a mapping of one rule for the deal's field f.
func one(rest string) json.RawMessage {
	return json.RawMessage(`[{"record":"deal","field":"f",` + rest + `}]`)
}

func mustParse(t *testing.T, raw json.RawMessage) mapping.Mapping {
	t.Helper()
	m, err := mapping.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestARuleMakesAValue(t *testing.T) {
	t.Parallel()
	location, err := time.LoadLocation("America/Denver")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, rule string
		want       any
	}{
		{"expression", `"value":"analysis.intent"`, "quote_request"},
		{"whole number", `"value":"analysis.lead_score"`, int64(85)},
		{"number", `"value":"double(analysis.budget.max) / 100.0"`, 400.0},
		{"yes or no", `"value":"analysis.is_lead"`, true},
		{"false is a value", `"value":"analysis.spam"`, false},
		{"list", `"value":"analysis.next_steps"`, []string{"call_back", "send_offer"}},
		{"time in the tenant's zone", `"value":"request.received_at"`, time.Date(2026, 11, 20, 18, 30, 0, 0, location)},
		{"what the workflow decided", `"value":"owner + ':' + tags.join(';')"`, "12:kitchen"},
		{"constant text", `"constant":"Phone"`, "Phone"},
		{"constant number", `"constant":7`, int64(7)},
		{"constant number as value", `"value":7.5`, 7.5},
		{"constant list", `"value":["a","b"]`, []string{"a", "b"}},
		{"constant false", `"constant":false`, false},
		{"unknown", `"value":"analysis.budget.min"`, nil},
		{"empty text", `"value":"analysis.customer.email"`, nil},
		{"unknown with default", `"value":"analysis.budget.min","default":1000`, int64(1000)},
		{"null is no default", `"value":"analysis.budget.min","default":null`, nil},
		{"enum", `"value":"analysis.project_type","enum":{"kitchen":"Kitchen remodel"}`, "Kitchen remodel"},
		{"enum without the value", `"value":"analysis.project_type","enum":{"bathroom":"Bath"}`, nil},
		{"enum without the value, with default", `"value":"analysis.project_type","enum":{"bathroom":"Bath"},"default":"Other"`, "Other"},
		{"enum of a number", `"value":"analysis.lead_score","enum":{"85":true}`, true},
		{"enum of a truth", `"value":"analysis.is_lead","enum":{"true":"Lead","false":"None"}`, "Lead"},
		{"enum of a list", `"value":"analysis.next_steps","enum":{"call_back":"Call","send_offer":"Offer"}`, []string{"Call", "Offer"}},
		{"enum, then format", `"value":"analysis.project_type","enum":{"kitchen":"kitchen remodel"},"format":"title"`, "Kitchen Remodel"},
		{"format text", `"value":"analysis.lead_score","format":"text"`, "85"},
		{"format money", `"value":"analysis.budget.max","format":"money"`, "$40,000"},
		{"format number", `"value":"request.details.note","format":"number"`, 1250.5},
		{"format integer", `"value":"request.details.note","format":"integer"`, int64(1251)},
		{"format yes_no", `"value":"analysis.spam","format":"yes_no"`, "No"},
		{"format date", `"value":"request.received_at","format":"date"`, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)},
		{"format pattern", `"value":"request.received_at","format":"yyyy-MM-dd HH:mm"`, "2026-11-20 18:30"},
		{"format national", `"value":"request.caller.phone","format":"national"`, "(303) 555-0142"},
		{"format e164", `"constant":"303 555 0142","format":"e164"`, "+13035550142"},
		{"format words", `"value":"analysis.timeline","format":"words"`, "1-3 months"},
		{"format words of a list", `"value":"analysis.next_steps","format":"words"`, []string{"call back", "send offer"}},
		{"format upper", `"value":"request.source","format":"upper"`, "GOOGLE ADS"},
		{"default for a failed format", `"value":"request.source","format":"number","default":0`, int64(0)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			fields, _, err := mustParse(t, one(test.rule)).Apply(t.Context(), newLead(), denver)
			if err != nil {
				t.Fatal(err)
			}
			got, there := fields["deal"]["f"]
			if there != (test.want != nil) {
				t.Fatalf("field is there: %t", there)
			}
			if diff := cmp.Diff(test.want, got.Value, cmp.Comparer(func(a, b time.Time) bool { return a.String() == b.String() })); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEveryMistakeIsReportedWithItsPlace(t *testing.T) {
	t.Parallel()
	raw := json.RawMessage(`[
		{"record":"deal","field":"ok","value":"analysis.intent"},
		{"record":"deal","field":"a","value":"analysis.intnt + \n analysis.summery"},
		{"record":"lead","field":"","value":"analysis"},
		{"record":"deal","field":"ok","constant":"x"},
		{"record":"deal","field":"b","value":"analysis.intent","constant":"x"},
		{"record":"deal","field":"c"},
		{"record":"deal","field":"d","value":"analysis.intent","format":"titel"},
		{"record":"deal","field":"e","value":"analysis.intent","format":"money"},
		{"record":"deal","field":"f","value":"analysis.intent","enum":{"a":["x"]}},
		{"record":"deal","field":"g","constant":{}},
		{"record":"deal","field":"h","value":"analysis.intent","default":""},
		{"record":"deal","field":"i","value":"analysis.intent","fallback":"x"},
		{"record":"deal","field":"j","value":"analysis.intent","required":"yes"},
		7
	]`)
	_, err := mapping.Parse(raw)
	want := []string{
		`mapping[1].value 1:10: analysis has no field "intnt"; did you mean "intent"?`,
		`mapping[1].value 2:11: analysis has no field "summery"; did you mean "summary"?`,
		`mapping[2].record: the record must be contact, deal, call or, with a custom destination, event`,
		`mapping[2].field: the field's name is missing, too long or has spaces around it`,
		`mapping[2].value 1:1: the expression results in Analysis, which is no single value`,
		`mapping[3].field: rule 0 fills this field already`,
		`mapping[4].value: the rule needs either a value (an expression) or a constant`,
		`mapping[5].value: the rule needs either a value (an expression) or a constant`,
		`mapping[6].format: it is neither date, e164, integer, lower, money, national, number, text, title, upper, words, yes_no nor a pattern for a time (the time pattern does not know "t"; it knows yyyy yy MMMM MMM MM M dd d EEEE EEE HH hh h mm ss a zzz XXX)`,
		`mapping[7].format: the format money is not for text`,
		`mapping[8].enum: "a" must become a text, a number, true or false`,
		`mapping[9].constant: it must be a text, a number, true, false or a list of texts, and not empty`,
		`mapping[10].default: it must be a text, a number, true, false or a list of texts, and not empty`,
		`mapping[11]: there is no key "fallback"; a rule has record, field, value, constant, enum, format, default, required`,
		`mapping[12]: the rule is not an object with texts in record, field, value and format, an object in enum, and true or false in required`,
		`mapping[13]: the rule is not an object with texts in record, field, value and format, an object in enum, and true or false in required`,
	}
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	var problems mapping.Errors
	if !errors.As(err, &problems) || problems[1].Rule != 1 || problems[1].Line != 2 || problems[1].Column != 11 || problems[1].Field != "a" {
		t.Errorf("got %+v", problems)
	}
	for raw, want := range map[string]string{
		`{}`:                                     "mapping: the mapping is not a list of rules",
		"[" + strings.Repeat("{},", 200) + "{}]": "mapping: the mapping has more than 200 rules",
	} {
		if _, err := mapping.Parse(json.RawMessage(raw)); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestNoMappingFillsNothing(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", " ", "null", "[]"} {
		fields, warnings, err := mustParse(t, json.RawMessage(raw)).Apply(t.Context(), newLead(), denver)
		if len(fields) != 0 || len(warnings) != 0 || err != nil {
			t.Errorf("%q: got %v, %v, %v", raw, fields, warnings, err)
		}
	}
}

func TestAFailedRuleIsAWarningAndTheOthersGoOn(t *testing.T) {
	t.Parallel()
	m, err := mapping.Parse(json.RawMessage(`[
		{"record":"deal","field":"broken","value":"analysis.intnt"},
		{"record":"deal","field":"failed","value":"request.form['rooms']"},
		{"record":"deal","field":"rescued","value":"request.form['rooms']","default":"none"},
		{"record":"deal","field":"untranslated","value":"analysis.project_type","enum":{"x":"y"}},
		{"record":"deal","field":"private","value":"person.name","enum":{"x":"y"}},
		{"record":"contact","field":"good","value":"analysis.intent","required":true}
	]`))
	if err == nil {
		t.Fatal("the broken rule was not noticed")
	}
	fields, warnings, err := m.Apply(t.Context(), newLead(), denver)
	if err != nil {
		t.Fatal(err)
	}
	wantFields := crm.Fields{
		"deal":    {"rescued": {Value: "none"}},
		"contact": {"good": {Value: "quote_request", Required: true}},
	}
	if diff := cmp.Diff(wantFields, fields); diff != "" {
		t.Error(diff)
	}
	wantWarnings := []string{
		`Mapping of deal.broken: the rule has a mistake: analysis has no field "intnt"; did you mean "intent"?.`,
		`Mapping of deal.failed: the expression failed: a key is not there.`,
		`Mapping of deal.rescued: the expression failed: a key is not there.`,
		`Mapping of deal.untranslated: enum has no entry for the value "kitchen".`,
		`Mapping of deal.private: enum has no entry for the value.`,
	}
	if diff := cmp.Diff(wantWarnings, warnings); diff != "" {
		t.Error(diff)
	}
}

func TestARequiredFieldWithoutAValueParksTheDelivery(t *testing.T) {
	t.Parallel()
	m := mustParse(t, json.RawMessage(`[
		{"record":"deal","field":"a","value":"analysis.budget.min","required":true},
		{"record":"deal","field":"b","value":"request.form['rooms']","required":true},
		{"record":"deal","field":"c","value":"analysis.intent","required":true}
	]`))
	_, _, err := m.Apply(t.Context(), newLead(), denver)
	var fault *crm.Error
	if !errors.As(err, &fault) {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff([]string{"deal.a", "deal.b"}, fault.Fields); diff != "" {
		t.Error(diff)
	}
	d := crm.Dispose(err)
	if d.State != request.DeliveryParked || !strings.Contains(d.Words, "deal.b: the expression failed: a key is not there. The mapping requires") {
		t.Errorf("got %s: %s", d.State, d.Words)
	}
}

func TestPreviewShowsEachRule(t *testing.T) {
	t.Parallel()
	m := mustParse(t, json.RawMessage(`[
		{"record":"deal","field":"a","value":"analysis.budget.min","required":true},
		{"record":"call","field":"b","value":"analysis.lead_score"},
		{"record":"call","field":"c","value":"request.form['rooms']"}
	]`))
	want := []mapping.Line{
		{Rule: 0, Record: "deal", Field: "a", Required: true},
		{Rule: 1, Record: "call", Field: "b", Value: int64(85)},
		{Rule: 2, Record: "call", Field: "c", Problem: "the expression failed: a key is not there"},
	}
	if diff := cmp.Diff(want, m.Preview(t.Context(), newLead(), denver)); diff != "" {
		t.Error(diff)
	}
}

func TestSplitTakesTheMappingOutOfTheSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ config, connector, mapping string }{
		{``, ``, ``},
		{`null`, `null`, ``},
		{`{"a":1}`, `{"a":1}`, ``},
		{`{"a":1,"mapping":[{"x":2}]}`, `{"a":1}`, `[{"x":2}]`},
	} {
		connector, rules, err := mapping.Split(json.RawMessage(test.config))
		if err != nil || string(connector) != test.connector || string(rules) != test.mapping {
			t.Errorf("%s: got %s, %s, %v", test.config, connector, rules, err)
		}
	}
	if _, _, err := mapping.Split(json.RawMessage(`[1]`)); err == nil {
		t.Error("settings that are no object were accepted")
	}
}

// FuzzParse: whatever stands in the settings, the rules can be read and used without a
// panic, and each one that is refused has a place.
func FuzzParse(f *testing.F) {
	f.Add(`[{"record":"deal","field":"a","value":"analysis.intent","enum":{"a":"b"},"format":"title","default":"x","required":true}]`)
	f.Add(`[{"record":"call","field":"a","value":"now.format_time('yyyy', tenant.time_zone)"}]`)
	f.Add(`[{"record":"contact","field":"a","constant":["a"]},{"record":"deal","field":"b","value":"coalesce(request.form['x'], 'y')"}]`)
	f.Add(`[{"record":"deal","field":"a","value":"((((("},7,null,{}]`)
	f.Fuzz(func(t *testing.T, raw string) {
		m, err := mapping.Parse(json.RawMessage(raw))
		var problems mapping.Errors
		if err != nil && (!errors.As(err, &problems) || len(problems) == 0) {
			t.Fatalf("%q: %v is no list of problems", raw, err)
		}
		for _, p := range problems {
			if p.Message == "" || p.Key == "value" && strings.Contains(p.Message, "expression") && p.Line < 0 {
				t.Errorf("%q: a problem without words or place: %+v", raw, p)
			}
		}
		fields, _, err := m.Apply(t.Context(), newLead(), denver)
		if err != nil && crm.FaultOf(err) != crm.Invalid {
			t.Errorf("%q: %v", raw, err)
		}
		for record, values := range fields {
			for name, field := range values {
				switch field.Value.(type) {
				case string, bool, int64, float64, time.Time, []string:
				default:
					t.Errorf("%q: %s.%s is a %T", raw, record, name, field.Value)
				}
			}
		}
		m.Check(map[string][]crm.FieldInfo{"deal": {{Name: "a", Type: crm.FieldChoice, Options: []crm.Option{{Value: "x"}}}}})
	})
}
