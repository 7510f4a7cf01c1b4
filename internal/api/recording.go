package api

import (
	"context"
	"fmt"
	"time"
)

// listenFor is how long the address of a recording is good: long enough to press play, and to
// fetch all of it in ranges.
const listenFor = 5 * time.Minute

// GetRecording implements GET /v1/tenants/{tenant_id}/requests/{request_id}/recording. Whoever
// has the address can listen, so none is given unless the audit log has it.
func (h *handlers) GetRecording(ctx context.Context, in GetRecordingRequestObject) (GetRecordingResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	scope := h.scope(granted.tenantID)
	r, err := scope.Request(ctx, in.RequestID)
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	if !r.Recording.Kept() {
		return nil, refuse(ProblemCodeNotFound)
	}
	if err := scope.Audit(ctx, granted.principal.Actor(), "recording.read", in.RequestID); err != nil {
		return nil, fmt.Errorf("audit read of recording: %w", err)
	}
	expires := h.deps.Now().Add(listenFor)
	address, err := h.deps.Recordings.SignedAudio(ctx, r.Recording.Object, r.Recording.ContentType, listenFor)
	if err != nil {
		return nil, fmt.Errorf("sign recording: %w", err)
	}
	return GetRecording200JSONResponse{
		URL: address, ExpiresAt: expires.UTC(),
		ContentType: r.Recording.ContentType, DurationS: float32(r.Recording.DurationS),
	}, nil
}
