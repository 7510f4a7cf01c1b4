package analyze

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/conversation"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Worker analyses requests. It implements stage.Worker.
type Worker struct {
	cfg     Config
	model   Model // nil: the rules answer everything
	prices  *cost.Table
	answers metric.Int64Counter
	now     func() time.Time
	sleep   func(ctx context.Context, d time.Duration) error
}

// New returns a worker. Without a model the rules answer everything; without prices they are
// the program's own.
func New(cfg Config, model Model, prices *cost.Table) (*Worker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("new analyze worker: %w", err)
	}
	answers, err := otel.Meter("internal/analyze").Int64Counter("analyze.answers", metric.WithDescription("Analyses by who answered and why"))
	if err != nil {
		return nil, fmt.Errorf("new analyze worker: %w", err)
	}
	if prices == nil {
		prices = cost.Default()
	}
	return &Worker{cfg: cfg, model: model, prices: prices, answers: answers, now: time.Now, sleep: sleep}, nil
}

// sleep waits, but not longer than the context lives.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait for model: %w", ctx.Err())
	case <-timer.C:
		return nil
	}
}

// Work analyses one request.
func (w *Worker) Work(ctx context.Context, job *stage.Job) (stage.Result, error) {
	result, _, err := w.conclude(ctx, job)
	return result, err
}

// conclude analyses one request and says why the analysis is whose it is.
func (w *Worker) conclude(ctx context.Context, job *stage.Job) (stage.Result, string, error) {
	defer w.prices.Charge(job.Request) // whatever comes of it
	transcript, written, err := transcriptOf(ctx, job)
	if err != nil {
		return stage.Result{}, "", err
	}
	subject := Subject{
		Input: prompt.NewInput(job.Tenant, job.Request, transcript), Transcript: transcript,
		Contactable: contactable(job.Request), Weights: job.Tenant.Settings.Weights,
	}
	analysis, reason, err := w.analyse(ctx, job, subject)
	if err != nil {
		return stage.Result{}, "", err
	}
	w.answers.Add(ctx, 1, metric.WithAttributes(attribute.String("analyzer", analysis.Analyzer), attribute.String("reason", reason)))
	analysis.Conversation = conversation.Of(transcript, job.Tenant.Settings.Trackers)
	apply(job, analysis)
	result := stage.Result{Analysis: analysis, People: people(job, analysis), Detail: detail(analysis, reason)}
	if written {
		result.Transcript = transcript
	}
	return result, reason, nil
}

// transcriptOf returns the words to analyse, and whether they were written here: a form
// or text is its own transcript.
func transcriptOf(ctx context.Context, job *stage.Job) (tr *request.Transcript, written bool, err error) {
	if job.Request.Kind != request.Call {
		return prompt.FormTranscript(job.Request.Details), true, nil
	}
	tr, err = job.Record.Transcript(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("read transcript: %w", err)
	}
	return tr, false, nil
}

func contactable(r *request.Request) bool { return r.Caller.Phone != "" || r.Caller.Email != "" }

// analyse returns the analysis and why it is whose it is.
func (w *Worker) analyse(ctx context.Context, job *stage.Job, s Subject) (*request.Analysis, string, error) {
	if s.Transcript.Empty() { // nothing that a model could be paid for
		return s.Rules(), "no_words", nil
	}
	if w.model == nil {
		return s.Rules(), "no_model", nil
	}
	question, err := prompt.Build(s.Input)
	if err != nil {
		return nil, "", fmt.Errorf("build prompt: %w", err)
	}
	question.TenantID = job.Request.TenantID
	hash := w.hash(question)
	known, err := job.Record.Answer(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("read analysis: %w", err)
	}
	if known != nil && known.Analyzer == request.AnalyzerModel && known.PromptHash == hash {
		Rescore(known, s.Weights)
		return known, "cached", nil
	}
	if job.Tenant.Paused(w.now(), tenant.PauseModel) != nil {
		result := s.Rules()
		result.Warnings = append(result.Warnings, "the model is paused; the rules answered")
		return result, "paused", nil
	}
	age := w.now().Sub(job.Request.ReceivedAt)
	a := &asker{Worker: w, request: job.Request, subject: s, age: age}
	result, reason, err := w.askModel(ctx, a, question)
	if err != nil {
		return nil, "", err
	}
	if !a.unasked { // it is no answer to this question otherwise, and must not be taken for one later
		result.PromptHash = hash
	}
	return result, reason, nil
}

// askModel returns the model's analysis, or that of the rules if there is none to be had.
func (w *Worker) askModel(ctx context.Context, a *asker, question prompt.Prompt) (*request.Analysis, string, error) {
	result, err := a.ask(ctx, question)
	if err == nil {
		return result, "answered", nil
	}
	var unusable *unusableError
	if !errors.As(err, &unusable) {
		return nil, "", err
	}
	slog.WarnContext(ctx, "rules answer instead of the model",
		"tenant_id", a.request.TenantID, "request_id", a.request.ID, "step", "analyze", "error", unusable.why)
	result = a.subject.Rules()
	result.Usage = unusable.usage
	result.Warnings = append(result.Warnings, unusable.why+"; the rules answered")
	return result, unusable.reason, nil
}

// hash is the key under which an answer is kept: the same question to the same models is
// not paid for twice.
func (w *Worker) hash(p prompt.Prompt) string {
	sum := sha256.Sum256([]byte(w.model.Fingerprint() + "\x00" + p.System + "\x00" + p.User))
	return hex.EncodeToString(sum[:])
}
