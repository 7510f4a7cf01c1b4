package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/workflow"
)

const scope = "github.com/your-org/multi-tenant-pipeline/internal/notify"

// Config says what messages link to and how mail leaves.
type Config struct {
	DashboardURL string `env:"DASHBOARD_URL"` // empty: messages have no link to the request
	// Patience is how long after a request came a channel that cannot be reached is tried. Then the
	// request is completed without: the lead is in the CRM, and old news help nobody.
	Patience time.Duration `env:"NOTIFY_PATIENCE, default=24h"`
	SMTP     SMTPConfig
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	if c.Patience < 0 {
		return errors.Join(errors.New("NOTIFY_PATIENCE must not be negative"), c.SMTP.Validate())
	}
	return c.SMTP.Validate()
}

// Worker tells people. It is the step's stage.Worker.
type Worker struct {
	*senders

	dashboard string
	patience  time.Duration
	messages  metric.Int64Counter
}

// New returns a worker. The client must be a guarded one: tenants name the addresses.
func New(cfg Config, secrets Secrets, client *http.Client) (*Worker, error) {
	send, err := newSenders(cfg.SMTP, smtpTimeout, secrets, client)
	if err != nil {
		return nil, err
	}
	messages, err := otel.Meter(scope).Int64Counter("pipeline.notifications",
		metric.WithDescription("Messages to people, by channel kind and outcome"))
	if err != nil {
		return nil, fmt.Errorf("set up metrics: %w", err)
	}
	return &Worker{senders: send, dashboard: cfg.DashboardURL, patience: cfg.Patience, messages: messages}, nil
}

// Work tells every channel that should know and does not know yet.
func (w *Worker) Work(ctx context.Context, job *stage.Job) (stage.Result, error) {
	channels := w.channels(job.Tenant.Settings.Notifications)
	if len(channels) == 0 || job.Request.Quiet() {
		return stage.Result{Detail: "nobody to tell"}, nil
	}
	analysis, err := job.Record.Analysis(ctx)
	if err != nil {
		return stage.Result{}, fmt.Errorf("read analysis: %w", err)
	}
	if analysis == nil {
		return stage.Result{}, stage.Permanent("there is no analysis to tell about")
	}
	plan, err := w.plan(ctx, job, analysis)
	if err != nil {
		return stage.Result{}, err
	}
	notices, err := job.Record.Notices(ctx)
	if err != nil {
		return stage.Result{}, fmt.Errorf("read notices: %w", err)
	}
	untold := due(channels, plan, analysis, notices)
	if len(untold) == 0 {
		return stage.Result{Detail: "nobody left to tell"}, nil
	}
	deliveries, err := job.Record.Deliveries(ctx)
	if err != nil {
		return stage.Result{}, fmt.Errorf("read deliveries: %w", err)
	}
	c := newCard(job, analysis, deliveries)
	c.Link = w.link(job)
	if job.Tenant.Settings.Privacy.HIPAA {
		c = c.discreet()
	}
	return w.tellAll(ctx, job, untold, c)
}

// plan evaluates the tenant's workflow. Only its rules can ask for what was said.
func (w *Worker) plan(ctx context.Context, job *stage.Job, analysis *request.Analysis) (workflow.Plan, error) {
	s := expr.Subject{Tenant: job.Tenant, Request: job.Request, Analysis: analysis, Link: w.link(job)}
	if len(job.Tenant.Settings.Workflow) > 0 {
		var err error
		if s.Transcript, err = job.Record.Transcript(ctx); err != nil {
			return workflow.Plan{}, fmt.Errorf("read transcript: %w", err)
		}
	}
	return workflow.Evaluate(ctx, s)
}

func (w *Worker) link(job *stage.Job) string {
	return request.Link(w.dashboard, job.Request.TenantID, job.Request.ID)
}

// tellAll tells one channel after the other. One that fails does not keep the others
// from being told; then the worst is returned: an error before a wait.
func (w *Worker) tellAll(ctx context.Context, job *stage.Job, channels []channel, c card) (stage.Result, error) {
	var said []string
	var later *stage.LaterError
	var failed []error
	for _, ch := range channels {
		outcome, err := w.tell(ctx, job, ch, c)
		switch {
		case errors.Is(err, stage.ErrLost):
			return stage.Result{}, err
		case errors.As(err, &later):
		case err != nil:
			failed = append(failed, err)
		default:
			said = append(said, ch.name+" "+outcome)
		}
	}
	if err := errors.Join(failed...); err != nil {
		return stage.Result{}, err
	}
	if later != nil {
		return stage.Result{}, later
	}
	return stage.Result{Detail: strings.Join(said, ", ")}, nil
}

// tell sends to one channel and writes it down. It returns what happened in words for
// the timeline; a refusal is such a word, not an error.
func (w *Worker) tell(ctx context.Context, job *stage.Job, ch channel, c card) (string, error) {
	c.Again = ch.told
	note := func(ctx context.Context, key string) error {
		return job.Record.Notified(ctx, request.Notice{Channel: key, Band: c.Band, SentAt: w.now()})
	}
	ch.members.note = note
	outcome, err := ch.send(ctx, ch, c)
	var no *refusal
	var unwritten *unwrittenError
	switch {
	case errors.As(err, &unwritten):
		return "", fmt.Errorf("tell %s: %w", ch.name, err)
	case errors.As(err, &no):
		w.count(ctx, ch, "refused")
		slog.WarnContext(ctx, "notification refused", "tenant_id", job.Request.TenantID, "request_id", job.Request.ID,
			"step", "notify", "channel", ch.name, "error", err)
		return "refused: " + no.why, nil
	case err != nil && ctx.Err() != nil:
		return "", fmt.Errorf("tell %s: %w", ch.name, err)
	case err != nil:
		w.count(ctx, ch, "failed")
		slog.WarnContext(ctx, "notification not delivered", "tenant_id", job.Request.TenantID, "request_id", job.Request.ID,
			"step", "notify", "channel", ch.name, "error", err)
		if later := w.again(job.Request, ch, err); later != nil {
			return "", later
		}
		var some *partialError
		if !errors.As(err, &some) {
			return "given up: it could not be reached", nil
		}
		outcome = some.outcome
	}
	w.count(ctx, ch, "told")
	if err := note(ctx, ch.name); err != nil {
		return "", fmt.Errorf("remember that %s was told: %w", ch.name, err)
	}
	return outcome, nil
}

// Pauses between attempts to reach a channel: a sixth of the time that it was tried already.
const shortest, longest = 2 * time.Second, 10 * time.Minute

// again asks to be run again for a channel that could not be reached: when the channel says, if it does. It
// returns nil when nobody waits for the news any more. An outage is no failure of the request.
func (w *Worker) again(r *request.Request, ch channel, err error) error {
	tried := w.now().Sub(r.ReceivedAt)
	if tried > w.patience {
		return nil
	}
	var later *stage.LaterError
	if errors.As(err, &later) {
		return later
	}
	return stage.Later(w.now().Add(min(max(tried/6, shortest), longest)), ch.name+" could not be reached")
}

func (w *Worker) count(ctx context.Context, ch channel, outcome string) {
	kind, _, _ := strings.Cut(ch.name, ":")
	w.messages.Add(ctx, 1, metric.WithAttributes(attribute.String("channel", kind), attribute.String("outcome", outcome)))
}
