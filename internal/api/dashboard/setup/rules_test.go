package setup

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm/mapping"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestAMappingSurvivesItsForm(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"an expression":                      `{"record":"deal","field":"project__c","value":"analysis.project_type == 'kitchen' ? 'K' : ''"}`,
		"an expression that looks like JSON": `{"record":"deal","field":"score","value":"42"}`,
		"a text":                             `{"record":"contact","field":"lead_source","constant":"Phone"}`,
		"a number":                           `{"record":"contact","field":"rank","constant":42}`,
		"a text of digits":                   `{"record":"contact","field":"rank","constant":"42"}`,
		"true":                               `{"record":"contact","field":"called","constant":true}`,
		"a text in quotes":                   `{"record":"contact","field":"said","constant":"\"so\""}`,
		"a list":                             `{"record":"contact","field":"kinds","constant":["a","b"]}`,
		"everything":                         `{"record":"call","field":"x","value":"request.started_at","enum":{"a":"A","b":7,"c":"7"},"format":"date","default":"none","required":true}`,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want mapping.Rule
			if err := json.Unmarshal([]byte(text), &want); err != nil {
				t.Fatal(err)
			}
			v := url.Values{}
			fillMapping([]mapping.Rule{want}, v)
			in := &reader{values: v}
			got, err := json.Marshal(readMapping(in))
			if err != nil || len(in.wrong) > 0 {
				t.Fatal(err, in.wrong)
			}
			wantText, err := json.Marshal([]mapping.Rule{want})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(wantText), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAValueThatIsNoExpressionBecomesAConstant(t *testing.T) {
	t.Parallel()
	v := url.Values{}
	fillMapping([]mapping.Rule{{Record: "deal", Field: "x", Value: json.RawMessage("7")}}, v)
	got := readMapping(&reader{values: v})
	if len(got) != 1 || string(got[0].Constant) != "7" || len(got[0].Value) > 0 {
		t.Errorf("the rule became %+v", got)
	}
}

func TestRowsThatAreEmptyOrToBeRemovedAreNoRules(t *testing.T) {
	t.Parallel()
	v := url.Values{}
	fillMapping([]mapping.Rule{{Record: "deal", Field: "a", Constant: json.RawMessage(`"1"`)}, {Record: "deal", Field: "b", Constant: json.RawMessage(`"2"`)}}, v)
	v.Set("mapping.0.remove", "on")
	v.Set("mapping.7.record", "contact")
	if got := readMapping(&reader{values: v}); len(got) != 1 || got[0].Field != "b" {
		t.Errorf("the rules are %+v", got)
	}
}

func TestAWorkflowSurvivesItsForm(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"nothing but a name":   `[{"name":"a","actions":{}}]`,
		"all and none":         `[{"name":"a","when":"true","actions":{"destinations":"all","notify":"none"}}]`,
		"some":                 `[{"name":"a","actions":{"destinations":["hubspot","gone"],"notify":["slack:sales"]},"stop":true}]`,
		"everything":           `[{"name":"a","actions":{"non_leads":true,"skip":"vendor","tags":["x","y"],"owner":"12","callrail":{"tags":["hot"],"lead_status":"good_lead","value":"1.0","note":"'n'"}}}]`,
		"an owner for one CRM": `[{"name":"a","actions":{"owner":{"hubspot":"12"}}}]`,
		"an owner for each":    `[{"name":"a","actions":{"owner":{"*":"1","hubspot":"12"}}}]`,
		"more rules, in order": `[{"name":"b","actions":{}},{"name":"a","actions":{"skip":"x"}},{"name":"c","actions":{}}]`,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := rulesOfWorkflow([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			v := url.Values{}
			fillWorkflow(want, v)
			in := &reader{values: v}
			if diff := cmp.Diff(want, readWorkflow(in)); diff != "" || len(in.wrong) > 0 {
				t.Error(diff, in.wrong)
			}
		})
	}
}

func TestARuleIsMovedByItsPosition(t *testing.T) {
	t.Parallel()
	v := url.Values{}
	fillWorkflow([]tenant.Rule{{Name: "a"}, {Name: "b"}, {Name: "c"}}, v)
	v.Set("rules.2.position", "1")
	v.Set("rules.0.position", "2")
	v.Set("rules.1.position", "3")
	var names []string
	for _, r := range readWorkflow(&reader{values: v}) {
		names = append(names, r.Name)
	}
	if diff := cmp.Diff([]string{"c", "a", "b"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestWhatARuleCannotMeanIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		values url.Values
		want   string
	}{
		"a rule without a name": {url.Values{"rules.0.when": {"true"}}, "rules.0.name"},
		"only these, and none":  {url.Values{"rules.0.name": {"a"}, "rules.0.actions.notify": {"these"}}, "rules.0.actions.notify"},
		"an owner of nothing":   {url.Values{"rules.0.name": {"a"}, "rules.0.actions.owner": {"hubspot ="}}, "rules.0.actions.owner"},
		"two owners of all":     {url.Values{"rules.0.name": {"a"}, "rules.0.actions.owner": {"12\n13"}}, "rules.0.actions.owner"},
		"no position":           {url.Values{"rules.0.name": {"a"}, "rules.0.position": {"first"}}, "rules.0.position"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := &reader{values: tt.values}
			readWorkflow(in)
			if len(in.wrong) == 0 || in.wrong[0].Field != tt.want {
				t.Errorf("what is wrong: %+v, want %s", in.wrong, tt.want)
			}
		})
	}
}

func TestAFigureIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want float64
		ok   bool
	}{
		{"", 0, true}, {" 12 ", 12, true}, {"$1,200.50", 1200.5, true}, {"-1", 0, false}, {"many", 0, false}, {"NaN", 0, false}, {"Inf", 0, false},
	}
	for _, tt := range tests {
		in := &reader{values: url.Values{"x": {tt.text}}}
		if got := in.amount("x"); got != tt.want || (len(in.wrong) == 0) != tt.ok {
			t.Errorf("%q is %v %v", tt.text, got, in.wrong)
		}
	}
	in := &reader{values: url.Values{"x": {"1.5"}}}
	if in.whole("x"); len(in.wrong) != 1 {
		t.Error("1.5 is a whole number")
	}
}

func TestARefusalStandsAtItsField(t *testing.T) {
	t.Parallel()
	tests := []struct{ path, want string }{
		{"settings.budget.monthly_usd", "settings.budget.monthly_usd"},
		{"config.mapping[0].value 1:10", "mapping.0.value"},
		{"config", "config"},
		{"rules[12].when 1:5", "rules.12.when"},
		{"rules[0].actions.notify", "rules.0.actions.notify"},
	}
	for _, tt := range tests {
		if got := placeOf(tt.path); got != tt.want {
			t.Errorf("%s is %s, want %s", tt.path, got, tt.want)
		}
	}
	var f form
	f.mark("settings.notifications.email.0.to.1", "no address")
	if f.Wrong("settings.notifications.email.0.to") == "" {
		t.Error("what is wrong with a line is not said at its field")
	}
}
