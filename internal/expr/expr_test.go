package expr_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

var received = time.Date(2026, 11, 21, 1, 30, 0, 0, time.UTC) // Friday evening in Denver

func newSubject() expr.Subject {
	high := int64(40000)
	return expr.Subject{
		Tenant: &tenant.Tenant{
			ID: "tenant_demo", Name: "Demo Company", TimeZone: "America/Denver", Region: "US",
			Settings: tenant.Settings{Services: []string{"kitchen"}, MinimumJob: 5000},
		},
		Request: &request.Request{
			ID: "req_a", Kind: request.Call, ReceivedAt: received, Caller: request.Caller{Phone: "+13035550142"},
			Details: request.Details{
				Source: "Google Ads", DurationS: 187, Answered: true, Tags: []string{"ads"},
				Fields: []request.Field{{Name: "rooms", Value: "two"}},
			},
		},
		Analysis: &request.Analysis{
			Intent: "quote_request", ProjectType: "kitchen", Timeline: "1_3_months", IsLead: true, LeadScore: 85, ScoreBand: request.Hot,
			Budget: request.Budget{Signal: "high", Max: &high}, Confidence: request.Confidence{Overall: 0.9, Fields: map[string]float64{"budget": 0.7}},
			Customer: request.Person{Name: "Dana van Example", Email: "Dana@Example.com"}, NextSteps: []string{"Call back", "Send offer"},
		},
		Transcript: &request.Transcript{Segments: []request.Segment{
			{Speaker: request.Agent, Text: "Demo Company."}, {Index: 1, Speaker: request.Customer, Text: "I need a new kitchen."},
		}},
		Link: "https://app.example.com/req_a", Tags: []string{"kitchen"}, Owner: "12",
	}
}

