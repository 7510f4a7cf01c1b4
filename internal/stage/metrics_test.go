package stage_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
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

// The provider is the process's. Other tests count under it, too, but not for these tenants.
func TestWhatIsSavedIsCounted(t *testing.T) {
	reader := metric.NewManualReader()
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(reader)))
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
			[]string{"pipeline.cost.usd component=model 1", "pipeline.cost.usd component=platform 0.25", "pipeline.leads band=hot 1"},
		}, {
			"the last step completes a request", "completed", request.Completed,
			func(context.Context, *stage.Job) (stage.Result, error) { return stage.Result{}, nil }, nil,
			[]string{"pipeline.requests.settled kind=call,outcome=completed 1"},
		}, {
			"a failure settles it at any step", "failed", request.Analyzed,
			func(context.Context, *stage.Job) (stage.Result, error) { return analysed, stage.Permanent("no") }, nil,
			[]string{"pipeline.requests.settled kind=call,outcome=failed 1"},
		}, {
			"a wait settles nothing", "waits", request.Completed,
			func(context.Context, *stage.Job) (stage.Result, error) {
				return analysed, stage.Later(time.Now().Add(time.Hour), "busy")
			}, nil, nil,
		}, {
			"what was not saved is not counted", "unsaved", request.Completed,
			func(_ context.Context, job *stage.Job) (stage.Result, error) {
				job.Request.CostUSD = 3
				return analysed, nil
			}, stage.ErrLost, nil,
		},
	} {
		held := &request.Request{
			TenantID: tt.tenant, ID: "req_1", Kind: request.Call, Run: 1, Status: request.Received,
			CostUSD: .25, CostParts: request.CostParts{SpeechUSD: .25},
		}
		r, _ := newRunner(&fakeClaim{r: held, err: tt.lost}, nil, tt.work)
		r.To = tt.to
		if err := r.Handle(t.Context(), tt.tenant, "req_1", 1); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, counted(t, reader, tt.tenant)); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.name, diff)
		}
	}
}

// counted returns a tenant's counts, by name.
func counted(t *testing.T, reader metric.Reader, tenantID string) []string {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	lines := map[string]bool{}
	keep := func(name string, set attribute.Set, value any) {
		if id, _ := set.Value("tenant_id"); id.AsString() != tenantID {
			return
		}
		rest, _ := set.Filter(func(kv attribute.KeyValue) bool { return kv.Key != "tenant_id" })
		lines[fmt.Sprintf("%s %s %v", name, rest.Encoded(attribute.DefaultEncoder()), value)] = true
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
			}
		}
	}
	return slices.Sorted(maps.Keys(lines))
}
