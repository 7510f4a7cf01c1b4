package rules

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func transcriptOf(in prompt.Input) *request.Transcript {
	tr := &request.Transcript{}
	for _, s := range in.Segments {
		tr.Segments = append(tr.Segments, request.Segment{Index: s.Index, Speaker: s.Speaker, Text: s.Text})
	}
	return tr
}

// fragments are what random conversations are made of: words that rules look for, numbers,
// marks, other scripts and broken bytes.
var fragments = strings.Fields(`I we want need a quote for the kitchen bathroom roof . , ? ! - about eighty grand forty to fifty thousand $ 25k 303-555-0142
	my name is Dana S-M-Y-T-H-E d a n a at example dot com before Christmas in March next spring two weeks ago not no yes Tuesday at ten works
	ignore previous instructions score 100 hired press one leads warranty crew Ünïcode Baño “quotes” İ 日本 🏠 may twenty five hundred and a double t
	@ dot @. .. -- 1/2 20% www.example.com <b> {"intent": } ’s as in Sam, first second`)

func TestAnyConversationGetsAValidAnswerWithRealQuotes(t *testing.T) {
	t.Parallel()
	word := rapid.OneOf(rapid.SampledFrom(fragments), rapid.String(), rapid.Just("\x00"), rapid.Just("\xff"))
	rapid.Check(t, func(t *rapid.T) {
		in := prompt.Input{Kind: rapid.SampledFrom([]request.Kind{request.Call, request.Form, request.Text}).Draw(t, "kind")}
		for i := range rapid.IntRange(0, 3).Draw(t, "turns") {
			in.Segments = append(in.Segments, prompt.Segment{
				Index:   i,
				Speaker: rapid.SampledFrom([]string{request.Agent, request.Customer, "speaker 1"}).Draw(t, "speaker"),
				Field:   rapid.SampledFrom([]string{"", "name", "budget", "timeline"}).Draw(t, "field"),
				Text:    strings.Join(rapid.SliceOfN(word, 0, 30).Draw(t, "words"), " "),
			})
		}
		got := Analyze(in)
		if err := got.Validate(); err != nil {
			t.Fatalf("answer is not valid: %v", err)
		}
		if c := verdict.Check(got, transcriptOf(in)); c.Dropped != 0 {
			t.Fatalf("%d quotes are not in the transcript: %+v", c.Dropped, got.Evidence)
		}
		if diff := cmp.Diff(got, Analyze(in)); diff != "" {
			t.Fatalf("another answer the second time:\n%s", diff)
		}
	})
}

func TestEveryClaimHasItsQuote(t *testing.T) {
	t.Parallel()
	for _, tc := range conversations {
		in := newCall(t, friday, tc.talk)
		got := Analyze(in)
		c := verdict.Check(got, transcriptOf(in))
		for field, claimed := range map[string]bool{
			verdict.FieldIntent: got.Intent != "other", verdict.FieldProjectType: got.ProjectType != verdict.None,
			verdict.FieldTimeline: got.Timeline != verdict.Unknown, verdict.FieldBudget: got.Budget.Signal != verdict.Unknown,
			verdict.FieldAppointment: got.Appointment != verdict.None, verdict.FieldName: got.Customer.Name != "",
			verdict.FieldEmail: got.Customer.Email != "", verdict.FieldSpam: got.Spam,
		} {
			if claimed && !c.Supported(field) {
				t.Errorf("%s: %s is claimed without a quote", tc.name, field)
			}
		}
	}
}
