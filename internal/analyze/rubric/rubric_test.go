package rubric

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// newChecked returns a strong lead after changes, every claim of it quoted.
func newChecked(changes ...func(*verdict.Answer)) *verdict.Checked {
	a := verdict.Answer{
		Intent: "quote_request", ProjectType: "kitchen", Timeline: "1_3_months", Budget: request.Budget{Signal: "medium"}, Appointment: "none",
		Signals: verdict.Signals{
			DecisionMaker: verdict.Yes, ServiceArea: verdict.Unknown, Commitment: verdict.None,
			Interest: verdict.Active, JobSize: verdict.Normal, Engagement: verdict.Low,
		},
	}
	for _, change := range changes {
		change(&a)
	}
	for _, field := range verdict.Fields {
		a.Evidence = append(a.Evidence, request.Evidence{Field: field, Quote: "words"})
	}
	c := verdict.Check(a, &request.Transcript{Segments: []request.Segment{{Text: "words"}}})
	return &c
}

var spoken = Facts{Contactable: true, Words: true, DurationS: 90}

func TestBandsFollowTheirDefinition(t *testing.T) {
	t.Parallel()
	amount := int64(8000)
	for _, tc := range []struct {
		name   string
		change func(*verdict.Answer)
		want   request.Band
	}{
		{"a project, a decider, a near date and money", func(*verdict.Answer) {}, request.Hot},
		{"a booked visit stands for money", func(a *verdict.Answer) { a.Budget.Signal = "unknown"; a.Appointment = "booked" }, request.Hot},
		{"a claim stands for money", func(a *verdict.Answer) {
			a.Budget.Signal = "unknown"
			a.Signals.Commitment = verdict.InsuranceClaim
		}, request.Hot},
		{"a signed-off scope stands for money", func(a *verdict.Answer) {
			a.Budget.Signal = "unknown"
			a.Signals.Commitment = verdict.SignedOffScope
		}, request.Hot},
		{"a small amount is money", func(a *verdict.Answer) { a.Budget = request.Budget{Signal: "low", Max: &amount} }, request.Hot},
		{"as cheap as possible is none", func(a *verdict.Answer) { a.Budget.Signal = "low" }, request.Warm},
		{"no money named", func(a *verdict.Answer) { a.Budget.Signal = "unknown" }, request.Warm},
		{"neither money nor date", func(a *verdict.Answer) { a.Budget.Signal = "unknown"; a.Timeline = "unknown" }, request.Warm},
		{"a date some months off", func(a *verdict.Answer) { a.Timeline = "3_6_months" }, request.Warm},
		{"somebody else must agree", func(a *verdict.Answer) { a.Signals.DecisionMaker = verdict.Shared }, request.Warm},
		{"three things lacking", func(a *verdict.Answer) {
			a.Budget.Signal, a.Timeline, a.Signals.DecisionMaker = "unknown", "unknown", verdict.Shared
		}, request.Cold},
		{"far off", func(a *verdict.Answer) { a.Timeline = "6_plus_months" }, request.Cold},
		{"no say", func(a *verdict.Answer) { a.Signals.DecisionMaker = verdict.No }, request.Cold},
		{"out of area", func(a *verdict.Answer) { a.Signals.ServiceArea = verdict.Outside }, request.Cold},
		{"tiny", func(a *verdict.Answer) { a.Signals.JobSize = verdict.Tiny }, request.Cold},
		{"only curious", func(a *verdict.Answer) { a.Signals.Interest = verdict.Early }, request.Cold},
		{"a mere question", func(a *verdict.Answer) {
			a.Intent, a.Signals.Interest, a.Budget.Signal = "service_question", verdict.Unknown, "unknown"
		}, request.Cold},
		{"a complaint, whatever the money", func(a *verdict.Answer) { a.Intent = "complaint" }, request.NoLead},
		{"a vendor", func(a *verdict.Answer) { a.Intent = "vendor_solicitation" }, request.NoLead},
		{"a job seeker", func(a *verdict.Answer) { a.Intent = "job_seeker" }, request.NoLead},
		{"a wrong number", func(a *verdict.Answer) { a.Intent = "wrong_number" }, request.NoLead},
		{"spam that plays a customer", func(a *verdict.Answer) { a.Spam = true }, request.NoLead},
		{"a survey", func(a *verdict.Answer) { a.Intent = "other" }, request.NoLead},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := Score(newChecked(tc.change), spoken, nil)
			if got.Band != tc.want || got.Band != request.BandOf(got.Score) || got.IsLead != (got.Score >= 20) {
				t.Errorf("score = %d (%s, lead %t), want %s\n%+v", got.Score, got.Band, got.IsLead, tc.want, got.Breakdown)
			}
		})
	}
}

// With the default weights no score is lifted into its band: the points alone reach it.
func TestPointsAddUpToTheScore(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*verdict.Answer){
		func(*verdict.Answer) {},
		func(a *verdict.Answer) { a.Budget.Signal, a.Timeline = "unknown", "unknown" },
	} {
		got := Score(newChecked(change), spoken, nil)
		sum := 0.0
		for _, f := range got.Breakdown {
			sum += f.Points
		}
		if math.Abs(sum-float64(got.Score)) > 0.5 {
			t.Errorf("points add up to %.1f, score is %d", sum, got.Score)
		}
	}
}

