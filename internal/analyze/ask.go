package analyze

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/gemini"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// Model answers prompts; *gemini.Client implements it. Errors are those of that package.
type Model interface {
	Generate(ctx context.Context, p prompt.Prompt) (gemini.Reply, error)
	// Fingerprint stands for everything besides the prompt that an answer depends on.
	Fingerprint() string
}

// unusableError says why the rules must answer instead of the model.
type unusableError struct {
	reason string // for the metric
	why    string // for the result's warnings; fixed words
	usage  request.Usage
}

func (e *unusableError) Error() string { return e.why }

// asker asks the model about one subject.
type asker struct {
	*Worker
	request *request.Request
	subject Subject
	age     time.Duration // of the request
	usage   request.Usage // of all calls so far
	refused bool          // one answer was unusable already
	unasked bool          // the company's own questions were left out
}

// ask returns the model's analysis, or an *unusableError, stage.Later or the context's
// error. An answer that cannot be used is asked for once more, with its fault named.
func (a *asker) ask(ctx context.Context, p prompt.Prompt) (*request.Analysis, error) {
	for attempt := 1; ; attempt++ {
		reply, err := a.model.Generate(ctx, p)
		a.count(reply)
		var result *request.Analysis
		if err == nil {
			result, err = a.answered(reply.Text)
		}
		if err == nil {
			result.Model, result.ModelVersion, result.Usage = reply.Model, reply.Version, a.usage
			return result, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("ask model: %w", ctx.Err())
		}
		if isInvalid(err) && len(p.Questions) > 0 { // one company's questions must not cost it the model
			p, a.unasked = p.WithoutQuestions(), true
			continue
		}
		if fault := faultOf(err); fault != "" {
			if a.refused {
				return nil, a.unusable("refused", "the model's answers could not be used: "+fault)
			}
			a.refused = true
			p = p.Corrected(fault)
			continue
		}
		if err := a.pause(ctx, attempt, err); err != nil {
			return nil, err
		}
	}
}

// answered reads an answer, to a prompt without the company's questions if they were left out.
func (a *asker) answered(text string) (*request.Analysis, error) {
	subject := a.subject
	if a.unasked {
		subject.Input.Questions = nil
	}
	result, err := subject.Answered(text)
	if err != nil || !a.unasked {
		return result, err
	}
	for _, q := range a.subject.Input.Questions {
		result.Answers = append(result.Answers, q.Unanswered())
	}
	result.Warnings = append(result.Warnings, "the model refused the request; it answered without the company's own questions")
	return result, nil
}

// count meters an answer, also one that cannot be used: it is paid for like others.
func (a *asker) count(reply gemini.Reply) {
	a.usage = a.usage.Plus(reply.Usage)
	a.request.Metering.AddTokens(reply.Model, reply.Usage)
}

func (a *asker) unusable(reason, why string) error {
	return &unusableError{reason: reason, why: why, usage: a.usage}
}

// isInvalid reports whether the service refused the request itself.
func isInvalid(err error) bool {
	var unavailable *gemini.UnavailableError
	return errors.As(err, &unavailable) && unavailable.Invalid
}

// faultOf returns what was wrong with an answer, in fixed words; empty if there was none.
func faultOf(err error) string {
	var (
		fault   *verdict.FaultError
		refused *gemini.RefusedError
	)
	switch {
	case errors.As(err, &fault):
		return fault.Why
	case errors.As(err, &refused):
		return refused.Why
	default:
		return ""
	}
}

// pause waits before the next attempt, or returns why there is none.
func (a *asker) pause(ctx context.Context, attempt int, err error) error {
	var (
		busy        *gemini.BusyError
		unavailable *gemini.UnavailableError
	)
	wait := time.Second << min(attempt-1, 5)
	switch {
	case errors.As(err, &busy):
		if busy.Wait > 0 {
			wait = busy.Wait
		}
		if wait > a.cfg.MaxPause || attempt >= a.cfg.Attempts {
			return a.postpone(wait)
		}
	case errors.As(err, &unavailable) && unavailable.Lasting:
		return a.unusable("unavailable", "no model could be asked")
	case attempt >= a.cfg.Attempts:
		return a.unusable("unavailable", "the model did not answer")
	}
	return a.sleep(ctx, min(wait, a.cfg.MaxPause))
}

// postpone leaves a busy model alone for a while, unless the lead would grow old over it.
func (a *asker) postpone(wait time.Duration) error {
	if a.age+wait > a.cfg.Patience {
		return a.unusable("busy", "the model was busy for too long")
	}
	return stage.Later(a.now().Add(wait), "the model is busy")
}
