package evaluate

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

var closely = cmpopts.EquateApprox(0, 0.0005)

func TestWilsonsIntervalHoldsAtTheEnds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		right, of int
		want      Rate
	}{
		{81, 263, Rate{81, 263, 0.3080, 0.2553, 0.3662}}, // R. G. Newcombe, Statistics in Medicine 17 (1998), table I
		{15, 148, Rate{15, 148, 0.1014, 0.0624, 0.1605}},
		{0, 20, Rate{0, 20, 0, 0, 0.1611}},
		{29, 29, Rate{29, 29, 1, 0.8830, 1}},
		{0, 0, Rate{0, 0, 0, 0, 1}},
	} {
		if diff := cmp.Diff(tc.want, rateOf(tc.right, tc.of), closely); diff != "" {
			t.Errorf("%d of %d:\n%s", tc.right, tc.of, diff)
		}
	}
}

func TestQuantilesAreValuesThatOccurred(t *testing.T) {
	t.Parallel()
	values := []int{9, 1, 5, 3, 7}
	if p50, p95, none := quantile(values, 0.5), quantile(values, 0.95), quantile([]int{}, 0.5); p50 != 5 || p95 != 9 || none != 0 {
		t.Errorf("median %d, 95th percentile %d, of nothing %d", p50, p95, none)
	}
}

// scripted answers what stands after "says" in the call: intent, score, confidence in tenths.
func scripted() *fake {
	return &fake{answer: func(_ *stage.Job, said string) request.Analysis {
		words := strings.Fields(said)
		score := map[string]int{"hot": 90, "warm": 60, "cold": 30, "none": 5}[words[1]]
		sure := float64(words[2][0]-'0') / 10
		return request.Analysis{
			Intent: words[0], LeadScore: score, Spam: words[0] == "spam", Analyzer: request.AnalyzerRules,
			Customer:   request.Person{Name: "Ann Lee"},
			Confidence: request.Confidence{Fields: map[string]float64{Intent: sure}},
		}
	}}
}

func says(id, words, labels string) string {
	return `{"id":"` + id + `","kind":"call","transcript":[{"speaker":"customer","text":"` + words + `"}],"labels":{` + labels + `}}`
}

func report(t *testing.T) Report {
	t.Helper()
	return NewReport(run(
		t, scripted(),
		says("a", "quote_request hot 9", `"intent":"quote_request","score_band":"hot","customer_name":"ann lee"`),
		says("b", "quote_request warm 9", `"intent":"quote_request","score_band":["hot","warm"],"customer_name":null`),
		says("c", "quote_request cold 9", `"intent":"spam","score_band":"none"`),
		says("d", "spam none 5", `"intent":"spam","score_band":"none"`),
		says("e", "other none 5", `"intent":"quote_request"`),
		says("f", "other none 5", ``),
	))
}

func TestFieldsAreScoredBesideTheMajorityClass(t *testing.T) {
	t.Parallel()
	r := report(t)
	if r.Cases != 6 || r.Labelled != 5 || r.AnsweredBy["rules"] != 6 {
		t.Errorf("report = %+v", r)
	}
	// quote_request: 2 hits of 3 true and 3 given, F1 2/3; spam: 1 of 2 true and 1 given, 2/3.
	f1, baseF1 := 2.0/3, 0.375 // baseline: quote_request 2·3/(3+5), spam 0
	want := FieldScore{
		Field: Intent, Accuracy: Rate{3, 5, 0.6, 0.2307, 0.8824}, MacroF1: &f1,
		Baseline: Baseline{Answer: "quote_request", Accuracy: 0.6, MacroF1: &baseF1},
	}
	if diff := cmp.Diff(want, r.Field(Intent), closely); diff != "" {
		t.Error(diff)
	}
	if got := r.Field(ScoreBand); got.Accuracy.Right != 3 || got.Accuracy.Of != 4 {
		t.Errorf("a list accepts each of its answers: %+v", got.Accuracy)
	}
	name := r.Field(CustomerName)
	if name.Accuracy.Right != 1 || name.Accuracy.Of != 2 || name.MacroF1 != nil {
		t.Errorf("an invented name is wrong: %+v", name)
	}
	if got := r.Field(Budget); got.Accuracy.Of != 0 || len(r.Fields) != 4 {
		t.Errorf("a field without labels is scored: %+v", r.Fields)
	}
}

func TestTheConfusionOfBandsCountsWhatIsGivenAsWhat(t *testing.T) {
	t.Parallel()
	want := Confusion{Bands: []string{"hot", "warm", "cold", "none"}, Counts: [][]int{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 0, 0}, {0, 0, 1, 1}}}
	if diff := cmp.Diff(want, report(t).Bands); diff != "" {
		t.Error(diff)
	}
}

func TestCalibrationIsTheGapOfConfidenceAndAccuracy(t *testing.T) {
	t.Parallel()
	got := report(t).Calibration[0]
	// at 0.9 two of three are right, at 0.5 one of two: 3/5·|0.9-2/3| + 2/5·0
	want := Calibration{Field: Intent, Error: 0.14, Bins: []Bin{{0.5, 0.6, 2, 0.5, 0.5}, {0.9, 1, 3, 0.9, 2.0 / 3}}}
	if diff := cmp.Diff(want, got, closely); diff != "" {
		t.Error(diff)
	}
}

func TestSpreadsSumUp(t *testing.T) {
	t.Parallel()
	got := spreadOf([]float64{3, 1, 2})
	if got.Total != 6 || got.Median != 2 || got.P95 != 3 || math.IsNaN(spreadOf(nil).P95) {
		t.Errorf("spread = %+v", got)
	}
}

func TestThePrintedReportHasEveryFigure(t *testing.T) {
	t.Parallel()
	r := report(t)
	var out bytes.Buffer
	if err := r.Print(&out); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"6 cases, 5 with labels, answered by rules 6", "intent 5 0.600 0.231-0.882 0.667 quote_request 0.600 0.375",
		"customer_name 2 0.500 0.095-0.905 - (not given) 0.500 -", "IS GIVEN AS HOT WARM COLD NONE", "none 0 0 1 1",
		"intent 0.140 0.50: 0.50 (2) 0.90: 0.67 (3)", "latency", "model cost $0.00000",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q:\n%s", want, out.String())
		}
	}
}

func TestThresholdsNameEverythingBelowThem(t *testing.T) {
	t.Parallel()
	r := report(t)
	if err := (Thresholds{Fields: map[string]float64{Intent: 0.6, ScoreBand: 0.75}}).Check(&r); err != nil {
		t.Errorf("what is reached is refused: %v", err)
	}
	err := Thresholds{Fields: map[string]float64{Intent: 0.61, Budget: 0.1, ScoreBand: 0.75}, Injection: 1}.Check(&r)
	if err == nil {
		t.Fatal("nothing is below")
	}
	for _, want := range []string{"intent: accuracy 0.600 (3 of 5) is below 0.610", "budget: accuracy 0.000 (0 of 0)", "injection resistance"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), ScoreBand) {
		t.Errorf("%q names a field that is good enough", err)
	}
}

func TestPredictionsHaveTheAgreedKeys(t *testing.T) {
	t.Parallel()
	outcomes := run(t, scripted(), says("a", "spam none 5", ``))
	outcomes[0].Answers.CustomerName = nil
	var out bytes.Buffer
	if err := WritePredictions(&out, outcomes); err != nil {
		t.Fatal(err)
	}
	want := `{"id":"a","intent":"spam","project_type":"","timeline":"","budget":"","lead_score":5,"spam":true,"appointment":"","customer_name":null,"customer_email":null}` + "\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}
