package api

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// People keeps what was decided about people, who are known by keys.
type People interface {
	// PersonKeys returns the keys of a person, none if neither phone nor e-mail is one.
	PersonKeys(phone, email, region string) []string
	PersonFlags(ctx context.Context, keys []string) (store.PersonFlags, error)
	CountPerson(ctx context.Context, keys []string) (requests, onHold int64, err error)
	SetOptOut(ctx context.Context, keys []string, out bool, actor string) error
	SetHold(ctx context.Context, requestID string, hold bool, actor string) error
}

// person returns the keys of the person whom a body names. Each that is given must be one:
// who asks to erase two must not get one of them erased.
func (h *handlers) person(ctx context.Context, granted grant, named *PersonKey) ([]string, error) {
	owner, err := h.deps.Tenants.Tenant(ctx, granted.tenantID)
	if err != nil {
		return nil, err
	}
	scope := h.scope(granted.tenantID)
	var wrong []FieldError
	for _, field := range []struct{ name, value, phone, email string }{
		{"phone", named.Phone, named.Phone, ""}, {"email", named.Email, "", named.Email},
	} {
		if field.value != "" && len(scope.PersonKeys(field.phone, field.email, owner.Region)) == 0 {
			wrong = append(wrong, FieldError{Field: field.name, Message: "is not valid"})
		}
	}
	keys := scope.PersonKeys(named.Phone, named.Email, owner.Region)
	if len(keys) == 0 && len(wrong) == 0 {
		wrong = append(wrong, FieldError{Field: "phone", Message: "or email must be given"})
	}
	if len(wrong) > 0 {
		return nil, refuseWith(ProblemCodeInvalidPerson, wrong...)
	}
	return keys, nil
}

// CreateExport implements POST /v1/tenants/{tenant_id}/privacy/exports.
func (h *handlers) CreateExport(ctx context.Context, in CreateExportRequestObject) (CreateExportResponseObject, error) {
	created, err := h.privacyJob(ctx, in.Body, job.Export, "privacy.export")
	if err != nil {
		return nil, err
	}
	return CreateExport202JSONResponse(created), nil
}

// CreateErasure implements POST /v1/tenants/{tenant_id}/privacy/erasures.
func (h *handlers) CreateErasure(ctx context.Context, in CreateErasureRequestObject) (CreateErasureResponseObject, error) {
	created, err := h.privacyJob(ctx, in.Body, job.Erase, "privacy.erase")
	if err != nil {
		return nil, err
	}
	return CreateErasure202JSONResponse(created), nil
}

func (h *handlers) privacyJob(ctx context.Context, named *PersonKey, kind, action string) (Job, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return Job{}, err
	}
	keys, err := h.person(ctx, granted, named)
	if err != nil {
		return Job{}, err
	}
	return h.subjectJob(ctx, granted, kind, job.Subject{People: keys}, store.AuditLine{Action: action})
}

// subjectJob queues an export or an erasure.
func (h *handlers) subjectJob(ctx context.Context, granted grant, kind string, about job.Subject, line store.AuditLine) (Job, error) {
	input, err := json.Marshal(about)
	if err != nil {
		return Job{}, fmt.Errorf("encode job: %w", err)
	}
	return h.createJob(ctx, granted, job.Job{Kind: kind, Input: input}, line)
}

// DeleteRequest implements DELETE /v1/tenants/{tenant_id}/requests/{request_id}.
func (h *handlers) DeleteRequest(ctx context.Context, in DeleteRequestRequestObject) (DeleteRequestResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	found, err := h.scope(granted.tenantID).Request(ctx, in.RequestID)
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	switch {
	case found.Hold:
		return nil, conflict(whyHeld)
	case found.Status == request.Erased:
		return nil, conflict(whyErased)
	}
	about := job.Subject{Requests: []string{in.RequestID}}
	created, err := h.subjectJob(ctx, granted, job.Erase, about, store.AuditLine{Action: "request.delete", Target: in.RequestID})
	if err != nil {
		return nil, err
	}
	return DeleteRequest202JSONResponse(created), nil
}

// HoldRequest implements PUT /v1/tenants/{tenant_id}/requests/{request_id}/hold.
func (h *handlers) HoldRequest(ctx context.Context, in HoldRequestRequestObject) (HoldRequestResponseObject, error) {
	if err := h.setHold(ctx, in.RequestID, true); err != nil {
		return nil, err
	}
	return HoldRequest204Response{}, nil
}

// ReleaseRequest implements DELETE /v1/tenants/{tenant_id}/requests/{request_id}/hold.
func (h *handlers) ReleaseRequest(ctx context.Context, in ReleaseRequestRequestObject) (ReleaseRequestResponseObject, error) {
	if err := h.setHold(ctx, in.RequestID, false); err != nil {
		return nil, err
	}
	return ReleaseRequest204Response{}, nil
}

func (h *handlers) setHold(ctx context.Context, requestID string, hold bool) error {
	granted, err := grantOf(ctx)
	if err != nil {
		return err
	}
	if err := h.scope(granted.tenantID).SetHold(ctx, requestID, hold, granted.principal.Actor()); err != nil {
		return fmt.Errorf("set legal hold: %w", err)
	}
	return nil
}

// LookUpPerson implements POST /v1/tenants/{tenant_id}/privacy/lookup.
func (h *handlers) LookUpPerson(ctx context.Context, in LookUpPersonRequestObject) (LookUpPersonResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := h.person(ctx, granted, in.Body)
	if err != nil {
		return nil, err
	}
	scope := h.scope(granted.tenantID)
	requests, onHold, err := scope.CountPerson(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("count person: %w", err)
	}
	flags, err := scope.PersonFlags(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("read person: %w", err)
	}
	return LookUpPerson200JSONResponse{
		Requests: requests, Held: onHold, OptedOutAt: moment(flags.OptedOutAt), ErasedAt: moment(flags.ErasedAt),
	}, nil
}

// moment returns nil for the zero time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// OptOut implements POST /v1/tenants/{tenant_id}/privacy/opt-outs.
func (h *handlers) OptOut(ctx context.Context, in OptOutRequestObject) (OptOutResponseObject, error) {
	if err := h.setOptOut(ctx, in.Body, true); err != nil {
		return nil, err
	}
	return OptOut204Response{}, nil
}

// OptIn implements POST /v1/tenants/{tenant_id}/privacy/opt-ins.
func (h *handlers) OptIn(ctx context.Context, in OptInRequestObject) (OptInResponseObject, error) {
	if err := h.setOptOut(ctx, in.Body, false); err != nil {
		return nil, err
	}
	return OptIn204Response{}, nil
}

func (h *handlers) setOptOut(ctx context.Context, named *PersonKey, out bool) error {
	granted, err := grantOf(ctx)
	if err != nil {
		return err
	}
	keys, err := h.person(ctx, granted, named)
	if err != nil {
		return err
	}
	if err := h.scope(granted.tenantID).SetOptOut(ctx, keys, out, granted.principal.Actor()); err != nil {
		return fmt.Errorf("set opt-out: %w", err)
	}
	return nil
}
