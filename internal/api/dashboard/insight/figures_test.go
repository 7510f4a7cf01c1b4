package insight

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// evening is the 8th in Denver and the 9th in UTC; the clocks go forward on the 8th.
var evening = time.Date(2026, 3, 9, 2, 0, 0, 0, time.UTC)

func denver(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/Denver")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestPeriodsAreDaysOfTheZone(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"":                              "Feb 7, 2026 to Mar 8, 2026, before Jan 8, 2026 to Feb 6, 2026, 30 days",
		"days=7":                        "Mar 2, 2026 to Mar 8, 2026, before Feb 23, 2026 to Mar 1, 2026, 7 days",
		"days=1":                        "Mar 8, 2026, before Mar 7, 2026, 1 days",
		"days=367":                      "Feb 7, 2026 to Mar 8, 2026, before Jan 8, 2026 to Feb 6, 2026, 30 days",
		"days=x":                        "Feb 7, 2026 to Mar 8, 2026, before Jan 8, 2026 to Feb 6, 2026, 30 days",
		"from=2024-02-28&to=2024-03-01": "Feb 28, 2024 to Mar 1, 2024, before Feb 25, 2024 to Feb 27, 2024, 3 days",
		"from=2024-02-28":               "Please choose both days. These are the last 30.",
		"from=2024-02-30&to=2024-03-01": "Please choose both days. These are the last 30.",
		"from=2024-03-01&to=2024-02-28": "The first day must not be after the last one. These are the last 30 days.",
		"from=2024-01-01&to=2025-01-01": "This page shows at most 366 days at once. These are the last 30.",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		p := periodOf(values, evening, denver(t), companyDays)
		got := p.Problem
		if got == "" {
			got = p.Words() + ", before " + p.Before() + ", " + strings.TrimSuffix(time.Duration(p.Days()).String(), "ns") + " days"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
		if n := len(p.keys()); n != p.Days() || n != len(p.labels()) || p.before().Days() != n {
			t.Errorf("%q: %d days, %d keys, %d before", query, p.Days(), n, p.before().Days())
		}
		if running := !strings.HasPrefix(query, "from=2024-02-28&to"); p.Running != running {
			t.Errorf("%q: running is %v", query, p.Running)
		}
	}
	if p := periodOf(url.Values{"days": {"90"}}, evening, time.UTC, businessDays); p.Days() != usual || len(p.Choices) != 2 {
		t.Errorf("longer than may be asked for: %d days, choices %v", p.Days(), p.Choices)
	}
}

func TestDaysWithoutRequestsAreZero(t *testing.T) {
	t.Parallel()
	p := periodOf(url.Values{"days": {"3"}}, evening, denver(t), companyDays)
	now := []client.StatsGroup{{Key: "2026-03-06", Leads: 4, Answered: 2, Missed: 1}, {Key: "2026-03-08", Leads: 5, Voicemails: 3}}
	was := []client.StatsGroup{{Key: "2026-03-04", Leads: 7}}
	chart := leadsByDay(p, now, was)
	if diff := cmp.Diff([][]float64{{4, 0, 5}, {0, 7, 0}}, [][]float64{chart.Series[0].Values, chart.Series[1].Values}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Mar 6", "Mar 7", "Mar 8"}, chart.Labels); diff != "" {
		t.Error(diff)
	}
	calls := callsByDay(p, now)
	if diff := cmp.Diff([][]float64{{2, 0, 0}, {0, 0, 3}, {1, 0, 0}}, [][]float64{calls.Series[0].Values, calls.Series[1].Values, calls.Series[2].Values}); diff != "" {
		t.Error(diff)
	}
	if empty := leadsByDay(p, nil, nil); !empty.Blank() {
		t.Error("nothing at all is drawn")
	}
}

func TestAFigureSaysHowItChangedOrThatItIsNotKnown(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		m                 measure
		value, note, tone string
	}{
		"more is better":     {measure{Now: known(1240), Was: known(1228), Better: 1}, "1,240", "12 more than before", "good"},
		"less is worse":      {measure{Now: known(3), Was: known(4), Better: 1}, "3", "1 less than before", "bad"},
		"less is better":     {measure{Unit: "usd", Now: known(1.5), Was: known(2), Better: -1}, "$1.50", "$0.50 less than before", "good"},
		"points of a share":  {measure{Unit: "percent", Now: known(.81), Was: known(.75), Better: 1}, "81%", "6 points more than before", "good"},
		"hardly a change":    {measure{Unit: "percent", Now: known(.811), Was: known(.81), Better: 1}, "81%", "The same as before", ""},
		"time":               {measure{Unit: "ms", Now: known(4200), Was: known(3000), Better: -1}, "4.2 s", "1.2 s longer than before", "bad"},
		"neither":            {measure{Now: known(5), Was: known(1)}, "5", "4 more than before", ""},
		"nothing before":     {measure{Now: known(5), Better: 1}, "5", "Nothing to compare with", ""},
		"nothing now":        {measure{Was: known(5), Better: 1, Without: "No lead in this period"}, "–", "No lead in this period", ""},
		"a long average":     {measure{Now: known(58.333333), Was: known(58.3333), Better: 1}, "58.3", "The same as before", ""},
		"from nothing there": {measure{Now: known(0), Was: known(0), Better: 1}, "0", "The same as before", ""},
	} {
		if tc.m.Value() != tc.value || tc.m.Note() != tc.note || tc.m.Tone() != tc.tone {
			t.Errorf("%s: got %q %q %q", name, tc.m.Value(), tc.m.Note(), tc.m.Tone())
		}
	}
}

