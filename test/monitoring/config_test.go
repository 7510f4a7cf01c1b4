package monitoring

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/prometheus/prometheus/promql/parser"
	"google.golang.org/protobuf/encoding/protojson"
)

const terraform = "../../terraform"

// platform is what Google's own metrics are called in PromQL, with those of their labels that are
// asked for. https://docs.cloud.google.com/monitoring/api/metrics_gcp
var platform = map[string][]string{
	"run_googleapis_com:request_count":                                   {"service_name", "response_code_class", "location", "monitored_resource"},
	"run_googleapis_com:request_latencies":                               {"service_name", "monitored_resource"},
	"run_googleapis_com:container_instance_count":                        {"service_name", "location", "state", "monitored_resource"},
	"run_googleapis_com:container_cpu_utilizations":                      {"service_name", "monitored_resource"},
	"run_googleapis_com:container_memory_utilizations":                   {"service_name", "monitored_resource"},
	"run_googleapis_com:job_completed_execution_count":                   {"job_name", "result", "monitored_resource"},
	"pubsub_googleapis_com:subscription_num_undelivered_messages":        {"subscription_id"},
	"pubsub_googleapis_com:subscription_oldest_unacked_message_age":      {"subscription_id"},
	"pubsub_googleapis_com:subscription_dead_letter_message_count":       {"subscription_id"},
	"pubsub_googleapis_com:subscription_push_request_count":              {"subscription_id", "response_class"},
	"spanner_googleapis_com:api_request_count":                           {"method", "status"},
	"spanner_googleapis_com:api_request_latencies":                       {"method"},
	"spanner_googleapis_com:instance_cpu_utilization_by_priority":        {"location", "instance_id", "priority"},
	"spanner_googleapis_com:instance_processing_units":                   {"instance_id"},
	"loadbalancing_googleapis_com:https_request_count":                   {"backend_target_name", "response_code_class", "monitored_resource"},
	"loadbalancing_googleapis_com:https_total_latencies":                 {"backend_target_name", "monitored_resource"},
	"monitoring_googleapis_com:uptime_check_check_passed":                {"check_id"},
	"monitoring_googleapis_com:uptime_check_time_until_ssl_cert_expires": {"host"},
}

func selectors(t *testing.T) []Selector {
	t.Helper()
	queries, err := Queries(terraform)
	if err != nil {
		t.Fatal(err)
	}
	if len(queries) < 90 {
		t.Errorf("%d queries were found: the test no longer sees them", len(queries))
	}
	var all []Selector
	for _, q := range queries {
		found, err := Selectors(q)
		if err != nil {
			t.Error(err)
		}
		if len(found) == 0 {
			t.Errorf("%s: %s asks for nothing", q.Where, q.Text)
		}
		all = append(all, found...)
	}
	return all
}

func TestEveryQueryIsPromQLAndAsksGoogleForWhatItHas(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	for _, s := range selectors(t) {
		if !s.Platform {
			continue
		}
		known, ok := platform[s.Metric]
		if !ok {
			t.Errorf("%s: %s is no metric that we know of", s.Where, s.Metric)
		}
		for _, label := range s.Labels() {
			if !slices.Contains(known, label) {
				t.Errorf("%s: %s has no label %s that we know of", s.Where, s.Metric, label)
			}
		}
		asked[s.Metric] = true
	}
	for name := range platform {
		if !asked[name] {
			t.Errorf("nobody asks for %s", name)
		}
	}
}

func TestABrokenQueryIsNoticed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"sum(rate(x[5m])", "rate(x)", "x{a=1}", "unknown_function(x)", "sum by (a (x)", `x{a=~"("}`} {
		if _, err := Selectors(Query{"test", text}); err == nil {
			t.Errorf("%s was taken for PromQL", text)
		}
	}
}

func TestWhatAQueryAsksForIsSeen(t *testing.T) {
	t.Parallel()
	found, err := Selectors(Query{"test", `histogram_quantile(0.9, sum by (le, step) (rate(a_seconds_bucket{b="1","c.d"=~"x.*"}[5m]))) > on() run_googleapis_com:request_count`})
	if err != nil || len(found) != 2 {
		t.Fatalf("got %v, %v", found, err)
	}
	if s := found[0]; s.Metric != "a_seconds" || s.Part != "bucket" || s.Platform || !slices.Equal(s.Labels(), []string{"b", "c.d", "step"}) {
		t.Errorf("got %+v with labels %v", s, s.Labels())
	}
	if !found[0].Matches(map[string]string{"b": "1", "c.d": "xy"}) || found[0].Matches(map[string]string{"b": "1", "c.d": "y"}) {
		t.Error("a point is not compared with what is asked for")
	}
	if s := found[1]; s.Metric != "run_googleapis_com:request_count" || !s.Platform {
		t.Errorf("got %+v", s)
	}
}

// The console and the API refuse a dashboard for one unknown field.
func TestDashboardsAreWhatMonitoringTakes(t *testing.T) {
	t.Parallel()
	all, err := Dashboards(terraform)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d dashboards, %v", len(all), err)
	}
	for name, text := range all {
		var d dashboardpb.Dashboard
		if err := protojson.Unmarshal(text, &d); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		tiles := d.GetMosaicLayout().GetTiles()
		for i, tile := range tiles {
			if tile.GetWidth() <= 0 || tile.GetXPos()+tile.GetWidth() > d.GetMosaicLayout().GetColumns() || tile.GetWidget().GetTitle() == "" {
				t.Errorf("%s: tile %d (%s) is not inside the dashboard, or has no title", name, i, tile.GetWidget().GetTitle())
			}
			for _, other := range tiles[:i] {
				if overlap(tile, other) {
					t.Errorf("%s: %s lies on %s", name, tile.GetWidget().GetTitle(), other.GetWidget().GetTitle())
				}
			}
		}
	}
}

