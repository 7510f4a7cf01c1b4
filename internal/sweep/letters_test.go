package sweep_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/sweep"
)

// letters are those that are open.
type letters struct {
	open  int
	err   error
	asked int
}

func (l *letters) DeadLetters(_ context.Context, f store.LetterFilter) ([]store.DeadLetter, error) {
	l.asked++
	if f.State != store.LetterOpen {
		return nil, errors.New("asked for others")
	}
	return make([]store.DeadLetter, min(l.open, f.Limit)), l.err
}

// Not in parallel: the provider is the process's, and a gauge has one value.
func TestSweepSaysWhatWaits(t *testing.T) {
	reader := metric.NewManualReader()
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(reader)))
	now := time.Date(2026, 3, 2, 16, 0, 0, 0, time.UTC)
	found := &letters{open: 3}
	waited := func(d time.Duration) []store.Due {
		return []store.Due{{RequestID: "req_1", Status: request.Received, Waited: d}, {RequestID: "req_2", Status: request.Received, Waited: d / 2}}
	}
	rows := &turns{rows: [][]store.Due{waited(time.Minute), waited(time.Hour), nil}}
	s, _ := newSweeper(rows)
	s.Letters = &sweep.Letters{Store: found, Now: func() time.Time { return now }}
	look := func(name string, wantOldest, wantLetters float64, wantAsked int) {
		t.Helper()
		if _, err := s.Sweep(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := gauges(t, reader)
		if got["pipeline.due.oldest"] != wantOldest || got["pipeline.dead_letters.open"] != wantLetters || found.asked != wantAsked {
			t.Errorf("%s: gauges %v, asked %d times; want %v, %v and %d", name, got, found.asked, wantOldest, wantLetters, wantAsked)
		}
	}
	look("the longest wait of all turns, and the open letters", 3600, 3, 1)
	found.open = 0
	look("nothing is due; letters were looked at just now", 0, 3, 1)
	now = now.Add(time.Minute)
	look("somebody has seen to them", 0, 0, 2)
	found.open, found.err = 500, errors.New("the database is away")
	now = now.Add(time.Minute)
	look("what is not known is not said, and no failure", 0, 0, 3)
	found.err = nil
	look("it is looked up as soon as it can be, a hundred at most", 0, 100, 4)
}

func gauges(t *testing.T, reader metric.Reader) map[string]float64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Gauge[int64]:
				values[m.Name] = float64(data.DataPoints[0].Value)
			case metricdata.Gauge[float64]:
				values[m.Name] = data.DataPoints[0].Value
			}
		}
	}
	return values
}