func TestMeasuresOfNothingAreNotKnown(t *testing.T) {
	t.Parallel()
	for _, m := range append(measures(figures{}, figures{}), volumes(figures{}, figures{})...) {
		if m.Meaning == "" {
			t.Errorf("%s: nobody says how it is counted", m.Label)
		}
		if sum := map[string]bool{"Leads": true, "Requests": true, "Minutes transcribed": true, "Processing cost": true}[m.Label]; (m.Now == nil) == sum || !sum && m.Without == "" {
			t.Errorf("%s of nothing: %q, %q", m.Label, m.Value(), m.Note())
		}
	}
}

func TestMeasuresAreSharesOfWhatIsKnown(t *testing.T) {
	t.Parallel()
	average, told := 61.5, int64(4000)
	now := figures{
		total: client.StatsGroup{
			Requests: 40, Leads: 20, Hot: 5, Answered: 24, Missed: 4, Voicemails: 2, AnsweredLeads: 18, AverageScore: &average, CostUSD: 4, SpeechMinutes: 30.4,
		},
		calls:    client.StatsGroup{Requests: 32, CostUSD: 3.2},
		outcomes: []client.DeliveryOutcomes{{Done: 17, Pending: 9, Parked: 1, Failed: 2, Skipped: 50}},
		timings:  client.Timings{Told: client.Spread{Requests: 3, MedianMs: &told}},
	}
	got := map[string]string{}
	for _, m := range append(measures(now, figures{}), volumes(now, figures{})...) {
		got[m.Label] = m.Value()
	}
	want := map[string]string{
		"Leads": "20", "Average score": "61.5", "High-value share": "25%", "Answer rate": "80%", "Conversion": "75%", "Response time": "4.0 s",
		"CRM success": "85%", "Cost per lead": "$0.20", "Requests": "40", "Minutes transcribed": "30.4", "Processing cost": "$4.00", "Processing cost per call": "$0.10",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBarsNameTheLargestAndSumTheRest(t *testing.T) {
	t.Parallel()
	groups := []client.StatsGroup{{Key: "", Leads: 3}, {Key: "quiet"}}
	for i := range 10 {
		groups = append(groups, client.StatsGroup{Key: string(rune('a' + i)), Leads: int64(10 + i)})
	}
	chart := leadsBy("x", "X", groups)
	if diff := cmp.Diff([]string{"J", "I", "H", "G", "F", "E", "D", "C", "All others"}, chart.Labels); diff != "" {
		t.Error(diff)
	}
	if last := chart.Series[0].Values[mostBars]; last != 10+11+3 {
		t.Errorf("all others: got %v", last)
	}
}

func TestScoresGoByTensAndBands(t *testing.T) {
	t.Parallel()
	chart := scores([]client.StatsGroup{{Key: "10", Requests: 9}, {Key: "60", Leads: 5, Warm: 3, Hot: 2}, {Key: "90", Leads: 1, Hot: 1}})
	if diff := cmp.Diff([]string{"20–29", "30–39", "40–49", "50–59", "60–69", "70–79", "80–89", "90–100"}, chart.Labels); diff != "" {
		t.Error(diff)
	}
	if w, h := chart.Series[1].Values, chart.Series[2].Values; w[4] != 3 || h[4] != 2 || h[7] != 1 || w[7] != 0 {
		t.Errorf("warm %v, hot %v", w, h)
	}
}

func TestThroughputIsOfTheLastHours(t *testing.T) {
	t.Parallel()
	chart, requests, failed := throughput(evening.Add(30*time.Minute), []client.StatsGroup{
		{Key: "2026-03-08T02:00", Requests: 99}, // too long ago
		{Key: "2026-03-08T03:00", Requests: 4, Failed: 1},
		{Key: "2026-03-09T02:00", Requests: 2},
	})
	well, ill := chart.Series[0].Values, chart.Series[1].Values
	if requests != 6 || failed != 1 || len(well) != hours || well[0] != 3 || ill[0] != 1 || well[hours-1] != 2 || chart.Labels[hours-1] != "02:00" {
		t.Errorf("got %d requests, %d failed, %v, %v, %v", requests, failed, well, ill, chart.Labels)
	}
}

func TestAgesAreShort(t *testing.T) {
	t.Parallel()
	for ago, want := range map[time.Duration]string{
		30 * time.Second: "less than a minute", 90 * time.Minute: "1h30m", 5 * time.Minute: "5m", 72 * time.Hour: "3 days",
	} {
		since := evening.Add(-ago)
		if got := age(evening, &since); got != want {
			t.Errorf("%s: got %q", ago, got)
		}
	}
	if age(evening, nil) != "–" {
		t.Error("nothing is overdue")
	}
}
