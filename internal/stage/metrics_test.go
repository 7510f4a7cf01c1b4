package stage_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// meters is the process's provider. Other tests count under it, too, but not for these tenants.
var meters = sync.OnceValue(func() metric.Reader {
	reader := metric.NewManualReader()
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(reader)))
	return reader
})

func TestARequestThatItsClaimFailedIsCountedOnce(t *testing.T) {
	reader := meters()
	ended := &request.Request{TenantID: "died", ID: "req_1", Kind: "died", Run: 1, Status: request.Transcribed, CostUSD: 1}
	for _, passed := range []*stage.PassedError{
		{Status: request.Failed, Run: 1, Ended: ended},
		{Status: request.Failed, Run: 1}, // the message comes again
	} {
		r, next := newRunner(nil, passed, nil)
		r.Name = "died"
		if err := r.Handle(t.Context(), "died", "req_1", 1); err != nil || len(next.got) > 0 {
			t.Errorf("got %v, announced %v", err, next.got)
		}
	}
	want := []string{
		"pipeline.request.duration outcome=failed 1", "pipeline.requests.settled outcome=failed 1", "pipeline.step.duration outcome=failed 1",
	}
	if diff := cmp.Diff(want, counted(t, reader, "died")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWhatIsSavedIsCounted(t *testing.T) {
	reader := meters()
	failure := []string{
		"pipeline.request.duration outcome=failed 1", "pipeline.requests.settled outcome=failed 1", "pipeline.step.duration outcome=failed 1",
	}
	costly := func(_ context.Context, job *stage.Job) (stage.Result, error) {
		job.Request.CostUSD = 3
		return stage.Result{}, nil
	}
	analysed := stage.Result{Analysis: &request.Analysis{IsLead: true, LeadScore: 85, ScoreBand: request.Hot}}
	for _, tt := range []struct {
		name   string
		tenant string
		to     request.Status
		work   worker
		lost   error // what saving returns
		want   []string
	}{
		{
			"a lead is counted with what it cost", "lead", request.Analyzed,
			func(_ context.Context, job *stage.Job) (stage.Result, error) {
				job.Request.CostUSD, job.Request.CostParts = 1.5, request.CostParts{SpeechUSD: .25, ModelUSD: 1}
				return analysed, nil
			}, nil,
			[]string{
				"pipeline.cost.usd component=model 1", "pipeline.cost.usd component=platform 0.25", "pipeline.leads band=hot 1",
				"pipeline.step.duration outcome=done 1",
			},
		}, {
			"the last step completes a request", "last", request.Completed,
			func(context.Context, *stage.Job) (stage.Result, error) { return stage.Result{}, nil }, nil,
			[]string{
				"pipeline.request.duration outcome=completed 1", "pipeline.requests.settled outcome=completed 1",
				"pipeline.step.duration outcome=done 1",
			},
		}, {
			"a failure settles it at any step", "refused", request.Analyzed,
			func(context.Context, *stage.Job) (stage.Result, error) { return analysed, stage.Permanent("no") }, nil,
			failure,
		}, {
			"a wait settles nothing", "waits", request.Completed,
			func(context.Context, *stage.Job) (stage.Result, error) {
				return analysed, stage.Later(time.Now().Add(time.Hour), "busy")
			}, nil, []string{"pipeline.step.duration outcome=waiting 1"},
		}, {
			"what somebody else saves is not counted", "taken", request.Completed, costly, stage.ErrLost,
			[]string{"pipeline.step.duration outcome=lost 1"},
		}, {
			"what was not saved is not counted", "unsaved", request.Completed, costly, errors.New("unavailable"), nil,
		},
	} {
		held := &request.Request{
			TenantID: tt.tenant, ID: "req_1", Kind: request.Kind(tt.tenant), Run: 1, Status: request.Received,
			CostUSD: .25, CostParts: request.CostParts{SpeechUSD: .25},
		}
		r, _ := newRunner(&fakeClaim{r: held, err: tt.lost}, nil, tt.work)
		r.Name, r.To = tt.tenant, tt.to
		refused := tt.lost != nil && !errors.Is(tt.lost, stage.ErrLost)
		if err := r.Handle(t.Context(), tt.tenant, "req_1", 1); (err != nil) != refused {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, counted(t, reader, tt.tenant)); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.name, diff)
		}
	}
}

// counted returns what was counted under a name, which is a tenant's, a step's and a kind's.
func counted(t *testing.T, reader metric.Reader, name string) []string {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	lines := map[string]bool{}
	keep := func(instrument string, set attribute.Set, value any) {
		rest, named := set.Filter(func(kv attribute.KeyValue) bool { return kv.Value.AsString() != name })
		if len(named) > 0 {
			lines[fmt.Sprintf("%s %s %v", instrument, rest.Encoded(attribute.DefaultEncoder()), value)] = true
		}
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					keep(m.Name, p.Attributes, p.Value)
				}
			case metricdata.Sum[float64]:
				for _, p := range data.DataPoints {
					keep(m.Name, p.Attributes, p.Value)
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					keep(m.Name, p.Attributes, p.Count)
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(lines))
}
