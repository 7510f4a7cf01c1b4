package telemetry

import (
	"fmt"
	"strings"

	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
)

// The attributes that the HTTP library's metrics keep. Its others (host names, ports, versions)
// make a series for each address that strangers or tenants think of, and every series is paid for.
var httpAttributes = attribute.NewAllowKeysFilter("http.request.method", "http.response.status_code", "http.route", "error.type")

// view sends each instrument under its name in PromQL. Google's own endpoint keeps names as they
// are sent, a collector for Prometheus translates them: what is translated already is called the
// same either way.
func view(in metric.Instrument) (metric.Stream, bool) {
	name, err := PrometheusName(in.Name, in.Unit, in.Kind)
	if err != nil {
		return metric.Stream{}, false
	}
	out := metric.Stream{Name: name, Description: in.Description, Unit: in.Unit}
	if strings.HasPrefix(in.Name, "http.") {
		out.AttributeFilter = httpAttributes
	}
	if unasked(in.Name) {
		out.Aggregation = metric.AggregationDrop{}
	}
	return out, true
}

// unasked reports whether a library's metric is not worth what its histogram costs: the sizes of
// bodies, and the times of calls to Google's services, which have metrics of their own.
func unasked(name string) bool {
	return strings.HasPrefix(name, "rpc.") || strings.HasPrefix(name, "http.") && strings.HasSuffix(name, ".body.size")
}

// PrometheusName returns an instrument's name in PromQL: with underscores, its unit and, if it
// only grows, _total.
// https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics
func PrometheusName(name, unit string, kind metric.InstrumentKind) (string, error) {
	namer := otlptranslator.NewMetricNamer("", otlptranslator.UnderscoreEscapingWithSuffixes)
	translated, err := namer.Build(otlptranslator.Metric{Name: name, Unit: unit, Type: typeOf(kind)})
	if err != nil {
		return "", fmt.Errorf("name instrument %q for Prometheus: %w", name, err)
	}
	return translated, nil
}

func typeOf(kind metric.InstrumentKind) otlptranslator.MetricType {
	switch kind {
	case metric.InstrumentKindCounter, metric.InstrumentKindObservableCounter:
		return otlptranslator.MetricTypeMonotonicCounter
	case metric.InstrumentKindUpDownCounter, metric.InstrumentKindObservableUpDownCounter:
		return otlptranslator.MetricTypeNonMonotonicCounter
	case metric.InstrumentKindHistogram:
		return otlptranslator.MetricTypeHistogram
	case metric.InstrumentKindGauge, metric.InstrumentKindObservableGauge:
		return otlptranslator.MetricTypeGauge
	default:
		return otlptranslator.MetricTypeUnknown
	}
}
