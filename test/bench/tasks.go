package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // CallRail signs with it
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/gemini"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rules"
	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/cost/estimate"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/mapping"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func cpuTasks(ctx context.Context) ([]task, error) {
	handler, err := handlerTask(ctx)
	if err != nil {
		return nil, err
	}
	analysis, err := analysisTask(ctx)
	if err != nil {
		return nil, err
	}
	mapped, err := mappingTask(ctx)
	return []task{handler, analysis, mapped}, err
}

// handlerTask is one delivery in the webhook's handler, with clients that cost nothing. The
// baseline checks the signature and reads the body with the standard library.
func handlerTask(ctx context.Context) (task, error) {
	// As a service has it: metrics that are exported, and spans with ids, which nobody records.
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(metric.NewManualReader())))
	otel.SetTracerProvider(trace.NewTracerProvider(trace.WithSampler(trace.NeverSample())))
	hook, err := newHook(ctx)
	if err != nil {
		return task{}, err
	}
	body, err := payload(0, 1)
	if err != nil {
		return task{}, err
	}
	reader := bytes.NewReader(body)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, pathOf(0), reader)
	if err != nil {
		return task{}, err
	}
	r.Header.Set(callrail.HeaderSHA1, callrail.SignSHA1(body, signingKey))
	sent, w := r.Body, &connection{header: http.Header{}}
	return task{
		name: "webhook's handler, a delivery", cpu: atMost(120), allocs: atMost(60),
		ours: func() error {
			reader.Reset(body)
			clear(w.header)
			r.Body = sent
			hook.ServeHTTP(w, r)
			if w.status != http.StatusOK {
				return fmt.Errorf("status %d", w.status)
			}
			return nil
		},
		theirs: func() error {
			reader.Reset(body)
			read, err := io.ReadAll(reader)
			if err != nil {
				return err
			}
			mac := hmac.New(sha1.New, []byte(signingKey))
			_, _ = mac.Write(read) // a hash never fails to write
			mac.Sum(nil)
			var all map[string]any
			return json.Unmarshal(read, &all)
		},
	}, nil
}

// connection is a writer that only remembers the status.
type connection struct {
	header http.Header
	status int
}

func (c *connection) Header() http.Header             { return c.header }
func (c *connection) WriteHeader(status int)          { c.status = status }
func (c *connection) Write(b []byte) (int, error)     { return len(b), nil }
func (c *connection) SetReadDeadline(time.Time) error { return nil }

// record is a request's place in a store that costs nothing.
type record struct {
	stage.Record
	transcript *request.Transcript
}

func (r record) Transcript(context.Context) (*request.Transcript, error) { return r.transcript, nil }
func (record) Answer(context.Context) (*request.Analysis, error)         { return nil, nil } //nolint:nilnil // as the store says that there is none

// answered is a model that has its answer ready.
type answered struct{ text string }

func (a answered) Generate(context.Context, prompt.Prompt) (gemini.Reply, error) {
	return gemini.Reply{Text: a.text, Model: "gemini-2.5-flash", Usage: request.Usage{InputTokens: estimate.InputTokens, OutputTokens: estimate.OutputTokens}}, nil
}

func (answered) Fingerprint() string { return "bench" }

func newJob() *stage.Job {
	in := &request.Transcript{Origin: request.OriginSpeech}
	for i, turn := range conversation {
		in.Segments = append(in.Segments, request.Segment{Index: i, Speaker: turn.Speaker, Text: turn.Text, Start: turn.Start, End: turn.End})
	}
	return &stage.Job{
		Tenant: &tenant.Tenant{ID: tenantID, Name: "Bench Remodeling", TimeZone: "America/Denver", Region: "US"},
		Request: &request.Request{
			TenantID: tenantID, ID: "req_bench", Kind: request.Call, ReceivedAt: time.Now(), StartedAt: time.Now().Add(-time.Minute),
			Caller: request.Caller{Phone: "+13035550142"}, Details: request.Details{Answered: true, DurationS: callSeconds},
		},
		Record: record{transcript: in},
	}
}

// analysisTask is everything that analyze does besides asking the model: the prompt, the check
// of the answer against the transcript, the score. The baseline decodes the answer.
func analysisTask(ctx context.Context) (task, error) {
	job := newJob()
	transcript, err := job.Record.Transcript(ctx)
	if err != nil {
		return task{}, err
	}
	text, err := json.Marshal(rules.Analyze(prompt.NewInput(job.Tenant, job.Request, transcript)))
	if err != nil {
		return task{}, err
	}
	worker, err := analyze.New(analyze.Config{Attempts: 1}, answered{string(text)}, nil)
	if err != nil {
		return task{}, err
	}
	return task{
		name: "analysis of a call",
		ours: func() error {
			result, err := worker.Work(ctx, newJob())
			if err == nil && result.Analysis.Analyzer != request.AnalyzerModel {
				err = errors.New("the model's answer was not taken")
			}
			return err
		},
		theirs: func() error {
			var all map[string]any
			return json.Unmarshal(text, &all)
		},
	}, nil
}

// leadRules are a mapping such as a tenant has: a few fields, most of them translated.
const leadRules = `[
	{"record":"contact","field":"city","value":"request.details.city"},
	{"record":"deal","field":"project","value":"analysis.project_type","enum":{"kitchen":"Kitchen remodel"},"default":"Other"},
	{"record":"deal","field":"score","value":"analysis.lead_score"},
	{"record":"deal","field":"budget","value":"double(analysis.budget.max)"},
	{"record":"deal","field":"next","value":"analysis.next_steps","format":"words"},
	{"record":"deal","field":"received","value":"request.received_at","format":"date"},
	{"record":"deal","field":"source","value":"request.source","format":"upper"},
	{"record":"deal","field":"request","value":"request.id"}
]`

// mappingTask reads a tenant's mapping and fills a lead's fields with it, as each delivery does.
// The baseline encodes the lead.
func mappingTask(ctx context.Context) (task, error) {
	budget, job := int64(80_000), newJob()
	lead := crm.Lead{
		Request: job.Request, Link: "https://app.example.com/req_bench", Region: "US",
		Analysis: &request.Analysis{
			Intent: "quote_request", ProjectType: "kitchen", LeadScore: 85, Budget: request.Budget{Signal: "high", Max: &budget}, NextSteps: []string{"call_back"},
		},
	}
	apply := func() error {
		m, err := mapping.Parse(json.RawMessage(leadRules))
		if err != nil {
			return err
		}
		_, _, err = m.Apply(ctx, lead, job.Tenant)
		return err
	}
	return task{
		name: "CRM mapping of a lead", ours: apply,
		theirs: func() error {
			_, err := json.Marshal(lead)
			return err
		},
	}, apply()
}
