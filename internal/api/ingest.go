package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	// sourceAPI is the source under which requests by API are counted and listed.
	sourceAPI = "api"

	uploadTTL = time.Hour
	// uploadGrace is how much longer an upload is waited for than its address is good: it may
	// have begun just before the end.
	uploadGrace = 5 * time.Minute

	announceTimeout = time.Second // a publisher that hangs must not keep the answer back
)

// Ingestion takes requests in.
type Ingestion interface {
	// Accept commits a request. Once it returns nil, the request exists.
	Accept(ctx context.Context, in request.Intake) (request.Acceptance, error)
	// Original returns a request with the hash of the body that it was created from.
	Original(ctx context.Context, requestID string) (*request.Request, string, error)
}

// Limiter keeps tenants within their limits. A limit that is reached is a *limit.ExceededError.
type Limiter interface {
	Take(ctx context.Context, t *tenant.Tenant, s limit.Subject) error
	PerDay(t *tenant.Tenant, s limit.Subject) int
}

// Counts counts what became of deliveries, by tenant and source.
type Counts interface {
	Count(tenantID, sourceID, outcome, reason string)
}

// Recordings gives addresses of audio to those who have no access to the bucket.
type Recordings interface {
	SignedAudio(ctx context.Context, object, contentType string, ttl time.Duration) (string, error)
	SignedPut(ctx context.Context, object, contentType string, length int64, expires time.Time) (recording.Address, error)
}

// CreateRequest implements POST /v1/tenants/{tenant_id}/requests.
func (h *handlers) CreateRequest(ctx context.Context, in CreateRequestRequestObject) (CreateRequestResponseObject, error) {
	t, err := h.grantedTenant(ctx)
	if err != nil {
		return nil, err
	}
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	a := &arrival{tenant: t, actor: granted.principal.Actor(), key: in.Params.IdempotencyKey, body: in.Body, now: h.deps.Now()}
	answer, err := h.create(ctx, a)
	h.count(a, answer, err)
	if err != nil {
		return nil, fmt.Errorf("create request: %w", err)
	}
	if !answer.Created {
		return CreateRequest200JSONResponse(*answer), nil
	}
	return CreateRequest201JSONResponse(*answer), nil
}

func (h *handlers) create(ctx context.Context, a *arrival) (*CreatedRequest, error) {
	if wrong := a.check(); len(wrong) > 0 {
		return nil, refuseWith(ProblemCodeInvalidRequest, wrong...)
	}
	if err := overLimit(h.deps.Limiter.Take(ctx, a.tenant, limit.API)); err != nil {
		return nil, err
	}
	in, err := a.intake(ctx)
	if err != nil {
		return nil, err
	}
	// The address comes first: a call that nobody can upload to must not exist.
	upload, err := h.upload(ctx, in.Request, a)
	if err != nil {
		return nil, err
	}
	accepted, err := h.scope(a.tenant.ID).Accept(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("accept: %w", err)
	}
	// Nobody else can have drawn a random id: that it is there means that an answer was lost.
	if accepted.Outcome == request.Duplicate && a.key != "" {
		return h.repeat(ctx, a, in)
	}
	h.tell(ctx, a.tenant, in.Request.ID, accepted)
	return &CreatedRequest{RequestID: in.Request.ID, Status: in.Request.Kind.FirstStatus(), Created: true, Upload: upload}, nil
}

// repeat answers what was created before under the same key.
func (h *handlers) repeat(ctx context.Context, a *arrival, in request.Intake) (*CreatedRequest, error) {
	r, bodyHash, err := h.scope(a.tenant.ID).Original(ctx, in.Request.ID)
	if err != nil {
		return nil, fmt.Errorf("read original: %w", err)
	}
	if r.Status != request.Erased && bodyHash != in.BodyHash {
		return nil, refuse(ProblemCodeIdempotencyKeyReused)
	}
	answer := &CreatedRequest{RequestID: r.ID, Status: r.Status}
	if r.Status == request.Received && !r.Recording.Kept() {
		answer.Upload, err = h.upload(ctx, r, a)
	}
	return answer, err
}

// upload returns the address to upload a request's audio to, nil if there is none to come.
func (h *handlers) upload(ctx context.Context, r *request.Request, a *arrival) (*Upload, error) {
	audio, expires := a.body.Audio, r.Handling.UploadUntil.Add(-uploadGrace)
	if audio == nil || r.Handling.Upload == "" || !a.now.Before(expires) {
		return nil, nil
	}
	address, err := h.deps.Recordings.SignedPut(ctx, r.Handling.Upload, string(audio.ContentType), audio.Bytes, expires)
	if err != nil {
		return nil, fmt.Errorf("sign upload: %w", err)
	}
	return &Upload{Method: "PUT", URL: address.URL, Headers: address.Header, ExpiresAt: address.Expires.UTC()}, nil
}

// tell announces a request to its first step, unless that is held back.
func (h *handlers) tell(ctx context.Context, t *tenant.Tenant, requestID string, accepted request.Acceptance) {
	if !accepted.Announce || t.Status != tenant.Active || t.Held(h.deps.Now(), accepted.Status.Step()) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), announceTimeout)
	defer cancel()
	h.announce(ctx, t.ID, requestID, store.Requeued{Status: accepted.Status, Run: accepted.Run})
}

// count counts what became of a request, by its kind or by why it was refused.
func (h *handlers) count(a *arrival, answer *CreatedRequest, err error) {
	switch {
	case err != nil:
		h.deps.Counts.Count(a.tenant.ID, sourceAPI, "rejected", string(refusalOf(err).code))
	case answer.Created:
		h.deps.Counts.Count(a.tenant.ID, sourceAPI, string(request.Accepted), string(a.body.Kind))
	default:
		h.deps.Counts.Count(a.tenant.ID, sourceAPI, string(request.Duplicate), string(a.body.Kind))
	}
}

// overLimit turns a limit that is reached into a refusal that says when to come again.
func overLimit(err error) error {
	var exceeded *limit.ExceededError
	if errors.As(err, &exceeded) && exceeded.Daily {
		return refuseFor(ProblemCodeQuotaExceeded, exceeded.After)
	}
	return tooMany(err)
}
