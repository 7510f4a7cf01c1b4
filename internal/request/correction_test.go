package request_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func correction(field, value string) request.Correction {
	return request.Correction{Field: field, Value: json.RawMessage(value), Actor: "ann"}
}

// spam is what the analyser took for spam.
func spam() *request.Analysis {
	return &request.Analysis{
		Intent: "spam", ProjectType: "none", Timeline: "unknown", Budget: request.Budget{Signal: "unknown"}, Spam: true,
		LeadScore: 0, ScoreBand: request.NoLead, ScoreBreakdown: []request.Factor{{Signal: "intent", Reason: "spam"}},
		Evidence: []request.Evidence{{Field: "intent", Quote: "a special offer"}, {Field: "summary", Quote: "offer"}, {Field: "customer_name", Quote: "Acme Offers"}},
	}
}

// lead is what the analyser took for a strong lead.
func lead() *request.Analysis {
	return &request.Analysis{
		Intent: "quote_request", ProjectType: "kitchen", Timeline: "1_3_months", Budget: request.Budget{Signal: "high"}, IsLead: true,
		LeadScore: 86, ScoreBand: request.Hot, ScoreBreakdown: []request.Factor{{Signal: "intent", Value: 1, Weight: 20, Points: 20}},
	}
}

func TestTheScoreFollowsACorrectionAsFarAsItMust(t *testing.T) {
	t.Parallel()
	type outcome struct {
		Lead, Spam bool
		Score      int
		Band       request.Band
	}
	for name, tc := range map[string]struct {
		of   *request.Analysis
		made []request.Correction
		want outcome
	}{
		"a lead that is spam":                     {lead(), []request.Correction{correction("spam", "true")}, outcome{false, true, 19, request.NoLead}},
		"a lead whose intent is spam":             {lead(), []request.Correction{correction("intent", `"spam"`)}, outcome{false, true, 19, request.NoLead}},
		"a lead of spam's intent that is no spam": {lead(), []request.Correction{correction("intent", `"spam"`), correction("spam", "false")}, outcome{false, false, 19, request.NoLead}},
		"a lead that complains":                   {lead(), []request.Correction{correction("intent", `"complaint"`)}, outcome{false, false, 19, request.NoLead}},
		"no lead after all":                       {lead(), []request.Correction{correction("is_lead", "false")}, outcome{false, false, 19, request.NoLead}},
		"another kind of lead":                    {lead(), []request.Correction{correction("intent", `"appointment"`)}, outcome{true, false, 86, request.Hot}},
		"an intent that says nothing":             {lead(), []request.Correction{correction("intent", `"other"`)}, outcome{true, false, 86, request.Hot}},
		"a project":                               {lead(), []request.Correction{correction("project_type", `"roofing"`)}, outcome{true, false, 86, request.Hot}},
		"a lower score":                           {lead(), []request.Correction{correction("lead_score", "55")}, outcome{true, false, 55, request.Warm}},
		"a score that no lead has":                {lead(), []request.Correction{correction("lead_score", "10")}, outcome{false, false, 10, request.NoLead}},
		"spam whose intent was wrong":             {spam(), []request.Correction{correction("intent", `"quote_request"`)}, outcome{true, false, 20, request.Cold}},
		"spam that somebody calls a lead":         {spam(), []request.Correction{correction("is_lead", "true"), correction("intent", `"quote_request"`)}, outcome{true, false, 20, request.Cold}},
		"spam that is a hot lead":                 {spam(), []request.Correction{correction("intent", `"quote_request"`), correction("lead_score", "90")}, outcome{true, false, 90, request.Hot}},
		"no spam, but of an intent that is none":  {spam(), []request.Correction{correction("spam", "false")}, outcome{false, false, 0, request.NoLead}},
		"a value that the field has not any more": {lead(), []request.Correction{correction("intent", `"nonsense"`)}, outcome{true, false, 86, request.Hot}},
		"a field that is none":                    {lead(), []request.Correction{correction("model", `"x"`)}, outcome{true, false, 86, request.Hot}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tc.of.Corrected(tc.made)
			if diff := cmp.Diff(tc.want, outcome{got.IsLead, got.Spam, got.LeadScore, got.ScoreBand}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAChangedScoreIsExplained(t *testing.T) {
	t.Parallel()
	before := lead()
	got := before.Corrected([]request.Correction{correction("spam", "true")})
	want := []request.Factor{
		lead().ScoreBreakdown[0], {Signal: "correction", Value: 1, Weight: -67, Points: -67, Reason: "a person called it no lead"},
	}
	if diff := cmp.Diff(want, got.ScoreBreakdown); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(lead(), before); diff != "" {
		t.Errorf("the analyser's own answer was changed: %s", diff)
	}
}

func TestCorrectionsFillTheirFieldsAndDropTheirQuotes(t *testing.T) {
	t.Parallel()
	got := spam().Corrected([]request.Correction{
		correction("budget", `{"signal":"high","min":40000,"max":null}`), correction("summary", `"Wants a kitchen."`),
		correction("customer.name", `"Dana Sample"`), correction("customer.email", `""`), correction("sentiment", `"positive"`),
		correction("appointment", `"booked"`), correction("timeline", `"immediate"`), correction("customer.address", `"1 Example Street"`),
	})
	least := int64(40000)
	want := spam()
	want.Budget, want.Summary, want.Sentiment = request.Budget{Signal: "high", Min: &least}, "Wants a kitchen.", "positive"
	want.Customer = request.Person{Name: "Dana Sample", Address: "1 Example Street"}
	want.Appointment, want.Timeline, want.Evidence = "booked", "immediate", want.Evidence[:1]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := string(spam().Was("budget")); got != `{"signal":"unknown","min":null,"max":null}` {
		t.Errorf("it was %s", got)
	}
	if got := string(spam().Was("model")); got != "null" {
		t.Errorf("a field that cannot be corrected was %s", got)
	}
	var none *request.Analysis
	if none.Corrected([]request.Correction{correction("intent", `"spam"`)}) != nil {
		t.Error("what was not analysed has an analysis")
	}
}

// Quotes go into the CRM's notes, where one of a wrong name would stand beside the right one.
func TestACorrectedPersonLosesTheQuotesOfTheWrongOne(t *testing.T) {
	t.Parallel()
	for _, detail := range []string{"name", "email", "phone", "address"} {
		of := lead()
		of.Evidence = []request.Evidence{{Field: "intent", Quote: "a quote, please"}}
		for _, said := range []string{"name", "email", "phone", "address"} {
			of.Evidence = append(of.Evidence, request.Evidence{Field: "customer_" + said, Quote: "my " + said})
		}
		want := slices.DeleteFunc(slices.Clone(of.Evidence), func(e request.Evidence) bool { return e.Field == "customer_"+detail })
		got := of.Corrected([]request.Correction{correction("customer."+detail, `"another"`)})
		if diff := cmp.Diff(want, got.Evidence); diff != "" {
			t.Errorf("%s (-want +got)\n%s", detail, diff)
		}
		if len(of.Evidence) != 5 {
			t.Errorf("%s: the analyser's own quotes were changed", detail)
		}
	}
}

func TestACorrectedBudgetLeavesTheAnalysersOwnAmounts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ value, want string }{
		"with other amounts": {`{"signal":"low","min":1000,"max":5000}`, `{"signal":"low","min":1000,"max":5000}`},
		"without amounts":    {`{"signal":"low"}`, `{"signal":"low","min":null,"max":null}`},
		"refused":            {`{"signal":"low","min":5000,"max":1000}`, `{"signal":"high","min":50000,"max":60000}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			least, most := int64(50000), int64(60000)
			own := lead()
			own.Budget.Min, own.Budget.Max = &least, &most
			made := []request.Correction{correction("budget", tc.value)}
			_ = own.CheckCorrections(made) // what it says is tested below
			if got := string(own.Corrected(made).Was("budget")); got != tc.want {
				t.Errorf("the corrected budget is %s, want %s", got, tc.want)
			}
			if got := string(own.Was("budget")); got != `{"signal":"high","min":50000,"max":60000}` {
				t.Errorf("the analyser's own budget became %s", got)
			}
		})
	}
}

func TestCorrectionsThatCannotBeMadeAreRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		made  []request.Correction
		field string // empty: it can
	}{
		"a word of the vocabulary":       {[]request.Correction{correction("timeline", `"immediate"`)}, ""},
		"a budget":                       {[]request.Correction{correction("budget", `{"signal":"low","min":null,"max":500}`)}, ""},
		"an unknown word":                {[]request.Correction{correction("intent", `"buy"`)}, "intent"},
		"another type":                   {[]request.Correction{correction("intent", `1`)}, "intent"},
		"null":                           {[]request.Correction{correction("summary", `null`)}, "summary"},
		"half a number":                  {[]request.Correction{correction("lead_score", `50.5`)}, "lead_score"},
		"a score above all":              {[]request.Correction{correction("lead_score", `101`)}, "lead_score"},
		"a budget that ends before":      {[]request.Correction{correction("budget", `{"signal":"low","min":2,"max":1}`)}, "budget"},
		"a budget with something else":   {[]request.Correction{correction("budget", `{"signal":"low","currency":"EUR"}`)}, "budget"},
		"a word for no amount":           {[]request.Correction{correction("budget", `{"signal":"vast"}`)}, "budget"},
		"a budget of nothing":            {[]request.Correction{correction("budget", `{"signal":"low","min":0,"max":0}`)}, ""},
		"a budget of one amount":         {[]request.Correction{correction("budget", `{"signal":"low","min":5,"max":5}`)}, ""},
		"a least amount below nothing":   {[]request.Correction{correction("budget", `{"signal":"low","min":-1}`)}, "budget"},
		"a highest amount below nothing": {[]request.Correction{correction("budget", `{"signal":"low","max":-1}`)}, "budget"},
		"the lowest score":               {[]request.Correction{correction("lead_score", `0`)}, ""},
		"the highest score":              {[]request.Correction{correction("lead_score", `100`)}, ""},
		"a score below all":              {[]request.Correction{correction("lead_score", `-1`)}, "lead_score"},
		"the longest name":               {[]request.Correction{correction("customer.name", `"`+strings.Repeat("ü", 320)+`"`)}, ""},
		"a name that is too long":        {[]request.Correction{correction("customer.name", `"`+strings.Repeat("u", 321)+`"`)}, "customer.name"},
		"a text with a null letter":      {[]request.Correction{correction("summary", `"a\u0000"`)}, "summary"},
		"two values":                     {[]request.Correction{correction("is_lead", `true false`)}, "is_lead"},
		"a field of the analyser":        {[]request.Correction{correction("prompt_hash", `""`)}, "prompt_hash"},
		"spam alone":                     {[]request.Correction{correction("spam", `true`)}, ""},
		"spam with a high score":         {[]request.Correction{correction("spam", `true`), correction("lead_score", `90`)}, "spam"},
		"spam that is a lead":            {[]request.Correction{correction("spam", `true`), correction("is_lead", `true`)}, "spam"},
		"a lead with the score of none":  {[]request.Correction{correction("is_lead", `true`), correction("lead_score", `5`)}, "lead_score"},
		"no lead with the score of one":  {[]request.Correction{correction("is_lead", `false`), correction("lead_score", `60`)}, "lead_score"},
		"spam with the score of no lead": {[]request.Correction{correction("spam", `true`), correction("lead_score", `3`)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := lead().CheckCorrections(tc.made)
			var wrong *request.CorrectionError
			if errors.As(err, &wrong) != (tc.field != "") || wrong != nil && wrong.Field != tc.field {
				t.Errorf("got %v, want an error about %q", err, tc.field)
			}
		})
	}
}
