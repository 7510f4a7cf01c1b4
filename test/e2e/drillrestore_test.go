package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// restore takes the database back to the moment before two leads of one person were delivered:
// their rows say analyzed, and nothing is known of their records in CRMs. It starts paused, and
// when it goes on each lead finds what is there. Messages to people are not looked up: they come again.
func (d *drill) restore(t *testing.T) {
	person, other := d.newCall(t, 0, 117), d.newForm(t, 0, 118)
	leads := []sent{person, other}
	for i := range leads {
		leads[i].requestID = d.accepted(t, leads[i])
	}
	d.delivered(t, leads...)
	for i := range leads {
		eventually(t, "the lead is completed", func() error {
			if got := d.lead(t, leads[i]); got.Status != "completed" {
				return fmt.Errorf("it is %s", got.Status)
			}
			return nil
		})
	}
	d.idle(t)
	before := d.records(t)

	d.migrateRestored(t)
	ids := "('" + leads[0].requestID + "', '" + leads[1].requestID + "')"
	d.execute(t, "DELETE FROM deliveries WHERE request_id IN "+ids)
	d.execute(t, "DELETE FROM contacts WHERE true")
	d.execute(t, "UPDATE requests SET status = 'analyzed', crm_state = 'none', due_at = CURRENT_TIMESTAMP() WHERE request_id IN "+ids)

	time.Sleep(3 * time.Second) // some sweeps
	for _, lead := range leads {
		if got := d.lead(t, lead); got.Status != "analyzed" {
			t.Errorf("a restored database does not wait: %s", got.Status)
		}
	}
	if status := d.platform(t, http.MethodDelete, "/pauses/all", nil, nil); status != http.StatusNoContent {
		t.Fatalf("resume: %d", status)
	}
	for _, lead := range leads {
		eventually(t, "the lead is delivered after the restore", func() error {
			if got := d.lead(t, lead); got.Status != "completed" || got.CRMState != "done" {
				return fmt.Errorf("it is %s, CRM %s", got.Status, got.CRMState)
			}
			return nil
		})
	}
	if after := d.records(t); after != before {
		t.Errorf("records in CRMs after the restore: %s, before: %s", after, before)
	}
	if status := d.platform(t, http.MethodDelete, "/pauses/trust", nil, nil); status != http.StatusNoContent {
		t.Errorf("trust again: %d", status)
	}
}

// migrateRestored runs the job that an operator runs on a restored database.
func (d *drill) migrateRestored(t *testing.T) {
	t.Helper()
	parts := strings.Split(d.SpannerDB, "/")
	eventually(t, "the restored database is migrated", func() error {
		job := exec.CommandContext(t.Context(), binary(t, "migrate"))
		job.Env = append(os.Environ(),
			"MIGRATE_RESTORED=true", "GOOGLE_CLOUD_PROJECT="+parts[1], "SPANNER_INSTANCE="+parts[3], "SPANNER_DATABASE="+parts[5],
			"SPANNER_EMULATOR_HOST="+d.SpannerHost, "RECORDINGS_BUCKET=devstack-recordings", "STORAGE_EMULATOR_HOST="+d.StorageHost)
		out, err := job.CombinedOutput()
		if err != nil && !strings.Contains(string(out), "rejected because a concurrent") { // the emulator takes none while a transaction is open
			t.Fatalf("migrate: %v\n%s", err, out)
		}
		return err
	})
}

// idle waits until no call or delivery of the first tenant waits for anything. Drills before leave some to
// breakers and rate limits, and their records would come between two counts.
func (d *drill) idle(t *testing.T) {
	t.Helper()
	eventually(t, "nothing is left to do", func() error {
		var backlog struct {
			Queues []struct {
				TenantID    string `json:"tenant_id"`
				Step        string `json:"step"`
				Destination string `json:"destination"`
				Waiting     int    `json:"waiting"`
			} `json:"queues"`
		}
		if status := d.platform(t, http.MethodGet, "/backlog", nil, &backlog); status != http.StatusOK {
			return fmt.Errorf("backlog: %d", status)
		}
		for _, q := range backlog.Queues {
			if q.TenantID == d.Tenants[0].TenantID {
				return fmt.Errorf("%d wait: %s %s", q.Waiting, q.Step, q.Destination)
			}
		}
		return nil
	})
}

// records counts what the first tenant's CRMs hold, by type. A custom destination holds no
// records but what it was sent, updates among it.
func (d *drill) records(t *testing.T) string {
	t.Helper()
	counts := map[string]int{}
	for _, system := range []string{"hubspot", "salesforce", "pipedrive"} {
		for _, o := range d.inspect(t, system, 0) {
			counts[system+" "+o.Type]++
		}
	}
	return string(encode(t, counts))
}

// delivered waits until each lead is in the CRMs, once.
func (d *drill) delivered(t *testing.T, leads ...sent) {
	t.Helper()
	for _, lead := range leads {
		if lead.form {
			d.oneDeal(t, lead)
		} else {
			d.exactlyOnce(t, lead.tenant, lead.phone, lead.requestID)
		}
	}
}

// shown is what the API says of a lead.
type shown struct {
	Status     string          `json:"status"`
	CRMState   string          `json:"crm_state"`
	Transcript json.RawMessage `json:"transcript"`
	Analysis   struct {
		Analyzer string   `json:"analyzer"`
		Warnings []string `json:"warnings"`
	} `json:"analysis"`
}

func (d *drill) lead(t *testing.T, lead sent) shown {
	t.Helper()
	var got shown
	path := "/tenants/" + d.Tenants[lead.tenant].TenantID + "/requests/" + lead.requestID
	if status := d.platform(t, http.MethodGet, path, nil, &got); status != http.StatusOK {
		t.Fatalf("read lead: %d", status)
	}
	return got
}

// disturb puts faults in force instead of all others.
func (d *drill) disturb(t *testing.T, faults ...map[string]any) {
	t.Helper()
	if faults == nil {
		faults = []map[string]any{}
	}
	if status, body := request(t, http.MethodPut, d.SandboxURL+"/faults", "application/json", encode(t, faults), nil); status/100 != 2 {
		t.Fatalf("set faults: %d %s", status, body)
	}
}

// asked counts the requests to an outside system whose path holds a text.
func (d *drill) asked(t *testing.T, system, text string) int {
	t.Helper()
	_, body := request(t, http.MethodGet, d.SandboxURL+"/inspect/"+system, "", nil, nil)
	var journal struct {
		Requests []struct {
			Path string `json:"path"`
		} `json:"requests"`
	}
	if err := json.Unmarshal(body, &journal); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range journal.Requests {
		if strings.Contains(r.Path, text) {
			n++
		}
	}
	return n
}
