package telemetry

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	api "go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func TestInstrumentsAreSentUnderTheirNamesInPromQL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, unit string
		kind       metric.InstrumentKind
		want       string
	}{
		{"pipeline.step.duration", "s", metric.InstrumentKindHistogram, "pipeline_step_duration_seconds"},
		{"webhook.deliveries", "", metric.InstrumentKindCounter, "webhook_deliveries_total"},
		{"gemini.tokens", "{token}", metric.InstrumentKindCounter, "gemini_tokens_total"},
		{"pipeline.tenant.budget_used", "1", metric.InstrumentKindGauge, "pipeline_tenant_budget_used_ratio"},
		{"crm.circuits.open", "", metric.InstrumentKindUpDownCounter, "crm_circuits_open"},
		{"things_total", "", metric.InstrumentKindCounter, "things_total"},
	} {
		if got, err := PrometheusName(test.name, test.unit, test.kind); err != nil || got != test.want {
			t.Errorf("%s: got %s, %v, want %s", test.name, got, err, test.want)
		}
	}
	if _, err := PrometheusName("°", "", metric.InstrumentKindGauge); err == nil {
		t.Error("a name was made of nothing")
	}
}

func TestAViewKeepsBoundsAndWhatHTTPMetricsAreAskedFor(t *testing.T) {
	t.Parallel()
	reader := metric.NewManualReader()
	meter := metric.NewMeterProvider(metric.WithReader(reader), metric.WithView(view)).Meter("test")
	record(t, meter, "own.time", "s", attribute.String("server.address", "kept"))
	record(t, meter, "http.client.request.duration", "s", attribute.String("server.address", "crm.example.com"), attribute.String("http.request.method", "GET"))
	record(t, meter, "http.server.request.body.size", "By")
	record(t, meter, "rpc.client.call.duration", "s")

	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, m := range all.ScopeMetrics[0].Metrics {
		point := m.Data.(metricdata.Histogram[float64]).DataPoints[0]
		got[m.Name] = point.Attributes.Encoded(attribute.DefaultEncoder())
		if diff := cmp.Diff([]float64{1, 2}, point.Bounds); diff != "" {
			t.Errorf("%s: bounds -want +got\n%s", m.Name, diff)
		}
	}
	want := map[string]string{"own_time_seconds": "server.address=kept", "http_client_request_duration_seconds": "http.request.method=GET"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func record(t *testing.T, meter api.Meter, name, unit string, attributes ...attribute.KeyValue) {
	t.Helper()
	histogram, err := meter.Float64Histogram(name, api.WithUnit(unit), api.WithExplicitBucketBoundaries(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	histogram.Record(t.Context(), 1, api.WithAttributes(attributes...))
}
