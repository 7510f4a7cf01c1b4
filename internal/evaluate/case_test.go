package evaluate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

func TestACaseThatCannotBeUsedIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	good := `{"id":"a","kind":"call","transcript":[]}`
	for _, tc := range []struct{ name, line, want string }{
		{"no JSON", `{"id":`, "line 3"},
		{"no id", `{"kind":"call"}`, "no id"},
		{"the same id", good, `two cases with the id "a"`},
		{"unknown kind", `{"id":"b","kind":"fax"}`, `kind "fax"`},
		{"form without fields", `{"id":"b","kind":"form"}`, "needs form_fields"},
		{"fields that are no object", `{"id":"b","kind":"form","form_fields":["x"]}`, "not an object"},
		{"call with fields", `{"id":"b","kind":"call","form_fields":{"x":"y"}}`, "only a form"},
		{"no time", `{"id":"b","kind":"call","call":{"start_time":"last Monday"}}`, "is not a time"},
		{"unknown label", `{"id":"b","kind":"call","labels":{"intent":"buy"}}`, `intent: "buy" is not one of`},
		{"label of a wrong kind", `{"id":"b","kind":"call","labels":{"spam":{"x":1}}}`, "spam: it is neither"},
		{"score beyond the scale", `{"id":"b","kind":"call","labels":{"lead_score":400}}`, `"400" is not a score`},
		{"injected words that are not there", `{"id":"b","kind":"call","transcript":[{"text":"hello"}],"injected":["score me"]}`, "injected words are not in it"},
		{"no such twin", `{"id":"b","kind":"call","clean_of":"c"}`, `no case "c"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadCases(strings.NewReader(good + "\n\n" + tc.line + "\n"))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("error = %v, want %q", err, tc.want)
			}
			if tc.name != "no such twin" && !strings.Contains(err.Error(), "line 3: ") {
				t.Errorf("error %q does not name line 3", err)
			}
		})
	}
}

func TestLabelsMayBeValuesListsOrAbsent(t *testing.T) {
	t.Parallel()
	labels := readCases(t, `{"id":"a","kind":"call","labels":{"intent":"other","spam":[true,false],"lead_score":63,"customer_name":null,"budget":null}}`)[0].Labels
	want := map[string][]string{
		Intent: {"other"}, Spam: {"true", "false"}, ScoreBand: {"warm"}, IsLead: {"true"}, CustomerName: {""},
	}
	if diff := cmp.Diff(want, labels.accepted); diff != "" {
		t.Error(diff)
	}
}

func TestKeysThatMeanNothingAreReported(t *testing.T) {
	t.Parallel()
	set, err := ReadCases(strings.NewReader("\ufeff" + `{"id":"a","kind":"call","note":"x","labels":{"mood":"good"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"labels.mood", "note"}, set.Ignored); diff != "" {
		t.Error(diff)
	}
}

func TestTimesMayBeShort(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"2026-03-02T09:14:00-05:00"`: "2026-03-02 09:14:00 -0500", `"2026-03-02T09:14-05:00"`: "2026-03-02 09:14:00 -0500",
		`"2026-03-02 09:14:00"`: "2026-03-02 09:14:00 +0000", `"2026-03-02"`: "2026-03-02 00:00:00 +0000", `null`: "0001-01-01 00:00:00 +0000",
	} {
		c := readCases(t, `{"id":"a","kind":"call","call":{"start_time":`+text+`}}`)[0]
		if got := c.Call.StartTime.Format("2006-01-02 15:04:05 -0700"); got != want {
			t.Errorf("%s = %s, want %s", text, got, want)
		}
	}
}

func TestAnAnswerIsTheSameInOtherSpelling(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, field, a, b string
		want              bool
	}{
		{"case, hyphen and accent", CustomerName, "Renée Smith-Jones", "renee smith jones", true},
		{"title", CustomerName, "Dr. Amara Nwosu", "Amara Nwosu", true},
		{"title alone is a name", CustomerName, "Sister", "", false},
		{"spaces and apostrophe", CustomerName, "O'Brien", "O Brien", true},
		{"another name", CustomerName, "Jon Lee", "John Lee", false},
		{"address in capitals", CustomerEmail, "J.Doe@Example.com", "j.doe@example.com", true},
		{"another address", CustomerEmail, "jdoe@example.com", "j.doe@example.com", false},
		{"nothing is not something", CustomerEmail, "", "j.doe@example.com", false},
		{"words of a vocabulary", Intent, "Other", "other", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := same(tc.field, tc.a, tc.b); got != tc.want {
				t.Errorf("same(%q, %q) = %t", tc.a, tc.b, got)
			}
		})
	}
}

func TestCasesReachTheAnalyzerAsThePipelineHasThem(t *testing.T) {
	t.Parallel()
	f := &fake{answer: func(*stage.Job, string) request.Analysis { return request.Analysis{} }}
	run(
		t, f,
		`{"id":"call","kind":"call","transcript":[{"speaker":"speaker 1","start":1.5,"end":2,"text":"Hi"}],"call":{"duration_s":33,"answered":true,"source_name":"Ads","start_time":"2026-03-02T23:30:00-07:00"}}`,
		`{"id":"unheard","kind":"call","transcript":[],"call":{"answered":false,"start_time":"2026-03-02T23:30:00Z"}}`,
		`{"id":"form","kind":"form","form_fields":{"zip":"80014","Your Name":"Ann Lee","E-mail":"ann@example.com","empty":""}}`,
		`{"id":"text","kind":"text","transcript":[{"speaker":"agent","text":"Yes?"},{"speaker":"customer","text":"price?"}]}`,
	)
	call := f.jobs["call"]
	if got := call.Request.StartedAt.In(call.Tenant.Location()).Format("Mon 15:04"); got != "Mon 23:30" {
		t.Errorf("the call is at %s for the tenant, want Monday night", got)
	}
	d := call.Request.Details
	if call.Request.Caller.Phone == "" || !d.Answered || d.DurationS != 33 || d.SourceName != "Ads" {
		t.Errorf("call = %+v of %+v", d, call.Request.Caller)
	}
	tr, _ := call.Record.Transcript(t.Context())
	want := []request.Segment{{Speaker: "speaker 1", Start: 1.5, End: 2, Text: "Hi"}}
	if diff := cmp.Diff(want, tr.Segments); diff != "" {
		t.Error(diff)
	}
	if f.jobs["unheard"].Request.Details.Answered {
		t.Error("a call that nobody answered counts as answered")
	}
	form := f.jobs["form"].Request
	if diff := cmp.Diff([]request.Field{{Name: "zip", Value: "80014"}, {Name: "Your Name", Value: "Ann Lee"}, {Name: "E-mail", Value: "ann@example.com"}}, form.Details.Fields); diff != "" {
		t.Errorf("the form's fields are not those sent, in their order:\n%s", diff)
	}
	if diff := cmp.Diff(request.Caller{Name: "Ann Lee", Email: "ann@example.com"}, form.Caller); diff != "" {
		t.Error(diff)
	}
	if got := f.jobs["text"].Request.Details.Text; got != "price?" {
		t.Errorf("text = %q", got)
	}
}

func TestACaseIsScoredByItsOwnWeights(t *testing.T) {
	t.Parallel()
	f := &fake{answer: func(*stage.Job, string) request.Analysis { return request.Analysis{} }}
	run(t, f, `{"id": "own", "kind": "call", "weights": {"budget": 40}}`, `{"id": "default", "kind": "call"}`)
	if got := f.jobs["own"].Tenant.Settings.Weights; got["budget"] != 40 || f.jobs["default"].Tenant.Settings.Weights != nil {
		t.Errorf("weights %v and %v", got, f.jobs["default"].Tenant.Settings.Weights)
	}
	if _, err := ReadCases(strings.NewReader(`{"id": "a", "kind": "call", "weights": {"luck": 1}}`)); err == nil {
		t.Error("a weight of no signal is read")
	}
}
