package workflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/workflow"
)

// newSubject is a hot kitchen lead of a tenant with two CRMs and three channels.
func newSubject(t *testing.T, rules string) expr.Subject {
	t.Helper()
	high := int64(40000)
	s := expr.Subject{
		Tenant: &tenant.Tenant{
			ID: "tenant_demo", TimeZone: "America/Denver", Region: "US",
			Integrations: []tenant.Integration{
				{ID: "main", Kind: "hubspot", Status: tenant.Active}, {ID: "old", Kind: "pipedrive", Status: tenant.Suspended},
				{ID: "kitchens", Kind: "salesforce", Status: tenant.Active},
			},
			Settings: tenant.Settings{Notifications: tenant.Notifications{
				Slack: []tenant.Slack{{Name: "sales"}, {Name: "hot", Band: "hot"}},
				Email: []tenant.Email{{Name: "office", Band: "none"}},
			}},
		},
		Request: &request.Request{
			ID: "req_a", Kind: request.Call, Namespace: request.NamespaceCall, ExternalID: "CAL1",
			ReceivedAt: time.Date(2026, 11, 21, 1, 30, 0, 0, time.UTC), Details: request.Details{City: "Boulder"},
		},
		Analysis: &request.Analysis{
			Intent: "quote_request", ProjectType: "kitchen", IsLead: true, LeadScore: 85, ScoreBand: request.Hot,
			Summary: "Wants a kitchen.", Budget: request.Budget{Max: &high},
		},
	}
	if rules != "" {
		if err := json.Unmarshal([]byte(rules), &s.Tenant.Settings.Workflow); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// outcome is a plan in short.
type outcome struct {
	Skips map[string]string // by active integration
	Told  string
	Tags  string
}

func short(p workflow.Plan) outcome {
	o := outcome{Skips: map[string]string{}, Tags: strings.Join(p.Tags, " ")}
	for _, d := range p.Destinations {
		o.Skips[d.ID] = d.Skip
	}
	var told []string
	for _, c := range p.Channels {
		if c.Told {
			told = append(told, c.Name)
		}
	}
	o.Told = strings.Join(told, " ")
	return o
}

func TestPlans(t *testing.T) {
	t.Parallel()
	const everybody = "slack:sales slack:hot email:office"
	both := func(reason string) map[string]string { return map[string]string{"main": reason, "kitchens": reason} }
	noLead := func(a *request.Analysis) { *a = request.Analysis{Intent: "complaint", ScoreBand: request.NoLead} }
	spam := func(a *request.Analysis) {
		*a = request.Analysis{Intent: "spam", Spam: true, ScoreBand: request.NoLead}
	}
	warm := func(a *request.Analysis) { a.LeadScore, a.ScoreBand = 60, request.Warm }
	for _, test := range []struct {
		name, rules string
		change      func(*request.Analysis)
		want        outcome
	}{
		{"no rules, hot lead", "", nil, outcome{both(""), everybody, ""}},
		{"no rules, warm lead", "", warm, outcome{both(""), "slack:sales email:office", ""}},
		{"no rules, no lead", "", noLead, outcome{both("not a lead"), "email:office", ""}},
		{"no rules, spam", "", spam, outcome{both("not a lead"), "", ""}},
		{"a rule that does not match", `[{"name":"A","when":"analysis.spam","actions":{"destinations":"none"}}]`, nil, outcome{both(""), everybody, ""}},
		{
			"routing", `[{"name":"Kitchens","when":"analysis.project_type == 'kitchen'","actions":{"destinations":["kitchens"],"tags":["kitchen"]}}]`, nil,
			outcome{map[string]string{"main": `rule "Kitchens" sends it elsewhere`, "kitchens": ""}, everybody, "kitchen"},
		},
		{
			"routing does not open the gate", `[{"name":"Boulder","when":"request.details.city == 'Boulder'","actions":{"destinations":["main"],"notify":["sales"]}}]`, spam,
			outcome{both("not a lead"), "", ""},
		},
		{
			"non_leads opens it", `[{"name":"Complaints","when":"analysis.intent == 'complaint'","actions":{"destinations":["main"],"notify":["sales"],"non_leads":true}}]`, noLead,
			outcome{map[string]string{"main": "", "kitchens": `rule "Complaints" sends it elsewhere`}, "slack:sales", ""},
		},
		{"a chosen channel hears of what is no lead only if it asks for it", `[{"name":"A","actions":{"notify":["office","sales"]}}]`, noLead, outcome{both("not a lead"), "email:office", ""}},
		{"a chosen channel's band does not count", `[{"name":"A","actions":{"notify":["slack:hot"]}}]`, warm, outcome{both(""), "slack:hot", ""}},
		{"nobody is told", `[{"name":"A","actions":{"notify":"none"}}]`, nil, outcome{both(""), "", ""}},
		{"all are told", `[{"name":"A","actions":{"notify":"all"}}]`, warm, outcome{both(""), everybody, ""}},
		{"skip", `[{"name":"A","actions":{"skip":"existing customer"}}]`, nil, outcome{both("existing customer"), everybody, ""}},
		{"nowhere", `[{"name":"A","actions":{"destinations":"none"}}]`, nil, outcome{both(`rule "A" sends it nowhere`), everybody, ""}},
		{
			"the later rule counts, tags add up",
			`[{"name":"A","actions":{"skip":"x","tags":["a","b"]}},{"name":"B","actions":{"destinations":"all","notify":["hot"],"tags":["b"," c "]}}]`, nil,
			outcome{both(""), "slack:hot", "a b c"},
		},
		{"stop", `[{"name":"A","actions":{"tags":["a"]},"stop":true},{"name":"B","actions":{"skip":"x"}}]`, nil, outcome{both(""), everybody, "a"}},
		{"stop of a rule that does not match", `[{"name":"A","when":"false","actions":{},"stop":true},{"name":"B","actions":{"tags":["b"]}}]`, nil, outcome{both(""), everybody, "b"}},
		{"a rule sees what earlier ones decided", `[{"name":"A","actions":{"tags":["a"]}},{"name":"B","when":"'a' in tags","actions":{"tags":["b"]}}]`, nil, outcome{both(""), everybody, "a b"}},
		{"time in the tenant's zone", `[{"name":"Evening","when":"now.getHours(tenant.time_zone) >= 18","actions":{"notify":["hot"]}}]`, nil, outcome{both(""), "slack:hot", ""}},
		{"a rule that fails does not match", `[{"name":"A","when":"analysis.budget.min < 10000","actions":{"skip":"small"}}]`, nil, outcome{both(""), everybody, ""}},
		{"nor does one with a mistake", `[{"name":"A","when":"analysis.nonsense","actions":{"skip":"x"}}]`, nil, outcome{both(""), everybody, ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSubject(t, test.rules)
			if test.change != nil {
				test.change(s.Analysis)
			}
			plan, err := workflow.Evaluate(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, short(plan)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheTraceSaysWhichRuleFiredAndWhy(t *testing.T) {
	t.Parallel()
	s := newSubject(t, `[
		{"name":"Always","actions":{"tags":["a"]}},
		{"name":"Cheap","when":"analysis.budget.min < 10000","actions":{"skip":"small"}},
		{"name":"Bath","when":"analysis.project_type == 'bathroom'","actions":{"owner":"7"}},
		{"name":"Hot","when":"analysis.lead_score >= 80","actions":{"owner":{"main":"12"}},"stop":true},
		{"name":"Never read","actions":{"skip":"x"}}
	]`)
	plan, err := workflow.Evaluate(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	want := []workflow.Step{
		{Rule: 0, Name: "Always", Matched: true, Why: "it has no condition"},
		{Rule: 1, Name: "Cheap", Why: "it counts as not matching: a value is not known (null), or of another type", Error: "a value is not known (null), or of another type", Used: map[string]any{"analysis.budget.min": nil}},
		{Rule: 2, Name: "Bath", Why: "its condition is false", Used: map[string]any{"analysis.project_type": "kitchen"}},
		{Rule: 3, Name: "Hot", Matched: true, Why: "its condition is true, and no rule after it is read", Used: map[string]any{"analysis.lead_score": int64(85)}},
	}
	if diff := cmp.Diff(want, plan.Trace); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Always", "Hot"}, plan.Fired()); diff != "" {
		t.Error(diff)
	}
	wantWarnings := []string{`Rule "Cheap": it was not applied: a value is not known (null), or of another type.`}
	if diff := cmp.Diff(wantWarnings, plan.Warnings); diff != "" {
		t.Error(diff)
	}
	if !plan.Urgent || plan.Owner.For("main") != "12" || plan.Owner.For("kitchens") != "" {
		t.Errorf("urgent %t, owner %v", plan.Urgent, plan.Owner)
	}
}

func TestWhatIsWrittenBackToCallRail(t *testing.T) {
	t.Parallel()
	const full = `{"tags":["hot"],"lead_status":"good_lead","value":"analysis.budget.max","note":"analysis.summary + ' ' + string(analysis.lead_score)"}`
	for _, test := range []struct {
		name, callrail string
		kind           request.Kind
		want           *request.SourceUpdate
	}{
		{"nothing", `null`, request.Call, nil},
		{"all", full, request.Call, &request.SourceUpdate{Tags: []string{"hot"}, LeadStatus: "good_lead", Value: "40000.00", Note: "Wants a kitchen. 85"}},
		{"of a form", full, request.Form, nil},
		{"unknown value", `{"value":"analysis.budget.min"}`, request.Call, nil},
		{"value as text", `{"value":"'$1,250.5'"}`, request.Call, &request.SourceUpdate{Value: "1250.50"}},
		{"value as number", `{"value":"double(analysis.budget.max) * 0.333"}`, request.Call, &request.SourceUpdate{Value: "13320.00"}},
		{"no amount, but the rest is written", `{"value":"analysis.summary","tags":["a"]}`, request.Call, &request.SourceUpdate{Tags: []string{"a"}}},
		{"negative", `{"value":"-5"}`, request.Call, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSubject(t, `[{"name":"A","actions":{"callrail":`+test.callrail+`}}]`)
			s.Request.Kind = test.kind
			plan, err := workflow.Evaluate(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, plan.CallRail); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestALongNoteIsCut(t *testing.T) {
	t.Parallel()
	s := newSubject(t, `[{"name":"A","actions":{"callrail":{"note":"analysis.summary"}}}]`)
	s.Analysis.Summary = strings.Repeat("ä", 5000)
	plan, err := workflow.Evaluate(t.Context(), s)
	if err != nil || plan.CallRail == nil || plan.CallRail.Note != strings.Repeat("ä", 2000) {
		t.Errorf("got %+v, %v", plan.CallRail, err)
	}
}

func TestSeveralRulesWriteBackTogether(t *testing.T) {
	t.Parallel()
	plan, err := workflow.Evaluate(t.Context(), newSubject(t, `[
		{"name":"A","actions":{"callrail":{"tags":["a"],"lead_status":"not_a_lead","note":"'first'"}}},
		{"name":"B","actions":{"callrail":{"tags":["b"],"lead_status":"good_lead"}}}
	]`))
	if err != nil {
		t.Fatal(err)
	}
	want := &request.SourceUpdate{Tags: []string{"a", "b"}, LeadStatus: "good_lead", Note: "first"}
	if diff := cmp.Diff(want, plan.CallRail); diff != "" {
		t.Error(diff)
	}
}

func TestARequestWithoutAnAnalysisIsNotLost(t *testing.T) {
	t.Parallel()
	s := newSubject(t, "")
	s.Analysis = nil
	plan, err := workflow.Evaluate(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(outcome{map[string]string{"main": "", "kitchens": ""}, "", ""}, short(plan)); diff != "" {
		t.Error(diff)
	}
}

func TestAnEndedContextIsNoDecision(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := workflow.Evaluate(ctx, newSubject(t, "")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestMistakesInRulesAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	s := newSubject(t, `[
		{"name":"Good","when":"analysis.is_lead","actions":{"destinations":["main"],"notify":["sales","email:office"],"owner":"1","callrail":{"value":"1","note":"'x'"}}},
		{"name":"Good","when":"analysis.intnt == 'x' &&\n analysis.lead_score","actions":{"tags":["x"]}},
		{"name":"","when":"analysis.lead_score","actions":{"destinations":["nowhere"],"notify":["nobody"],"owner":{"nowhere":"1","main":""}}},
		{"name":"Idle","actions":{}},
		{"name":"Both","actions":{"skip":"x","destinations":"all","tags":[""]}},
		{"name":"Stops","when":"true","actions":{},"stop":true},
		{"name":"CallRail","actions":{"callrail":{"lead_status":"great","value":"analysis.is_lead","note":"analysis.sumup"}}},
		{"name":"Nothing","actions":{"callrail":{}}}
	]`)
	err := workflow.Validate(s.Tenant)
	want := []string{
		`workflow[1].name: rule 0 has this name already`,
		`workflow[1].when 1:10: analysis has no field "intnt"; did you mean "intent"?`,
		`workflow[1].when 2:10: here must stand a true-or-false value, not a whole number`,
		`workflow[2].name: it must have between 1 and 100 characters`,
		`workflow[2].when 1:1: the expression must be true or false, but it is a whole number`,
		`workflow[2].actions.destinations: there is no integration "nowhere"`,
		`workflow[2].actions.notify: there is no channel "nobody"`,
		`workflow[2].actions.owner: it must have between 1 and 100 characters`,
		`workflow[2].actions.owner: there is no integration "nowhere"`,
		`workflow[3].actions: the rule does nothing`,
		`workflow[4].actions.skip: a rule either skips or names destinations`,
		`workflow[4].actions.tags: it must have between 1 and 100 characters`,
		`workflow[6].actions.callrail.lead_status: it must be good_lead or not_a_lead`,
		`workflow[6].actions.callrail.value 1:1: the expression must be text, a whole number or a number, but it is true or false`,
		`workflow[6].actions.callrail.note 1:10: analysis has no field "sumup"`,
		`workflow[7].actions.callrail: it writes nothing`,
	}
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	var problems workflow.Errors
	if !errors.As(err, &problems) || problems[1] != (workflow.Problem{Rule: 1, Key: "when", Line: 1, Column: 10, Message: `analysis has no field "intnt"; did you mean "intent"?`}) {
		t.Errorf("got %+v", problems)
	}
}

func TestLimitsOfAWorkflow(t *testing.T) {
	t.Parallel()
	s := newSubject(t, "")
	if err := workflow.Validate(s.Tenant); err != nil {
		t.Errorf("no rules: %v", err)
	}
	s.Tenant.Settings.Workflow = make([]tenant.Rule, 101)
	if err := workflow.Validate(s.Tenant); err == nil || err.Error() != "workflow: there are more than 100 rules" {
		t.Errorf("too many rules: %v", err)
	}
	s = newSubject(t, `[{"name":"A","actions":{"callrail":{"tags":["a"]}}}]`)
	s.Tenant.Integrations[0].ID = "callrail"
	if err := workflow.Validate(s.Tenant); err == nil || !strings.Contains(err.Error(), `the name "callrail" stands for writing back`) {
		t.Errorf("an integration named callrail: %v", err)
	}
}