func TestExpressionsReadTheRequest(t *testing.T) {
	t.Parallel()
	vars := newSubject().Vars()
	for source, want := range map[string]any{
		"analysis.intent": "quote_request",
		"analysis.is_lead && analysis.lead_score >= 80":         true,
		"analysis.score_band":                                   "hot",
		"analysis.budget.max":                                   int64(40000),
		"analysis.budget.min":                                   nil,
		"analysis.budget.min == null":                           true,
		"has(analysis.budget.max) && !has(analysis.budget.min)": true,
		"analysis.budget.?min.orValue(7)":                       int64(7),
		"coalesce(analysis.budget.min, analysis.budget.max)":    int64(40000),
		"analysis.confidence.overall > 0":                       true,
		"analysis.confidence.fields['budget']":                  0.7,
		"analysis.next_steps":                                   []string{"Call back", "Send offer"},
		"analysis.next_steps.map(s, s.upper()).join('; ')":      "CALL BACK; SEND OFFER",
		"double(analysis.budget.max) * 0.1":                     4000.0,
		"person.name":                                           "Dana van Example",
		"person.first + '|' + person.last":                      "Dana van|Example",
		"person.email":                                          "dana@example.com",
		"person.phone.national()":                               "(303) 555-0142",
		"'303-555-0142'.e164()":                                 "+13035550142",
		"'0151 23456789'.e164('DE')":                            "+4915123456789",
		"'no number'.e164()":                                    "",
		"'no number'.national()":                                "no number",
		"request.kind":                                          "call",
		"request.source":                                        "Google Ads",
		"request.details.duration_s":                            int64(187),
		"request.details.voicemail":                             false,
		"request.form['rooms']":                                 "two",
		"request.form[?'colour'].orValue('any')":                "any",
		"coalesce(request.form['colour'], 'any')":               "any",
		"request.started_at == request.received_at":             true,
		"request.link":                                          "https://app.example.com/req_a",
		"transcript.text":                                       "Demo Company.\nI need a new kitchen.",
		"transcript.customer_text.contains('new kitchen')":      true,
		"transcript.segments.exists(s, s.speaker == 'agent')":   true,
		"size(transcript.segments)":                             int64(2),
		"tenant.name":                                           "Demo Company",
		"analysis.project_type in tenant.services":              true,
		"tags":                                 []string{"kitchen"},
		"owner":                                "12",
		"now.getHours(tenant.time_zone) >= 18": true,
		"now":                                  received,
		"now.format_time(\"EEE d MMM yyyy, h:mm a 'sharp'\", tenant.time_zone)": "Fri 20 Nov 2026, 6:30 PM sharp",
		"analysis.timeline.words()":             "1-3 months",
		"'google ads, HVAC'.title()":            "Google Ads, HVAC",
		"'Überraschung'.truncate(6)":            "Überr…",
		"'short'.truncate(6)":                   "short",
		"money(analysis.budget.max)":            "$40,000",
		"money(-1234567.5)":                     "-$1,234,567.50",
		"'%s: %d'.format([person.name, 1])":     "Dana van Example: 1",
		"math.greatest(analysis.lead_score, 5)": int64(85),
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			p, err := expr.Compile(source, expr.Values...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Value(t.Context(), vars)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMistakesAreRefusedWithTheirPosition(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"analysis.intnt == 'x'":                        `1:10: analysis has no field "intnt"; did you mean "intent"?`,
		"true &&\n  request.details.duration > 30":     `2:19: request.details has no field "duration"; did you mean "duration_s"?`,
		"transcript.segments.exists(s, s.txt == '')":   `1:33: there is no field "txt"`,
		"lead.score > 3":                               `1:1: "lead" is not known (did you mean 'least'?)`,
		"analysis.lead_score > 'x'":                    `1:21: > cannot be used with (whole number, text)`,
		"analysis.lead_score * 1.5 > 2.0":              `1:21: * cannot be used with (whole number, number); write double(…) around the whole number`,
		"analysis.intent.titel() == ''":                `1:22: "titel" is not known (did you mean 'title'?)`,
		"analysis.lead_score.points > 1":               `1:20: a whole number has no fields`,
		"analysis.intent ==":                           `1:19: the expression ends too early`,
		"analysis.is_lead analysis.spam":               `1:18: "analysis" does not belong here`,
		"'a'.matches('(')":                             `1:13: this is no regular expression`,
		"now > timestamp('yesterday')":                 `1:17: invalid timestamp argument`,
		"now.format_time('yyy', tenant.time_zone)==''": `1:17: the time pattern does not know "yyy"; it knows yyyy yy MMMM MMM MM M dd d EEEE EEE HH hh h mm ss a zzz XXX`,
		"now.format_time('yyyy', 'Denver') == ''":      `1:25: there is no time zone "Denver"`,
		"analysis.intent":                              `1:1: the expression must be true or false, but it is text`,
		"analysis":                                     `1:1: the expression results in Analysis, which is no single value`,
		" ":                                            `1:1: the expression is empty`,
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			_, err := expr.Compile(source, expr.Bool)
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

func TestAllMistakesAreReported(t *testing.T) {
	t.Parallel()
	_, err := expr.Compile("analysis.a == 1 ||\nanalysis.b == 2", expr.Bool)
	var got [][2]int
	for _, m := range expr.Mistakes(err) {
		got = append(got, [2]int{m.Line, m.Column})
	}
	if diff := cmp.Diff([][2]int{{1, 10}, {2, 10}}, got); diff != "" {
		t.Error(diff)
	}
	if got := expr.Mistakes(errors.New("other")); got[0].Line != 1 || got[0].Message != "other" {
		t.Errorf("another error: got %+v", got)
	}
}

func TestWhatIsTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"too long":     "'" + strings.Repeat("a", 3000) + "' == ''",
		"too deep":     strings.Repeat("(", 300) + "true" + strings.Repeat(")", 300),
		"deep nesting": "'a'" + strings.Repeat(".upper()", 200) + " == 'A'",
	} {
		if _, err := expr.Compile(source, expr.Bool); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestFailuresAtRunTimeHaveClearWordsAndQuoteNothing(t *testing.T) {
	t.Parallel()
	s := newSubject()
	for range 40 {
		s.Transcript.Segments = append(s.Transcript.Segments, request.Segment{Speaker: "agent", Text: strings.Repeat("secret ", 100)})
	}
	vars := s.Vars()
	for source, want := range map[string]string{
		"analysis.budget.min > 5":                        "a value is not known (null), or of another type",
		"request.form['secret'] == 'x'":                  "a key is not there",
		"int(transcript.text) > 1":                       "a value could not be converted",
		"1 / (analysis.lead_score - 85) > 1":             "something was divided by zero",
		"1.0 / double(analysis.lead_score - 85)":         "the result is no number: something was divided by zero",
		"analysis.next_steps[9] == ''":                   "there is no element at that place",
		"now.format_time('yyyy', analysis.intent) == ''": `there is no time zone "quote_request"`,
		"'x'.truncate(analysis.lead_score - 85) == ''":   "a value could not be converted",
		"transcript.segments.all(a, transcript.segments.all(b, transcript.segments.all(c, a.text + b.text != c.text)))": "the expression takes too much time or memory",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			p, err := expr.Compile(source, expr.Values...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Value(t.Context(), vars); err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

func TestARequestThatNothingIsKnownOfCanBeRead(t *testing.T) {
	t.Parallel()
	vars := expr.Subject{Tenant: &tenant.Tenant{}, Request: &request.Request{}}.Vars()
	for source, want := range map[string]any{
		"analysis.is_lead || analysis.lead_score > 0": false,
		"request.started_at":                          nil,
		"transcript.text":                             "",
		"person.name":                                 "",
		"tenant.time_zone":                            "UTC",
		"analysis.next_steps":                         []string{},
	} {
		p, err := expr.Compile(source, expr.Values...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Value(t.Context(), vars)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", source, err, diff)
		}
	}
}

func TestAProgramKnowsWhatItUses(t *testing.T) {
	t.Parallel()
	vars := newSubject().Vars()
	p, err := expr.Compile("analysis.lead_score >= 80 && request.form[?'rooms'].hasValue() && transcript.segments.exists(s, s.index > 0)", expr.Bool)
	if err != nil {
		t.Fatal(err)
	}
	used := p.Used(vars)
	want := map[string]any{"analysis.lead_score": int64(85), "request.form": map[string]string{"rooms": "two"}}
	if diff := cmp.Diff(want, used); diff != "" {
		t.Error(diff) // not the segments
	}
	if _, ok := p.Path(); ok {
		t.Error("a comparison is a path")
	}
	p, err = expr.Compile(" analysis.budget.signal ", expr.Text)
	if err != nil {
		t.Fatal(err)
	}
	if path, ok := p.Path(); !ok || path != "analysis.budget.signal" {
		t.Errorf("got %q, %t", path, ok)
	}
}

func TestVariablesCanBeAddedTo(t *testing.T) {
	t.Parallel()
	before := newSubject().Vars()
	after := before.With([]string{"a", "b"}, "7")
	p, err := expr.Compile("owner + tags.join('')", expr.Text)
	if err != nil {
		t.Fatal(err)
	}
	for vars, want := range map[*expr.Vars]string{before: "12kitchen", after: "7ab"} {
		if got, err := p.Value(t.Context(), vars); err != nil || got != want {
			t.Errorf("got %v, %v, want %s", got, err, want)
		}
	}
}

func TestAnExpressionStopsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newSubject()
	s.Transcript.Segments = make([]request.Segment, 5000)
	p, err := expr.Compile("transcript.segments.all(s, s.index >= 0)", expr.Bool)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Match(ctx, s.Vars()); err == nil || err.Error() != "the expression was interrupted" {
		t.Errorf("got %v", err)
	}
}
