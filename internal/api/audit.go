package api

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// Auditor keeps who did what.
type Auditor interface {
	Audit(ctx context.Context, actor, action, target string) error
	AuditLog(ctx context.Context, f store.AuditFilter) ([]store.AuditLine, *store.AuditCursor, error)
}

// ListAudit implements GET /v1/tenants/{tenant_id}/audit.
func (h *handlers) ListAudit(ctx context.Context, in ListAuditRequestObject) (ListAuditResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	list := listOfLines(in.Params.Action, in.Params.Target)
	from, err := placeOf(list, in.Params.PageToken)
	if err != nil {
		return nil, err
	}
	lines, next, err := h.scope(granted.tenantID).AuditLog(ctx, store.AuditFilter{
		Action: in.Params.Action, Target: in.Params.Target, Limit: in.Params.Limit, Before: store.AuditCursor{At: from.at, ID: from.id},
	})
	if err != nil {
		return nil, fmt.Errorf("list audit log: %w", err)
	}
	page := ListAudit200JSONResponse{Entries: []AuditEntry{}}
	for _, l := range lines {
		page.Entries = append(page.Entries, AuditEntry{
			AuditID: l.ID, At: l.At.UTC(), Actor: l.Actor, Action: l.Action, Target: l.Target, Origin: l.Origin,
			Before: l.Before, After: l.After,
		})
	}
	if next != nil {
		page.NextPageToken = place{at: next.At, id: next.ID}.token(list)
	}
	return page, nil
}

// listOfLines names the list with these filters, briefly: a target may be long.
func listOfLines(action, target string) string {
	sum := sha256.Sum256([]byte(action + "\n" + target))
	return fmt.Sprintf("audit-%x", sum[:4])
}