func TestSilenceIsAColdLeadIfNobodyAnswered(t *testing.T) {
	t.Parallel()
	silent := verdict.Check(verdict.Answer{Intent: "other", ProjectType: "none", Timeline: "unknown", Budget: request.Budget{Signal: "unknown"}, Signals: verdict.Signals{Engagement: verdict.Low}}, nil)
	for _, tc := range []struct {
		name  string
		facts Facts
		want  request.Band
	}{
		{"abandoned before anybody answered", Facts{Contactable: true, Missed: true, DurationS: 9}, request.Cold},
		{"answered and hung up at once", Facts{Contactable: true, DurationS: 4}, request.NoLead},
		{"a long call that was not recorded", Facts{Contactable: true, DurationS: 240}, request.Cold},
		{"missed, and there is nobody to call back", Facts{Missed: true, DurationS: 9}, request.NoLead},
		{"not recorded, and there is nobody to call back", Facts{DurationS: 240}, request.NoLead},
		{"words on a voicemail, of somebody to look for", Facts{Missed: true, Words: true, DurationS: 20}, request.Cold},
	} {
		if got := Score(&silent, tc.facts, nil); got.Band != tc.want {
			t.Errorf("%s: score = %d, want %s", tc.name, got.Score, tc.want)
		}
	}
}

func TestClaimsWithoutQuotesCountForNothing(t *testing.T) {
	t.Parallel()
	loud := newChecked(func(a *verdict.Answer) {
		a.Budget.Signal, a.Timeline, a.Appointment, a.Signals.Commitment = "high", "immediate", "booked", verdict.Ready
	})
	bare := loud.Answer
	bare.Evidence = bare.Evidence[:1] // the intent's
	checked := verdict.Check(bare, &request.Transcript{Segments: []request.Segment{{Text: "words"}}})
	got, want := Score(&checked, spoken, nil), Score(newChecked(func(a *verdict.Answer) {
		a.Budget.Signal, a.Timeline, a.Signals.DecisionMaker, a.Signals.Interest = "unknown", "unknown", verdict.Unknown, verdict.Unknown
	}), spoken, nil)
	if got.Score != want.Score {
		t.Errorf("score without quotes = %d, want %d as if nothing had been claimed", got.Score, want.Score)
	}
}

func TestWeightsMoveTheScoreButNotTheLimits(t *testing.T) {
	t.Parallel()
	far := newChecked(func(a *verdict.Answer) { a.Timeline, a.Budget.Signal = "unknown", "unknown" })
	standard := Score(far, spoken, nil)
	patient := Score(far, spoken, map[string]float64{Timeline: 0})
	if patient.Score <= standard.Score || patient.Band != request.Warm {
		t.Errorf("score = %d, with a weight of 0 on time %d; want more, and warm still", standard.Score, patient.Score)
	}
	total := 0.0
	for _, f := range patient.Breakdown {
		total += f.Weight
	}
	if math.Abs(total-100) > 0.5 {
		t.Errorf("weights add up to %.1f, want 100", total)
	}
	vendor := newChecked(func(a *verdict.Answer) { a.Intent = "vendor_solicitation" })
	if got := Score(vendor, spoken, map[string]float64{Intent: 1000}); got.Score >= 20 {
		t.Errorf("a vendor scores %d with a tenant's weights", got.Score)
	}
}

func TestRescoreNeedsOnlyTheBreakdown(t *testing.T) {
	t.Parallel()
	own := map[string]float64{Budget: 40, Engagement: 0}
	for _, change := range []func(*verdict.Answer){
		func(*verdict.Answer) {},
		func(a *verdict.Answer) { a.Signals.DecisionMaker = verdict.No },
		func(a *verdict.Answer) { a.Intent = "complaint" },
		func(a *verdict.Answer) { a.Intent = "service_question" },
	} {
		c := newChecked(change)
		want := Score(c, spoken, own)
		got := Rescore(Score(c, spoken, nil).Breakdown, own)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("rescored differs (-want +got):\n%s", diff)
		}
	}
}

func TestWeightsThatCannotBeUsedAreTheDefault(t *testing.T) {
	t.Parallel()
	c := newChecked()
	bad := map[string]float64{Budget: math.NaN(), Timeline: -5, "charm": 50}
	if diff := cmp.Diff(Score(c, spoken, nil), Score(c, spoken, bad)); diff != "" {
		t.Errorf("bad weights change the score:\n%s", diff)
	}
	if CheckWeights(bad) == nil || CheckWeights(map[string]float64{Budget: 30}) != nil {
		t.Error("CheckWeights does not tell good weights from bad")
	}
	zero := map[string]float64{}
	for _, w := range weights {
		zero[w.signal] = 0
	}
	if got := Score(c, spoken, zero); got.Score != Score(c, spoken, nil).Score {
		t.Errorf("weights of zero give %d", got.Score)
	}
}
