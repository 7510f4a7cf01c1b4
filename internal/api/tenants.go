package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"sort"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Founder adds tenants. An id that somebody has is store.ErrConflict.
type Founder interface {
	CreateTenant(ctx context.Context, actor string, t tenant.Tenant) error
}

// The zone and region of a tenant that names none, as in the document and the schema.
const (
	defaultZone   = "America/New_York"
	defaultRegion = "US"
)

// ListTenants implements GET /v1/tenants. It answers from memory: a page costs no read.
func (h *handlers) ListTenants(ctx context.Context, in ListTenantsRequestObject) (ListTenantsResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	after, err := tenantBefore(in.Params.PageToken)
	if err != nil {
		return nil, err
	}
	page := ListTenants200JSONResponse{Tenants: []TenantRow{}}
	all := h.deps.Tenants.All()
	first := sort.Search(len(all), func(i int) bool { return all[i].ID > after })
	for _, t := range all[first:] {
		if !granted.principal.Covers(t.ID) {
			continue
		}
		if len(page.Tenants) == in.Params.Limit {
			last := page.Tenants[in.Params.Limit-1].TenantID
			page.NextPageToken = base64.RawURLEncoding.EncodeToString([]byte(tenantsList + last))
			break
		}
		page.Tenants = append(page.Tenants, presentRow(t))
	}
	return page, nil
}

// tenantsList is what the page tokens of the list of tenants begin with.
const tenantsList = "tenants "

// tenantBefore returns the id behind which a page of tenants begins; empty: at the first.
func tenantBefore(token string) (string, error) {
	if token == "" {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	after, ours := strings.CutPrefix(string(text), tenantsList)
	if err != nil || !ours {
		return "", &refusal{code: ProblemCodeInvalidPageToken, parameter: "page_token"}
	}
	return after, nil
}

func presentRow(t *tenant.Tenant) TenantRow {
	return TenantRow{
		TenantID: t.ID, Name: t.Name, Status: t.Status, TimeZone: t.TimeZone, Region: t.Region, CreatedAt: t.CreatedAt.UTC(),
	}
}

// presentTenant leaves the workflow out, which is a resource of its own.
func presentTenant(t *tenant.Tenant) Tenant {
	shown := Tenant{TenantRow: presentRow(t), Settings: t.Settings}
	shown.Settings.Workflow = nil
	return shown
}

// CreateTenant implements POST /v1/tenants. It is about no single tenant: the gate lets only
// those in whose issuer speaks for all.
func (h *handlers) CreateTenant(ctx context.Context, in CreateTenantRequestObject) (CreateTenantResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	t := tenant.Tenant{
		ID: in.Body.TenantID, Name: in.Body.Name, Status: tenant.Active, Settings: in.Body.Settings,
		TimeZone: cmp.Or(in.Body.TimeZone, defaultZone), Region: cmp.Or(in.Body.Region, defaultRegion),
	}
	if err := checkTenant(&t).refusal(); err != nil {
		return nil, err
	}
	if err := h.deps.Platform.CreateTenant(ctx, granted.principal.Actor(), t); err != nil {
		return nil, fmt.Errorf("create tenant: %w", err)
	}
	h.changed(ctx)
	made, err := h.scope(t.ID).Tenant(ctx)
	if err != nil {
		return nil, fmt.Errorf("read tenant: %w", err)
	}
	return CreateTenant201JSONResponse(presentTenant(made)), nil
}

// GetTenant implements GET /v1/tenants/{tenant_id}.
func (h *handlers) GetTenant(ctx context.Context, _ GetTenantRequestObject) (GetTenantResponseObject, error) {
	_, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	return GetTenant200JSONResponse(presentTenant(t)), nil
}

// PutTenant implements PUT /v1/tenants/{tenant_id}.
func (h *handlers) PutTenant(ctx context.Context, in PutTenantRequestObject) (PutTenantResponseObject, error) {
	o, err := h.office(ctx)
	if err != nil {
		return nil, err
	}
	changed, err := h.update(ctx, o, "tenant.put", o.tenantID, func(t *tenant.Tenant) error {
		if err := match(in.Params.IfMatch, presentTenant(t), true); err != nil {
			return err
		}
		rules := t.Settings.Workflow
		t.Name, t.TimeZone, t.Region, t.Settings = in.Body.Name, in.Body.TimeZone, in.Body.Region, in.Body.Settings
		t.Settings.Workflow = rules
		return checkTenant(t).refusal()
	})
	if err != nil {
		return nil, err
	}
	return PutTenant200JSONResponse(presentTenant(changed)), nil
}

// SuspendTenant implements POST /v1/tenants/{tenant_id}/suspend.
func (h *handlers) SuspendTenant(ctx context.Context, _ SuspendTenantRequestObject) (SuspendTenantResponseObject, error) {
	return SuspendTenant204Response{}, h.setStatus(ctx, "tenant.suspend", tenant.Suspended)
}

// ActivateTenant implements POST /v1/tenants/{tenant_id}/activate. Sweep announces what
// arrived meanwhile.
func (h *handlers) ActivateTenant(ctx context.Context, _ ActivateTenantRequestObject) (ActivateTenantResponseObject, error) {
	return ActivateTenant204Response{}, h.setStatus(ctx, "tenant.activate", tenant.Active)
}

func (h *handlers) setStatus(ctx context.Context, action string, status tenant.Status) error {
	o, err := h.office(ctx)
	if err != nil {
		return err
	}
	_, err = h.update(ctx, o, action, o.tenantID, func(t *tenant.Tenant) error {
		t.Status = status
		return nil
	})
	return err
}

// PutSecret implements PUT /v1/tenants/{tenant_id}/secrets/{purpose}.
func (h *handlers) PutSecret(ctx context.Context, in PutSecretRequestObject) (PutSecretResponseObject, error) {
	o, err := h.office(ctx)
	if err != nil {
		return nil, err
	}
	name, err := h.keep(ctx, o, in.Purpose, in.Body.Value)
	if err != nil {
		return nil, err
	}
	return PutSecret200JSONResponse{Secret: name}, nil
}