func overlap(a, b *dashboardpb.MosaicLayout_Tile) bool {
	return a.GetXPos() < b.GetXPos()+b.GetWidth() && b.GetXPos() < a.GetXPos()+a.GetWidth() &&
		a.GetYPos() < b.GetYPos()+b.GetHeight() && b.GetYPos() < a.GetYPos()+a.GetHeight()
}

// The filter of the tenant's dashboard reaches what has the label in its result.
func TestATenantsDashboardCanBeFilteredByTenant(t *testing.T) {
	t.Parallel()
	all, err := Dashboards(terraform)
	if err != nil {
		t.Fatal(err)
	}
	var d dashboardpb.Dashboard
	if err := protojson.Unmarshal(all["tenant"], &d); err != nil {
		t.Fatal(err)
	}
	filters := d.GetDashboardFilters()
	if len(filters) != 1 || filters[0].GetLabelKey() != "tenant_id" || filters[0].GetFilterType() != dashboardpb.DashboardFilter_METRIC_LABEL {
		t.Errorf("filters: %v", filters)
	}
	for _, s := range selectors(t) {
		if s.Where == "dashboard tenant" && !slices.Contains(s.Groups, "tenant_id") {
			t.Errorf("%s is of all tenants together", s)
		}
	}
}

func TestAlertsAreComplete(t *testing.T) {
	t.Parallel()
	alerts, err := Alerts(terraform)
	if err != nil {
		t.Fatal(err)
	}
	runbook, seen := regexp.MustCompile(`^[a-z]+\.md#[a-z0-9-]+$`), map[string]bool{}
	for _, a := range alerts {
		if seen[a.Name] {
			t.Errorf("%s is there twice", a.Name)
		}
		seen[a.Name] = true
		if (a.Query == "") == (a.Uptime == "") || !runbook.MatchString(a.Runbook) || a.Condition == "" || a.Summary == "" || a.First == "" {
			t.Errorf("%s is not complete: %+v", a.Name, a)
		}
		if !slices.Contains([]string{"critical", "warning", "info"}, a.Severity) {
			t.Errorf("%s: severity %q", a.Name, a.Severity)
		}
	}
	if len(alerts) != 35 {
		t.Errorf("%d alerts, want 35", len(alerts))
	}
}

// The first event begins a series in which increase() sees no change.
func TestAnAlertOnOneEventSeesTheFirst(t *testing.T) {
	t.Parallel()
	alerts, err := Alerts(terraform)
	if err != nil {
		t.Fatal(err)
	}
	counters := 0
	for _, a := range alerts {
		expression, err := parser.NewParser(parser.Options{}).ParseExpr(cmp.Or(a.Query, "0"))
		if err != nil {
			t.Errorf("%s: %v", a.Name, err)
			continue
		}
		parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
			increase, ok := node.(*parser.BinaryExpr)
			if !ok || increase.Op != parser.GTR || increase.RHS.String() != "0" {
				return nil
			}
			by, counter, ok := strings.Cut(increase.LHS.String(), "(increase(")
			if !ok || strings.Contains(counter, "_googleapis_com:") {
				return nil
			}
			counters++
			counter, window, _ := strings.Cut(strings.TrimSuffix(counter, "]))"), "[")
			want := fmt.Sprintf("%s(%s unless max_over_time(%s[1h] offset %s)) > 0", by, counter, counter, window)
			if !strings.Contains(expression.String(), want) {
				t.Errorf("%s does not see the first event: %s lacks %s", a.Name, expression, want)
			}
			return nil
		})
	}
	if counters != 7 {
		t.Errorf("%d alerts on one event of a counter, want 7", counters)
	}
}

// A link of a runbook is followed once the runbooks are there.
func TestEveryAlertsRunbookIsThere(t *testing.T) {
	t.Parallel()
	alerts, err := Alerts(terraform)
	if err != nil {
		t.Fatal(err)
	}
	objectives, err := Objectives(terraform)
	if err != nil {
		t.Fatal(err)
	}
	links := map[string]string{}
	for _, a := range alerts {
		links[a.Name] = a.Runbook
	}
	for _, o := range objectives {
		links[o.Name] = o.Runbook
	}
	for name, link := range links {
		file, anchor, _ := strings.Cut(link, "#")
		text, err := os.ReadFile(filepath.Join("../../docs/runbooks", file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Contains(anchors(string(text)), anchor) {
			t.Errorf("%s: %s has no heading #%s", name, file, anchor)
		}
	}
}

// anchors returns the headings of a document as GitHub links to them, and those that are set by hand.
func anchors(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			title = regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			all = append(all, strings.ReplaceAll(title, " ", "-"))
		}
		for _, m := range regexp.MustCompile(`<a (?:id|name)="([^"]+)">`).FindAllStringSubmatch(line, -1) {
			all = append(all, m[1])
		}
	}
	return all
}
