package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// maxTransactions is what a request's whole way with one destination may cost.
const maxTransactions = 20

func TestOneTraceLeadsFromTheWebhookToTheCRM(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	s := start(t, []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://" + c.addr, "TELEMETRY_INTERVAL=1s",
		"SWEEP_EACH=100", "ANNOUNCE_GRACE=60s", // sweep must have nothing to do
	}, "-separate", "-no-samples")
	s.execute(t, "UPDATE integrations SET status = 'suspended' WHERE integration_id != 'hubspot'") // one destination
	time.Sleep(3 * time.Second)                                                                    // the services see it
	before := c.transactions()
	lead := call(s, 0, "CAL00000000000000000000000000000190", "+13035550190", "EXAMPLE TRACY")
	s.addCall(t, lead, sampleAudio(t, "kitchen-hot", 190), conversation("kitchen", "Tracy Example"))
	id := s.mustDeliver(t, 0, lead)
	s.leadOf(t, 0, id)

	eventually(t, "one trace holds every step", func() error {
		names := c.traceOf(id)
		for _, want := range []string{"webhook", "transcribe", "analyze", "push", "notify", "hubspot"} {
			if !hasPrefix(names, want) {
				return fmt.Errorf("no span %q in the trace: %v", want, names)
			}
		}
		return nil
	})

	time.Sleep(3 * time.Second) // the last interval of metrics
	total := int64(0)
	costs := map[string]int64{}
	for name, n := range c.transactions() {
		timed := strings.Contains(name, "op=count") || strings.Contains(name, "op=renew") // by the clock, not by the request
		if n -= before[name]; n > 0 && !timed {
			costs[name] = n
			total += n
		}
	}
	if total == 0 || total > maxTransactions {
		t.Errorf("%d transactions, want 1 to %d: %v", total, maxTransactions, costs)
	}
	t.Logf("%d transactions: %v", total, costs)
}

func hasPrefix(names map[string]int, prefix string) bool {
	for name := range names {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
