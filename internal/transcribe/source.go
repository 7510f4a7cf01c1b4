package transcribe

import (
	"context"
	"errors"
	"fmt"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Secrets reads a secret by name.
type Secrets interface {
	Get(ctx context.Context, name string) (string, error)
}

// Calls is CallRail's API; *callrail.Client implements it.
type Calls interface {
	Call(ctx context.Context, a callrail.Access, id string) (*callrail.Call, error)
	Recording(ctx context.Context, a callrail.Access, id string) (*callrail.Media, error)
}

// CallRail is the Source for calls that CallRail tracked.
type CallRail struct {
	calls   Calls
	secrets Secrets
}

// NewCallRail returns the source.
func NewCallRail(calls Calls, secrets Secrets) *CallRail {
	return &CallRail{calls: calls, secrets: secrets}
}

// Fetch implements Source.
func (c *CallRail) Fetch(ctx context.Context, t *tenant.Tenant, r *request.Request) error {
	access, err := c.access(ctx, t, r)
	if err != nil {
		return err
	}
	call, err := c.calls.Call(ctx, access, r.ExternalID)
	if err != nil {
		return sourceError(err)
	}
	call.Merge(r, t.Region)
	return nil
}

// Recording implements Source.
func (c *CallRail) Recording(ctx context.Context, t *tenant.Tenant, r *request.Request) (recording.Audio, error) {
	access, err := c.access(ctx, t, r)
	if err != nil {
		return recording.Audio{}, err
	}
	media, err := c.calls.Recording(ctx, access, r.ExternalID)
	if err != nil {
		return recording.Audio{}, sourceError(err)
	}
	return recording.Audio{Body: media.Body, Length: media.Length}, nil
}

// access returns the tenant's way to the request's call.
func (c *CallRail) access(ctx context.Context, t *tenant.Tenant, r *request.Request) (callrail.Access, error) {
	source := t.SourceOf(r)
	if source == nil || source.APIKeySecret == "" || r.Namespace != request.NamespaceCall {
		return callrail.Access{}, &SourceError{Absent: AbsentNoAccess, Err: errors.New("no source with an API key")}
	}
	key, err := c.secrets.Get(ctx, source.APIKeySecret)
	if errors.Is(err, secret.ErrNotFound) {
		return callrail.Access{}, &SourceError{Absent: AbsentNoAccess, Err: err}
	}
	if err != nil {
		return callrail.Access{}, &SourceError{Absent: AbsentUnreachable, Err: fmt.Errorf("read API key: %w", err)}
	}
	return callrail.Access{
		AccountID: source.AccountID, APIKey: key, CompanyResourceID: source.CompanyResourceID,
		MediaHosts: t.Settings.MediaHosts, Spare: r.Handling.Silent,
	}, nil
}

// sourceError says what a failure of the API means for the recording.
func sourceError(err error) error {
	var limited *callrail.RateLimitedError
	switch {
	case errors.As(err, &limited):
		return &SourceError{Absent: AbsentUnreachable, Retry: limited.RetryAt, Err: err}
	case errors.Is(err, callrail.ErrNotFound), errors.Is(err, callrail.ErrNoRecording):
		return &SourceError{Absent: AbsentNeverCame, Err: err}
	case errors.Is(err, callrail.ErrUnauthorized):
		return &SourceError{Absent: AbsentNoAccess, Err: err}
	case errors.Is(err, callrail.ErrForeignCompany), errors.Is(err, callrail.ErrForeignHost), errors.Is(err, callrail.ErrRejected):
		return &SourceError{Absent: AbsentForbidden, Err: err}
	case errors.Is(err, callrail.ErrNotAudio):
		return &SourceError{Absent: AbsentNotAudio, Err: err}
	default:
		return &SourceError{Absent: AbsentUnreachable, Err: err}
	}
}
