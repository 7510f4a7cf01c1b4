package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Administration reads and changes a tenant with its sources and integrations: past the
// directory, as they are now.
type Administration interface {
	Tenant(ctx context.Context) (*tenant.Tenant, error)
	UpdateTenant(ctx context.Context, c store.TenantChange, change func(*tenant.Tenant) error) error
}

// Secrets keeps the tenants' secrets. What does not exist is secret.ErrNotFound.
type Secrets interface {
	// Newest returns the newest version, past any cache.
	Newest(ctx context.Context, name string, atLeast int64) (value string, version int64, err error)
	// Keep adds a version, and makes the secret if it does not exist.
	Keep(ctx context.Context, name, value, tenantID string) error
	Drop(ctx context.Context, name string) error
}

// VaultFunc returns the vault of a tenant's secret: a way to replace it that no renewal of
// the same credentials gets into the way of, and that every instance sees at once.
type VaultFunc func(tenantID, secret string) crm.Vault

// office is who administers which tenant.
type office struct {
	tenantID string
	actor    string
	role     access.Role
	scope    Scope
}

func (h *handlers) office(ctx context.Context) (*office, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	return &office{tenantID: granted.tenantID, actor: granted.principal.Actor(), role: granted.principal.Role, scope: h.scope(granted.tenantID)}, nil
}

// administered returns the granted tenant as it is now.
func (h *handlers) administered(ctx context.Context) (*office, *tenant.Tenant, error) {
	o, err := h.office(ctx)
	if err != nil {
		return nil, nil, err
	}
	t, err := o.tenant(ctx)
	return o, t, err
}

func (o *office) tenant(ctx context.Context) (*tenant.Tenant, error) {
	t, err := o.scope.Tenant(ctx)
	if err != nil {
		return nil, fmt.Errorf("read tenant: %w", err)
	}
	return t, nil
}

// update changes the tenant, for this instance at once and for others within the interval of
// their directory. It returns the tenant as it is then.
func (h *handlers) update(ctx context.Context, o *office, action, target string, change func(*tenant.Tenant) error) (*tenant.Tenant, error) {
	err := o.scope.UpdateTenant(ctx, store.TenantChange{Actor: o.actor, Action: action, Target: target}, change)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	h.changed(ctx)
	return o.tenant(ctx)
}

// changed makes the directory see a change. If it cannot, the change is still made.
func (h *handlers) changed(ctx context.Context) {
	if err := h.deps.Tenants.Changed(ctx); err != nil {
		slog.WarnContext(ctx, "tenants not reloaded after a change", "error", err)
	}
}

// keep keeps a tenant's secret and returns its name. The audit log has it first: a secret
// stays changed also if the settings that name it are refused afterwards.
func (h *handlers) keep(ctx context.Context, o *office, purpose, value string) (name string, err error) {
	name = tenant.SecretName(o.tenantID, purpose)
	if err := o.scope.Audit(ctx, o.actor, "secret.put", name); err != nil {
		return "", fmt.Errorf("audit secret: %w", err)
	}
	_, err = h.deps.Vault(o.tenantID, name).Renew(ctx, func(context.Context, string) (string, error) { return value, nil })
	if errors.Is(err, secret.ErrNotFound) || errors.Is(err, secret.ErrDenied) { // which of the two, Keep finds out
		err = h.deps.Secrets.Keep(ctx, name, value, o.tenantID)
	}
	if err != nil {
		return "", fmt.Errorf("keep secret: %w", unavailable(err))
	}
	return name, nil
}

// secretOf returns the value of a tenant's secret. One that is not the tenant's own does not
// exist, whatever a row says: the names are read past the directory, which would confine them.
func (h *handlers) secretOf(ctx context.Context, tenantID, name string) (string, error) {
	if !(&tenant.Tenant{ID: tenantID}).OwnsSecret(name) {
		return "", secret.ErrNotFound
	}
	value, _, err := h.deps.Secrets.Newest(ctx, name, 0)
	return value, err
}

// drop deletes secrets that the tenant's settings do not name any more. One that stays is of
// no use to anybody.
func (h *handlers) drop(ctx context.Context, t *tenant.Tenant, names ...string) {
	for _, name := range names {
		if !t.OwnsSecret(name) || t.UsesSecret(name) {
			continue
		}
		if err := h.deps.Secrets.Drop(ctx, name); err != nil {
			slog.WarnContext(ctx, "secret not deleted", "tenant_id", t.ID, "secret", name, "error", err)
		}
	}
}

// unavailable marks errors of Secret Manager that only time helps against.
func unavailable(err error) error {
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		return &refusal{code: ProblemCodeUnavailable, cause: err}
	}
	var fault *crm.Error // of a vault whose lock is held, or whose secret cannot be read
	if errors.As(err, &fault) {
		return &refusal{code: ProblemCodeUnavailable, cause: err}
	}
	return err
}

// wrong collects what is wrong with a body.
type wrong []FieldError

func (w *wrong) add(field, message string) {
	*w = append(*w, FieldError{Field: field, Message: message})
}

// refusal returns nil if nothing is wrong, else an error that names all of it.
func (w wrong) refusal() error {
	if len(w) == 0 {
		return nil
	}
	slices.SortStableFunc(w, func(a, b FieldError) int { return strings.Compare(a.Field, b.Field) })
	return refuseWith(ProblemCodeInvalidSettings, w...)
}
