package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// Letters reads dead letters: one tenant's, or all.
type Letters interface {
	DeadLetters(ctx context.Context, f store.LetterFilter) ([]store.DeadLetter, error)
}

// Platform is what is about no single tenant.
type Platform interface {
	Pauses
	Letters
	Tally
	Queues
	Founder
	// DeadLetter and SettleDeadLetter fail with store.ErrNotFound if there is none, the second
	// with store.ErrConflict if it is settled in another way.
	DeadLetter(ctx context.Context, id string) (store.DeadLetter, error)
	SettleDeadLetter(ctx context.Context, actor, id string, state store.LetterState) (store.DeadLetter, error)
}

// Publisher publishes messages.
type Publisher interface {
	Publish(ctx context.Context, name topic.Name, m topic.Message) error
}

const (
	mostRedriven = 1000 // in one call
	redrivePage  = 100
)

// ListDeadLetters implements GET /v1/dead-letters.
func (h *handlers) ListDeadLetters(ctx context.Context, in ListDeadLettersRequestObject) (ListDeadLettersResponseObject, error) {
	page, err := letterPage(ctx, h.deps.Platform, letterQuery{string(in.Params.State), in.Params.PageToken, in.Params.Limit})
	return ListDeadLetters200JSONResponse(page), err
}

// ListTenantDeadLetters implements GET /v1/tenants/{tenant_id}/dead-letters.
func (h *handlers) ListTenantDeadLetters(ctx context.Context, in ListTenantDeadLettersRequestObject) (ListTenantDeadLettersResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	page, err := letterPage(ctx, h.scope(granted.tenantID), letterQuery{string(in.Params.State), in.Params.PageToken, in.Params.Limit})
	return ListTenantDeadLetters200JSONResponse(page), err
}

type letterQuery struct {
	state, pageToken string
	limit            int
}

func letterPage(ctx context.Context, from Letters, q letterQuery) (DeadLetterPage, error) {
	page := DeadLetterPage{DeadLetters: []DeadLetter{}}
	list := "dead-letters/" + q.state
	before, err := placeOf(list, q.pageToken)
	if err != nil {
		return page, err
	}
	letters, err := from.DeadLetters(ctx, store.LetterFilter{
		State: store.LetterState(q.state), Before: store.LetterCursor{ReceivedAt: before.at, ID: before.id},
		Limit: q.limit + 1, // one more says whether there is another page
	})
	if err != nil {
		return page, fmt.Errorf("list dead letters: %w", err)
	}
	if len(letters) > q.limit {
		letters = letters[:q.limit]
		last := letters[q.limit-1]
		page.NextPageToken = place{last.ReceivedAt, last.ID}.token(list)
	}
	for _, l := range letters {
		page.DeadLetters = append(page.DeadLetters, DeadLetter{
			LetterID: l.ID, TenantID: l.TenantID, RequestID: l.RequestID, Topic: l.Topic, Attempts: l.Attempts,
			State: DeadLetterState(l.State), ReceivedAt: l.ReceivedAt.UTC(),
		})
	}
	return page, nil
}

// RedriveDeadLetters implements POST /v1/dead-letters/redrive. What cannot be published stays
// open, for a person to look at.
func (h *handlers) RedriveDeadLetters(ctx context.Context, _ RedriveDeadLettersRequestObject) (RedriveDeadLettersResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	var done RedriveDeadLetters200JSONResponse
	filter := store.LetterFilter{State: store.LetterOpen}
	for done.Retried < mostRedriven {
		filter.Limit = int(min(redrivePage, mostRedriven-done.Retried))
		letters, err := h.deps.Platform.DeadLetters(ctx, filter)
		if err != nil {
			return nil, fmt.Errorf("list dead letters: %w", err)
		}
		for _, l := range letters {
			switch err := h.redrive(ctx, granted.principal.Actor(), l); {
			case err == nil:
				done.Retried++
			case !errors.Is(err, store.ErrConflict):
				return nil, err
			}
			filter.Before = store.LetterCursor{ReceivedAt: l.ReceivedAt, ID: l.ID}
		}
		if len(letters) < filter.Limit {
			break
		}
	}
	return done, nil
}

// RedriveDeadLetter implements POST /v1/dead-letters/{letter_id}/redrive.
func (h *handlers) RedriveDeadLetter(ctx context.Context, in RedriveDeadLetterRequestObject) (RedriveDeadLetterResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	l, err := h.deps.Platform.DeadLetter(ctx, in.LetterID)
	if err != nil {
		return nil, fmt.Errorf("read dead letter: %w", err)
	}
	return RedriveDeadLetter204Response{}, h.redrive(ctx, granted.principal.Actor(), l)
}

// errUnreadable says that a message is none that a step could be given.
var errUnreadable = fmt.Errorf("%w: no message of ours", store.ErrConflict)

// redrive publishes a message again and says so in its row, in this order: a message that
// comes twice changes nothing, one that never comes does. What is settled, or no message of
// ours, is a store.ErrConflict.
func (h *handlers) redrive(ctx context.Context, actor string, l store.DeadLetter) error {
	letter := topic.ReadLetter(l.ID, l.Topic, l.Message.Attributes, l.Message.Data)
	switch {
	case l.State != store.LetterOpen:
		return fmt.Errorf("redrive message: %w", store.ErrDealt)
	case !letter.Redrivable():
		return fmt.Errorf("redrive message: %w", errUnreadable)
	}
	m := letter.Message
	m.Attributes = nil
	if err := h.deps.Publisher.Publish(ctx, letter.Topic, m); err != nil {
		return &refusal{code: ProblemCodeUnavailable, cause: fmt.Errorf("redrive message: %w", err)}
	}
	if _, err := h.deps.Platform.SettleDeadLetter(ctx, actor, l.ID, store.LetterRedriven); err != nil {
		return fmt.Errorf("settle dead letter: %w", err)
	}
	return nil
}

// DismissDeadLetter implements POST /v1/dead-letters/{letter_id}/dismiss.
func (h *handlers) DismissDeadLetter(ctx context.Context, in DismissDeadLetterRequestObject) (DismissDeadLetterResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := h.deps.Platform.SettleDeadLetter(ctx, granted.principal.Actor(), in.LetterID, store.LetterDismissed); err != nil {
		return nil, fmt.Errorf("settle dead letter: %w", err)
	}
	return DismissDeadLetter204Response{}, nil
}
