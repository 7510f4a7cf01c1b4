package monitoring

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const guide = "../../docs/ops/monitoring.md"

func TestTheGuideListsEveryMetricAndNoOther(t *testing.T) {
	t.Parallel()
	made, err := Instruments("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(made) < 25 {
		t.Errorf("%d instruments were found: the test no longer sees them", len(made))
	}
	want := slices.Sorted(maps.Keys(made))
	want = append(want, FromLibraries...)
	slices.Sort(want)
	var got []string
	row := regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| (?:counter|gauge|histogram)")
	for _, m := range row.FindAllStringSubmatch(read(t, guide), -1) {
		got = append(got, m[1])
	}
	slices.Sort(got)
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("%s (%s) is not in the guide", name, made[name])
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("nothing makes %s", name)
		}
	}
}

// What is asked for has to be made by somebody, whether or not a drill brings it about.
func TestNobodyAsksForAMetricThatIsNotMade(t *testing.T) {
	t.Parallel()
	made, err := Instruments("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range selectors(t) {
		if !s.Platform && made[s.Metric] == "" && !slices.Contains(FromLibraries, s.Metric) {
			t.Errorf("%s asks for %s, which nothing makes", s.Where, s.Metric)
		}
	}
}

// SLOs name metrics by their types.
func TestObjectivesFiltersNameMetricsThatAreMade(t *testing.T) {
	t.Parallel()
	made, err := Instruments("../..")
	if err != nil {
		t.Fatal(err)
	}
	objectives, err := Objectives(terraform)
	if err != nil {
		t.Fatal(err)
	}
	own := regexp.MustCompile(`metric\.type="prometheus\.googleapis\.com/([a-z0-9_]+)/(counter|histogram)"`)
	for _, o := range objectives {
		filters := []string{o.BadFilter, o.GoodFilter, o.TotalFilter, o.Distribution}
		for _, filter := range filters {
			if filter == "" || !o.Own {
				continue
			}
			m := own.FindStringSubmatch(filter)
			if m == nil || made[m[1]] == "" && !slices.Contains(FromLibraries, m[1]) {
				t.Errorf("%s: %s names no metric that is made", o.Name, filter)
			}
		}
		if (o.Distribution == "") == (o.BadFilter == "") || (o.Distribution == "") != (o.AtMost == 0) || o.Goal <= .5 || o.Goal >= 1 || o.Least < 1 {
			t.Errorf("%s is not complete: %+v", o.Name, o)
		}
	}
}

func TestTheGuideSaysOfEveryAlertWhatItMeans(t *testing.T) {
	t.Parallel()
	text := read(t, guide)
	alerts, err := Alerts(terraform)
	if err != nil {
		t.Fatal(err)
	}
	objectives, err := Objectives(terraform)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, a := range alerts {
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | [%s](../runbooks/%s) |", a.Name, a.Severity, a.Condition, title(a.Runbook), a.Runbook))
	}
	for _, o := range objectives {
		rows = append(rows, fmt.Sprintf("| `slo-%s` | %s | %s | %s | [%s](../runbooks/%s) |", o.Name, o.Severity, o.Condition, o.Counts, title(o.Runbook), o.Runbook))
	}
	for _, row := range rows {
		if !strings.Contains(text, row+"\n") {
			t.Errorf("missing in the guide:\n%s", row)
		}
	}
}

func title(runbook string) string {
	name, _, _ := strings.Cut(runbook, ".")
	return name
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
