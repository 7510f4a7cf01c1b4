package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	requestid "github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/cutoff"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/emulator"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/relay"
)

// drill is a devstack whose dependencies can be taken away.
type drill struct {
	*stack
	spanner, pubsub *cutoff.Proxy
	broker          string // Pub/Sub past its proxy
	metrics         *collector
}

// Every dependency is taken away in turn, and one after the other comes back. The order does not
// matter to the drills; they share a devstack because starting one takes longer than most of them.
//
//nolint:tparallel // its drills share a devstack, one after the other
func TestOutages(t *testing.T) {
	t.Parallel() // what was cut off comes back after a while: it waits, most of its time
	d := newDrill(t)
	t.Run("Pub/Sub is away", d.pubsubAway)
	t.Run("Spanner and Pub/Sub are away", d.bothAway)
	t.Run("Cloud Storage is away", d.storageAway)
	t.Run("the model is away", d.modelAway)
	t.Run("the network is hostile", d.hostile)
	t.Run("a message is refused for good", d.poison)
	t.Run("everything that is watched is counted", d.watched)
	t.Run("the database is restored", d.restore)
}

func newDrill(t *testing.T) *drill {
	t.Helper()
	host, stop, err := emulator.Spanner(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	d := &drill{metrics: newCollector(t)}
	d.broker, stop = relay.StartInProcess()
	t.Cleanup(stop)
	d.spanner, d.pubsub = proxied(t, host), proxied(t, d.broker)
	d.stack = start(t, []string{
		"SPANNER_EMULATOR_HOST=" + d.spanner.Addr(), "PUBSUB_EMULATOR_HOST=" + d.pubsub.Addr(), "RELAY_BACKOFF_MAX=100ms",
		"POLL_EVERY=2s", "POLL_SETTLE=1s", "OTEL_EXPORTER_OTLP_ENDPOINT=http://" + d.metrics.addr, "TELEMETRY_INTERVAL=1s",
	}, "-no-samples")
	return d
}

func proxied(t *testing.T, target string) *cutoff.Proxy {
	t.Helper()
	proxy, err := cutoff.New(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	return proxy
}

// What is saved is acknowledged although nobody can be told, and found by the sweep.
func (d *drill) pubsubAway(t *testing.T) {
	leads := []sent{d.newCall(t, 0, 110), d.newForm(t, 0, 111), d.newCall(t, 1, 112)}
	d.pubsub.Cut()
	defer d.pubsub.Restore()
	var all sync.WaitGroup
	for i := range leads {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), senderWaits)
			defer cancel()
			status, answer, err := leads[i].deliver(ctx)
			if err != nil || status != http.StatusOK || answer.RequestID == "" {
				t.Errorf("lead %d: status %d, %+v, %v", i, status, answer, err)
			}
			leads[i].requestID = answer.RequestID
		})
	}
	all.Wait()
	d.pubsub.Restore()
	d.delivered(t, leads...)
}

// Nothing can be kept, and nobody is told that it was. CallRail does not send again: the calls are
// found in its list.
func (d *drill) bothAway(t *testing.T) {
	var leads []sent
	d.spanner.Cut()
	defer d.spanner.Restore()
	d.pubsub.Cut()
	defer d.pubsub.Restore()
	for i := range 2 { // CallRail knows them only now, so that nobody can have asked for them before
		lead, resource := d.newCall(t, i, 113+i), fmt.Sprintf("CAL00000000000000000000000000000%d", 113+i)
		lead.requestID = requestid.ID(d.Tenants[i].TenantID, requestid.NamespaceCall, resource)
		status, answer, err := lead.deliver(t.Context())
		if err != nil || status != http.StatusServiceUnavailable || answer.Success {
			t.Errorf("call %d: status %d, %+v, %v, want 503", i, status, answer, err)
		}
		leads = append(leads, lead)
	}
	d.spanner.Restore()
	d.pubsub.Restore()
	d.delivered(t, leads...)
}

// A call waits for its recording to be kept, and is listened to once.
func (d *drill) storageAway(t *testing.T) {
	before := d.asked(t, "speech", "ecognize")
	d.disturb(t, map[string]any{"system": "storage", "status": 503})
	defer d.disturb(t)
	lead := d.newCall(t, 0, 115)
	lead.requestID = d.accepted(t, lead)
	time.Sleep(3 * time.Second) // longer than a visit that gives up would take
	if got := d.lead(t, lead); got.Status != "received" {
		t.Errorf("while storage is away: got %s, want received", got.Status)
	}
	d.disturb(t)
	d.delivered(t, lead)
	if got := d.lead(t, lead); !strings.Contains(string(got.Transcript), "eighty thousand") {
		t.Errorf("the call was not heard: %s", got.Transcript)
	}
	if n := d.asked(t, "speech", "ecognize") - before; n != 1 {
		t.Errorf("listened to %d times, want once", n)
	}
}

