package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	requestid "github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/test/monitoring"
)

// The drills before have done much of what is watched. What is left is done here; then the
// receiver must have a point for whatever a dashboard or an alert asks for: the metric, by the name
// that it is asked for by, and one series of it with the labels and values.
func (d *drill) watched(t *testing.T) {
	d.intakeUsed(t)
	d.neverDelivered(t)
	d.callrailTrouble(t)
	d.crmTrouble(t)
	d.rush(t)
	d.rejected(t)
	d.budgetAndJob(t)
	d.contention(t)
	queries, err := monitoring.Queries(filepath.Join(root, "terraform"))
	if err != nil {
		t.Fatal(err)
	}
	var asked []monitoring.Selector
	for _, q := range queries {
		found, err := monitoring.Selectors(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range found {
			if !s.Platform {
				asked = append(asked, s)
			}
		}
	}
	if len(asked) < 70 {
		t.Errorf("dashboards and alerts ask for our metrics %d times: the test no longer sees them", len(asked))
	}
	eventually(t, "every metric has arrived", func() error { return d.metrics.missing(asked) })
	made, err := monitoring.Instruments(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range d.metrics.names() {
		if made[name] == "" && !slices.Contains(monitoring.FromLibraries, name) {
			t.Errorf("%s is sent, and nobody knows of it", name)
		}
	}
}

// notDone is what nothing here brings about. The metrics and labels must be there all the same.
var notDone = map[string]string{
	`pipeline_jobs_ended_total{state="failed"}`:                                    "a job fails after twenty attempts",
	`pipeline_step_duration_seconds{step="transcribe",outcome=~"failed|retrying"}`: "steps wait for what is away; internal/stage sees them fail",
	`pipeline_step_duration_seconds{step="analyze",outcome=~"failed|retrying"}`:    "the same",
	`pipeline_step_duration_seconds{step="push",outcome=~"failed|retrying"}`:       "the same",
	`pipeline_step_duration_seconds{step="notify",outcome=~"failed|retrying"}`:     "the same",
}

// missing says what is asked for and not there.
func (c *collector) missing(asked []monitoring.Selector) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	problems := map[string]bool{}
	for _, s := range asked {
		points := c.points[s.Metric]
		if len(points) == 0 {
			problems["no "+s.Metric] = true
			continue
		}
		if notDone[s.String()] == "" && !anyPoint(points, s.Matches) {
			problems[s.String()+" matches no point"] = true
		}
		for _, label := range s.Labels() {
			if label != "le" && !anyPoint(points, func(p map[string]string) bool { _, ok := p[label]; return ok }) {
				problems[s.Metric+" has no label "+label] = true
			}
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d: %v", len(problems), problems)
	}
	return nil
}

func anyPoint(points []map[string]string, fits func(map[string]string) bool) bool {
	for _, p := range points {
		asService := map[string]string{"job": "webhook"} // one process is all services here, called devstack
		for name, value := range p {
			if name != "job" {
				asService[name] = value
			}
		}
		if fits(asService) {
			return true
		}
	}
	return false
}

// Spanner alone is away: what is delivered is kept, and drained.
func (d *drill) intakeUsed(t *testing.T) {
	lead := d.newForm(t, 0, 120)
	d.spanner.Cut()
	defer d.spanner.Restore()
	lead.requestID = d.accepted(t, lead)
	d.spanner.Restore()
	d.delivered(t, lead)
}

// A call that CallRail knows of never came, and is found by asking.
func (d *drill) neverDelivered(t *testing.T) {
	const number = 129
	lead := d.newCall(t, 0, number)
	lead.requestID = requestid.ID(d.Tenants[0].TenantID, requestid.NamespaceCall, fmt.Sprintf("CAL00000000000000000000000000000%d", number))
	d.delivered(t, lead)
}

// CallRail has switched the webhooks of a source off, which has been silent for two days.
func (d *drill) callrailTrouble(t *testing.T) {
	tenant := d.Tenants[1]
	var connection struct {
		ID string `json:"integration_id"`
	}
	if status := d.platform(t, http.MethodPost, "/tenants/"+tenant.TenantID+"/sources/callrail/connect", nil, &connection); status != http.StatusOK {
		t.Fatalf("connect source: %d", status)
	}
	account := "ACC" + strings.TrimPrefix(tenant.CompanyResourceID, "COM")
	key := http.Header{"Authorization": {`Token token="` + d.secret(t, "tenant-"+tenant.TenantID+"-callrail") + `"`}}
	address := d.SandboxURL + "/callrail/v3/a/" + account + "/integrations/" + connection.ID + ".json"
	if status, answer := request(t, http.MethodDelete, address, "", nil, key); status/100 != 2 {
		t.Fatalf("disable integration: %d %s", status, answer)
	}
	eventually(t, "the webhooks are seen to be off", func() error { return d.metrics.has("pipeline_reconcile_webhooks_inactive_total") })

	d.execute(t, "DELETE FROM source_counts WHERE tenant_id = '"+tenant.TenantID+"' AND source_id = 'callrail'")
	d.execute(t, `INSERT INTO source_counts (tenant_id, source_id, day, outcome, reason, count, last_at)
		SELECT '`+tenant.TenantID+`', 'callrail', DATE_SUB(CURRENT_DATE('UTC'), INTERVAL n DAY), 'accepted', '', 1, TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL n DAY)
		FROM UNNEST(GENERATE_ARRAY(3, 12)) AS n`)
	eventually(t, "the silence is noticed", func() error { return d.metrics.has("pipeline_reconcile_silent_sources_total") })
}

// secret reads a secret of the sandbox.
func (d *drill) secret(t *testing.T, name string) string {
	t.Helper()
	var ready struct {
		Endpoint string `json:"secretmanager_endpoint"`
	}
	text, err := os.ReadFile(d.path)
	if err != nil || json.Unmarshal(text, &ready) != nil {
		t.Fatalf("read %s: %v", d.path, err)
	}
	conn, err := grpc.NewClient(strings.TrimPrefix(ready.Endpoint, "http://"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	version, err := secretmanagerpb.NewSecretManagerServiceClient(conn).AccessSecretVersion(t.Context(),
		&secretmanagerpb.AccessSecretVersionRequest{Name: "projects/devstack/secrets/" + name + "/versions/latest"})
	if err != nil {
		t.Fatal(err)
	}
	return string(version.GetPayload().GetData())
}

// One CRM fails until it is left alone, another one takes the credentials no more; Slack refuses.
func (d *drill) crmTrouble(t *testing.T) {
	d.disturb(t, map[string]any{"system": "hubspot", "status": 503}, map[string]any{"system": "pipedrive", "status": 401},
		map[string]any{"system": "slack", "status": 404})
	defer d.disturb(t)
	lead := d.newCall(t, 0, 121)
	lead.requestID = d.accepted(t, lead)
	eventually(t, "the circuit is open", func() error { return d.metrics.has("crm_circuits_open") })
}

// Many forms of one tenant at once are more than its share while the model is slow.
func (d *drill) rush(t *testing.T) {
	d.disturb(t, map[string]any{"system": "gemini", "latency_ms": 500})
	defer d.disturb(t)
	var all sync.WaitGroup
	for n := range 24 {
		lead := d.newForm(t, 0, 800+n)
		all.Go(func() {
			if status, _, err := lead.deliver(t.Context()); err != nil || status != http.StatusOK {
				t.Errorf("form %d: %d, %v", n, status, err)
			}
		})
	}
	all.Wait()
	eventually(t, "forms wait for their tenant's share", func() error { return d.metrics.has("pipeline_fair_held_total") })
}

// A delivery that nobody signed.
func (d *drill) rejected(t *testing.T) {
	status, _ := request(t, http.MethodPost, d.WebhookURL+"/v1/callrail/webhook/"+d.Tenants[0].TenantID+"/post_call", "application/json", []byte(`{"call_id":"CAL1"}`), nil)
	if status != http.StatusUnauthorized {
		t.Errorf("an unsigned delivery: %d, want 401", status)
	}
}

// A budget is nearly used up, and a job comes to its end.
func (d *drill) budgetAndJob(t *testing.T) {
	id := d.Tenants[1].TenantID
	var tenant map[string]any
	if status := d.platform(t, http.MethodGet, "/tenants/"+id, nil, &tenant); status != http.StatusOK {
		t.Fatalf("read tenant: %d", status)
	}
	settings, _ := tenant["settings"].(map[string]any)
	settings["budget"] = map[string]any{"monthly_usd": 1000}
	change := map[string]any{"name": tenant["name"], "time_zone": tenant["time_zone"], "region": tenant["region"], "settings": settings}
	var changed any
	if status := d.platform(t, http.MethodPut, "/tenants/"+id, encode(t, change), &changed); status != http.StatusOK {
		t.Fatalf("set budget: %d %v", status, changed)
	}
	var job any
	if status := d.platform(t, http.MethodPost, "/tenants/"+id+"/privacy/exports", []byte(`{"phone":"+13035550112","email":""}`), &job); status != http.StatusAccepted {
		t.Fatalf("export: %d %v", status, job)
	}
	eventually(t, "the budget is looked at", func() error { return d.metrics.has("pipeline_tenant_budget_used_ratio") })
	eventually(t, "the job has ended", func() error { return d.metrics.has("pipeline_jobs_ended_total") })
}

// Somebody else's transaction is in the way: the emulator has one at a time, and aborts the others.
func (d *drill) contention(t *testing.T) {
	deadline := time.Now().Add(patience)
	for n := 0; d.metrics.has("pipeline_store_aborts_total") != nil; n++ {
		if time.Now().After(deadline) {
			t.Fatal("no transaction was ever repeated")
		}
		d.execute(t, fmt.Sprintf("UPDATE tenants SET name = CONCAT(name, '') WHERE tenant_id = 'nobody%d'", n))
	}
}

// has reports an error if there is no point of a metric.
func (c *collector) has(metric string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.points[metric]) == 0 {
		return fmt.Errorf("no point of %s", metric)
	}
	return nil
}

// names returns the metrics that have arrived.
func (c *collector) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.points))
}
