package evaluate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// Analyzer analyses a request as the pipeline does; *analyze.Worker implements it.
type Analyzer interface {
	Work(ctx context.Context, job *stage.Job) (stage.Result, error)
}

// Answers is what an analyser said about a case.
type Answers struct {
	ID            string  `json:"id"`
	Intent        string  `json:"intent"`
	ProjectType   string  `json:"project_type"`
	Timeline      string  `json:"timeline"`
	Budget        string  `json:"budget"`
	LeadScore     int     `json:"lead_score"`
	Spam          bool    `json:"spam"`
	Appointment   string  `json:"appointment"`
	CustomerName  *string `json:"customer_name"` // null: none was given
	CustomerEmail *string `json:"customer_email"`
}

// of returns the answer to a scored field as a label writes it.
func (a *Answers) of(field string) string {
	switch field {
	case Intent:
		return a.Intent
	case ProjectType:
		return a.ProjectType
	case Timeline:
		return a.Timeline
	case Budget:
		return a.Budget
	case ScoreBand:
		return string(request.BandOf(a.LeadScore))
	case IsLead:
		return strconv.FormatBool(request.BandOf(a.LeadScore) != request.NoLead)
	case Spam:
		return strconv.FormatBool(a.Spam)
	case Appointment:
		return a.Appointment
	case CustomerName:
		return deref(a.CustomerName)
	default:
		return deref(a.CustomerEmail)
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Outcome is a case, what was said about it, and what that took.
type Outcome struct {
	Case       *Case
	Answers    Answers
	Confidence request.Confidence
	Analyzer   string // model or rules
	Took       time.Duration
	CostUSD    float64 // of the model

	clean *Answers // without the injected words; nil: there are none
}

// Run analyses every case, so many at a time. The outcomes come in the order of the cases.
func Run(ctx context.Context, analyzer Analyzer, cases []Case, parallel int) ([]Outcome, error) {
	outcomes := make([]Outcome, len(cases))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(parallel, 1))
	for i := range cases {
		group.Go(func() error {
			var err error
			outcomes[i], err = runCase(ctx, analyzer, &cases[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return outcomes, nil
}

func runCase(ctx context.Context, analyzer Analyzer, c *Case) (Outcome, error) {
	outcome, err := ask(ctx, analyzer, c)
	if err != nil || len(c.Injected) == 0 {
		return outcome, err
	}
	without, err := c.clean()
	if err != nil {
		return Outcome{}, err
	}
	clean, err := ask(ctx, analyzer, &without)
	if err != nil {
		return Outcome{}, err
	}
	outcome.clean = &clean.Answers
	return outcome, nil
}

func ask(ctx context.Context, analyzer Analyzer, c *Case) (Outcome, error) {
	job := c.job()
	began := time.Now()
	result, err := analyzer.Work(ctx, job)
	took := time.Since(began)
	if err == nil && result.Analysis == nil {
		err = errors.New("there is no analysis")
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("analyse case %s: %w", c.ID, err)
	}
	a := result.Analysis
	return Outcome{
		Case: c, Confidence: a.Confidence, Analyzer: a.Analyzer, Took: took, CostUSD: job.Request.CostParts.ModelUSD,
		Answers: Answers{
			ID: c.ID, Intent: a.Intent, ProjectType: a.ProjectType, Timeline: a.Timeline, Budget: a.Budget.Signal,
			LeadScore: a.LeadScore, Spam: a.Spam, Appointment: a.Appointment,
			CustomerName:  given(cmp.Or(a.Customer.Name, job.Request.Caller.Name)), // a form's fields name the sender, too
			CustomerEmail: given(cmp.Or(a.Customer.Email, job.Request.Caller.Email)),
		},
	}, nil
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// WritePredictions writes the answers, one JSON object a line.
func WritePredictions(w io.Writer, outcomes []Outcome) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range outcomes {
		if err := enc.Encode(outcomes[i].Answers); err != nil {
			return fmt.Errorf("write predictions: %w", err)
		}
	}
	return nil
}