// The rules answer and say so. When the model is back somebody has it look, and nothing is doubled.
func (d *drill) modelAway(t *testing.T) {
	d.disturb(t, map[string]any{"system": "gemini", "status": 503})
	defer d.disturb(t)
	lead := d.newCall(t, 0, 116)
	lead.requestID = d.accepted(t, lead)
	d.delivered(t, lead)
	before := d.records(t)
	if a := d.lead(t, lead).Analysis; a.Analyzer != "rules" || !strings.Contains(strings.Join(a.Warnings, " "), "the rules answered") {
		t.Errorf("while the model is away: %+v, want the rules' answer, marked", a)
	}
	d.disturb(t)
	var state struct{}
	status := d.ask(t, http.MethodPost, "/requests/"+lead.requestID+"/retry", nil, []byte(`{"from":"analyze","fresh":true}`), &state)
	if status != http.StatusAccepted {
		t.Fatalf("retry: %d", status)
	}
	eventually(t, "the model has looked", func() error {
		if got := d.lead(t, lead); got.Analysis.Analyzer != "model" || got.Status != "completed" || got.CRMState != "done" {
			return fmt.Errorf("%s, analysed by %s, CRM %s", got.Status, got.Analysis.Analyzer, got.CRMState)
		}
		return nil
	})
	if after := d.records(t); after != before {
		t.Errorf("records in CRMs after the model looked: %s, before: %s", after, before)
	}
}

// A message of a tenant that is not there is refused until it is put aside, where people see it.
// Sent again too early it comes back; once the tenant is there it is accepted.
func (d *drill) poison(t *testing.T) {
	d.publish(t, "request-received", `{"tenant_id":"tenant_late","request_id":"req_late","run":1}`)
	first := d.letter(t, "")
	if first.TenantID != "tenant_late" || first.RequestID != "req_late" || first.Topic != "request-received" || first.Attempts != 20 {
		t.Errorf("dead letter: %+v", first)
	}
	d.redrive(t, first)
	second := d.letter(t, first.ID)
	d.execute(t, "INSERT INTO tenants (tenant_id, name, status) VALUES ('tenant_late', 'Late Company', 'active')")
	d.redrive(t, second)
	time.Sleep(4 * time.Second) // twenty refusals take two
	if open := d.letters(t); len(open) > 0 {
		t.Errorf("the message came back: %+v", open)
	}
	eventually(t, "dead letters are counted", func() error {
		if n := d.metrics.total("pipeline_dead_letters_total"); n < 2 {
			return fmt.Errorf("%d, want 2", n)
		}
		return nil
	})
}

// publish sends a message as a service would.
func (d *drill) publish(t *testing.T, topic, data string) {
	t.Helper()
	client, err := pubsub.NewClient(t.Context(), "devstack", option.WithEndpoint(d.broker), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	publisher := client.Publisher(topic)
	defer publisher.Stop()
	if _, err := publisher.Publish(t.Context(), &pubsub.Message{Data: []byte(data)}).Get(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// letter is a dead letter as the API shows it.
type letter struct {
	ID        string `json:"letter_id"`
	TenantID  string `json:"tenant_id"`
	RequestID string `json:"request_id"`
	Topic     string `json:"topic"`
	Attempts  int    `json:"attempts"`
}

func (d *drill) letters(t *testing.T) []letter {
	t.Helper()
	var page struct {
		Letters []letter `json:"dead_letters"`
	}
	if status := d.platform(t, http.MethodGet, "/dead-letters", nil, &page); status != http.StatusOK {
		t.Fatalf("list dead letters: %d", status)
	}
	return page.Letters
}

// letter waits for the only open dead letter, which is another than before.
func (d *drill) letter(t *testing.T, before string) letter {
	t.Helper()
	var found letter
	eventually(t, "a dead letter is listed", func() error {
		open := d.letters(t)
		if len(open) != 1 || open[0].ID == before {
			return fmt.Errorf("open: %+v", open)
		}
		found = open[0]
		return nil
	})
	return found
}

func (d *drill) redrive(t *testing.T, l letter) {
	t.Helper()
	if status := d.platform(t, http.MethodPost, "/dead-letters/"+l.ID+"/redrive", nil, nil); status != http.StatusNoContent {
		t.Fatalf("redrive: %d", status)
	}
}

// platform calls the API as the platform's operator.
func (d *drill) platform(t *testing.T, method, path string, body []byte, into any) int {
	t.Helper()
	header := http.Header{"Authorization": {"Bearer " + d.AdminToken}}
	status, answer := request(t, method, d.APIURL+"/v1"+path, "application/json", body, header)
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			t.Fatalf("%s %s: %d, %v in %s", method, path, status, err, answer)
		}
	}
	return status
}

// accepted delivers a lead that must be taken in.
func (d *drill) accepted(t *testing.T, lead sent) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), senderWaits)
	defer cancel()
	status, answer, err := lead.deliver(ctx)
	if err != nil || status != http.StatusOK || !answer.Success {
		t.Fatalf("delivery: status %d, %+v, %v", status, answer, err)
	}
	return answer.RequestID
}
