package gemini

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

const (
	both    = "gemini-2.5-flash,gemini-3.5-flash-lite"
	retired = `{"error":{"code":404,"message":"Publisher Model was not found","status":"NOT_FOUND"}}`
)

// firstFails answers for the second model alone; the first has the status.
func firstFails(status int, body string) func(int, http.ResponseWriter, *http.Request) {
	return func(_ int, w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "2.5") {
			write(w, status, body)
			return
		}
		write(w, 200, fine)
	}
}

func TestAModelThatIsGoneIsLeftOutForAWhile(t *testing.T) {
	t.Parallel()
	s := newServer(t, firstFails(404, retired))
	c := newClient(t, s, both)
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	c.now = func() time.Time { return now }
	for range 2 {
		got, err := c.Generate(t.Context(), question)
		if err != nil || got.Model != "gemini-3.5-flash-lite" {
			t.Fatalf("Generate = %q, %v, want the second model", got.Model, err)
		}
	}
	if len(s.paths) != 3 || !strings.Contains(s.paths[1], "/locations/global/") {
		t.Errorf("calls = %v, want the gone model once and the next in global", s.paths)
	}
	now = now.Add(2 * goneFor)
	if _, err := c.Generate(t.Context(), question); err != nil {
		t.Fatal(err)
	}
	if len(s.paths) != 5 {
		t.Errorf("calls = %d, want the gone model tried again after a while", len(s.paths))
	}
}

func TestAModelThatCannotBeAskedFallsToTheNextForThisCall(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]struct {
		status int
		body   string
	}{
		"overloaded":      {503, `{"error":{"code":503,"status":"UNAVAILABLE"}}`},
		"broken":          {500, `{"error":{"code":500,"status":"INTERNAL"}}`},
		"not allowed":     {403, `{"error":{"code":403,"status":"PERMISSION_DENIED"}}`},
		"closed to us":    {400, `{"error":{"code":400,"status":"FAILED_PRECONDITION"}}`},
		"a proxy's words": {502, `<html>Bad gateway</html>`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, firstFails(failure.status, failure.body))
			c := newClient(t, s, both)
			for range 2 {
				got, err := c.Generate(t.Context(), question)
				if err != nil || got.Model != "gemini-3.5-flash-lite" || got.Version == "" {
					t.Fatalf("Generate = %+v, %v, want the second model", got, err)
				}
			}
			if len(s.paths) != 4 {
				t.Errorf("calls = %d, want each model twice: one request's trouble is not the next one's", len(s.paths))
			}
		})
	}
}

func TestABusyModelIsWaitedForInsteadOfReplaced(t *testing.T) {
	t.Parallel()
	s := newServer(t, firstFails(429, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}`))
	_, err := newClient(t, s, both).Generate(t.Context(), question)
	var busy *BusyError
	if !errors.As(err, &busy) || len(s.paths) != 1 {
		t.Errorf("error = %v after %d calls, want BusyError after one", err, len(s.paths))
	}
}

func TestTroubleIsLastingOnlyIfItIsForEveryModel(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name             string
		first, second    int
		lasting, invalid bool
	}{
		{"none may be asked", 403, 404, true, false},
		{"the first may come back", 503, 404, false, false},
		{"the second may come back", 404, 503, false, false},
		{"both refuse the request", 400, 400, true, true},
		{"the one that is left refuses the request", 404, 400, true, true},
		{"the second may come back and take what the first refuses", 400, 503, false, false},
		{"the first may come back and take what the second refuses", 503, 400, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, func(_ int, w http.ResponseWriter, r *http.Request) {
				status := tc.second
				if strings.Contains(r.URL.Path, "2.5") {
					status = tc.first
				}
				write(w, status, `{}`)
			})
			_, err := newClient(t, s, both).Generate(t.Context(), question)
			var unavailable *UnavailableError
			if !errors.As(err, &unavailable) || unavailable.Lasting != tc.lasting || unavailable.Invalid != tc.invalid {
				t.Errorf("error = %+v, want unavailable, lasting %v, invalid %v", unavailable, tc.lasting, tc.invalid)
			}
		})
	}
}

// An alert counts the falls and quotes the line. It is not parallel: meters and loggers are the
// process's own.
func TestAFallIsCountedAndLoggedForAnAlert(t *testing.T) {
	reader, meters := metric.NewManualReader(), otel.GetMeterProvider()
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(meters) })
	var log bytes.Buffer
	logger := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(logger) })

	if _, err := newClient(t, newServer(t, firstFails(404, retired)), both).Generate(t.Context(), question); err != nil {
		t.Fatal(err)
	}
	if _, err := newClient(t, newServer(t, firstFails(503, `{"error":{"code":503}}`)), both).Generate(t.Context(), question); err != nil {
		t.Fatal(err)
	}
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, scope := range all.ScopeMetrics { // in any order: the HTTP client's are there, too
		for _, m := range scope.Metrics {
			if sum, ok := m.Data.(metricdata.Sum[int64]); ok && m.Name == "gemini.fallbacks" {
				for _, p := range sum.DataPoints {
					got[p.Attributes.Encoded(attribute.DefaultEncoder())] += p.Value
				}
			}
		}
	}
	want := map[string]int64{"model=gemini-2.5-flash,reason=gone": 1, "model=gemini-2.5-flash,reason=unavailable": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("falls (-want +got):\n%s", diff)
	}
	for _, line := range []string{`level=WARN msg="model cannot be asked" model=gemini-2.5-flash reason=gone`, "reason=unavailable", `msg="model is being retired"`} {
		if !strings.Contains(log.String(), line) {
			t.Errorf("the log does not say %s:\n%s", line, log.String())
		}
	}
}
