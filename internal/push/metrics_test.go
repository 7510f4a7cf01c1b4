package push_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// The provider is the process's. Other tests count under it, too, but not for these connectors.
func TestDeliveriesAreCountedByWhatBecameOfThem(t *testing.T) {
	reader := metric.NewManualReader()
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(reader)))

	w := newWorld(t, "covered", "uncovered", "third")
	w.tenant.Settings.Privacy = tenant.Privacy{HIPAA: true, Covered: []string{"covered", "third"}}
	w.tenant.Integrations[2].ThirdParty = true
	w.crms["third"].fail["contact"] = errors.New("connection refused")
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	w.optOut(t, true)
	w.Advance(time.Hour)
	w.handleDue(t, id, "third")

	died := newWorld(t, "died")
	id = died.analyzed(t, "FRM1", true)
	died.crms["died"].fail["contact"] = errors.New("connection refused")
	died.push(t, id)
	for range died.pusher.Config.Attempts + 1 { // announced once more than there are attempts
		died.Advance(time.Hour)
		if _, err := died.store.ForTenant("tenant_demo").ClaimDelivery(t.Context(), id, "died", time.Minute, 1<<10); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		died.Advance(time.Hour)
		died.handleDue(t, id, "died")
	}
	if got := died.states(t, id)["died"]; got != request.DeliveryFailed {
		t.Errorf("a delivery whose holders died: got %s", got)
	}

	want := []string{"covered done 1", "died failed 1", "died pending 1", "third pending 1", "third skipped 1", "uncovered parked 1"}
	if diff := cmp.Diff(want, counted(t, reader, "covered", "uncovered", "third", "died")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func (w *world) handleDue(t *testing.T, id, destination string) {
	t.Helper()
	if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, destination); err != nil {
		t.Fatal(err)
	}
}

// counted returns the counts of connectors.
func counted(t *testing.T, reader metric.Reader, connectors ...string) []string {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	lines := map[string]bool{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			data, _ := m.Data.(metricdata.Sum[int64])
			for _, p := range data.DataPoints {
				connector, _ := p.Attributes.Value("connector")
				outcome, _ := p.Attributes.Value("outcome")
				if m.Name == "pipeline.deliveries" && slices.Contains(connectors, connector.AsString()) {
					lines[fmt.Sprintf("%s %s %d", connector.AsString(), outcome.AsString(), p.Value)] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(lines))
}
