package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/mapping"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Connect makes the connector of an integration, as deliveries use it. Its settings must be
// without a mapping.
type Connect func(tenantID string, in *tenant.Integration, settings json.RawMessage, credentials string) (crm.Connector, error)

// ListIntegrations implements GET /v1/tenants/{tenant_id}/integrations.
func (h *handlers) ListIntegrations(ctx context.Context, _ ListIntegrationsRequestObject) (ListIntegrationsResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	page := ListIntegrations200JSONResponse{Integrations: []Integration{}}
	for i := range t.Integrations {
		page.Integrations = append(page.Integrations, presentIntegration(&t.Integrations[i]).to(o.role))
	}
	return page, nil
}

// GetIntegration implements GET /v1/tenants/{tenant_id}/integrations/{integration_id}.
func (h *handlers) GetIntegration(ctx context.Context, in GetIntegrationRequestObject) (GetIntegrationResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	found := t.Integration(in.IntegrationID)
	if found == nil {
		return nil, store.ErrNotFound
	}
	return GetIntegration200JSONResponse(presentIntegration(found).to(o.role)), nil
}

// to returns the integration as a role may see it. A header that a custom destination is sent may
// be a key, which is for those who can set it.
func (i Integration) to(role access.Role) Integration {
	if role.Includes(access.TenantAdmin) {
		return i
	}
	var config map[string]any
	if err := json.Unmarshal(i.Config, &config); err != nil {
		i.Config = json.RawMessage("{}") // not an object: nobody knows what is in it
		return i
	}
	headers, ok := config["headers"].(map[string]any)
	if !ok {
		return i
	}
	for name := range headers {
		headers[name] = "(hidden)"
	}
	shown, err := json.Marshal(config)
	if err != nil {
		shown = []byte("{}") // what came from JSON goes back into it
	}
	i.Config = shown
	return i
}

func presentIntegration(in *tenant.Integration) Integration {
	return Integration{
		IntegrationID: in.ID, Name: cmp.Or(in.Name, in.ID), Kind: Connector(in.Kind), Status: in.Status,
		ThirdParty: in.ThirdParty, HasCredentials: in.Secret != "", Config: settingsOf(in.Config),
	}
}

// settingsOf returns settings as an object, also where none are.
func settingsOf(config json.RawMessage) json.RawMessage {
	if text := bytes.TrimSpace(config); len(text) == 0 || string(text) == "null" {
		return json.RawMessage("{}")
	}
	return config
}

// PutIntegration implements PUT /v1/tenants/{tenant_id}/integrations/{integration_id}.
func (h *handlers) PutIntegration(ctx context.Context, in PutIntegrationRequestObject) (PutIntegrationResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	before := t.Integration(in.IntegrationID)
	off := before != nil && before.Status != tenant.Active
	change := integrationChange{body: in.Body, id: in.IntegrationID, bound: in.Params.IfMatch}
	if err := change.apply(t); err != nil { // before anything is kept
		return nil, err
	}
	credentials, err := h.credentials(ctx, t, in.IntegrationID, in.Body.Credentials)
	if err != nil {
		return nil, err
	}
	if err := h.checkIntegration(t, in.IntegrationID, credentials).refusal(); err != nil {
		return nil, err
	}
	if err := h.move(ctx, o, &change); err != nil {
		return nil, err
	}
	if in.Body.Credentials != "" {
		if change.secret, err = h.keepCredentials(ctx, o, t.Integration(in.IntegrationID), in.Body.Credentials); err != nil {
			return nil, err
		}
	}
	changed, err := h.update(ctx, o, "integration.put", in.IntegrationID, change.apply)
	if err != nil {
		return nil, err
	}
	shown := changed.Integration(in.IntegrationID)
	if shown == nil { // somebody was faster to delete it again
		return nil, store.ErrNotFound
	}
	if in.Body.Credentials != "" || off && shown.Status == tenant.Active { // what the old ones, or the switch, kept from arriving
		if _, err := o.scope.RetryDeliveries(ctx, o.actor, in.IntegrationID); err != nil {
			return nil, fmt.Errorf("retry deliveries: %w", err)
		}
	}
	return PutIntegration200JSONResponse(presentIntegration(shown)), nil
}

// whyStays is what the store's ErrMoved means to the caller.
const whyStays = "The integration delivered to another account before, and knows what is there by its ids. Add this account as an integration of its own, under a new id."

// move makes a change that points an integration at another account before any credentials are
// kept: if it is refused, those of the account that it stays with are still there.
func (h *handlers) move(ctx context.Context, o *office, change *integrationChange) error {
	if !change.moves {
		return nil
	}
	_, err := h.update(ctx, o, "integration.put", change.id, change.apply)
	if errors.Is(err, store.ErrMoved) {
		return conflict(whyStays)
	}
	change.bound = "" // what it was bound to is replaced
	return err
}

// integrationChange replaces an integration.
type integrationChange struct {
	body   *IntegrationChange
	id     string
	bound  string // If-Match
	secret string // that was kept; empty: the one that is there stays
	moves  bool   // once applied: to another account
}

func (c *integrationChange) apply(t *tenant.Tenant) error {
	in := t.Integration(c.id)
	if in == nil {
		if err := match(c.bound, nil, false); err != nil {
			return err
		}
		t.Integrations = append(t.Integrations, tenant.Integration{ID: c.id, Kind: string(c.body.Kind)})
		in = &t.Integrations[len(t.Integrations)-1]
	} else if err := match(c.bound, presentIntegration(in), true); err != nil {
		return err
	}
	var w wrong
	if in.Kind != string(c.body.Kind) { // its ledgers hold ids of the other CRM
		w.add("kind", "an integration keeps its kind: add another one")
	}
	if c.id == request.ConnectorCallRail {
		w.add("integration_id", "the name stands for writing back to calls: choose another one")
	}
	if err := w.refusal(); err != nil {
		return err
	}
	before := *in
	in.Name, in.Status, in.ThirdParty = c.body.Name, cmp.Or(c.body.Status, tenant.Active), c.body.ThirdParty
	in.Config, in.Secret = settingsOf(c.body.Config), cmp.Or(c.secret, in.Secret)
	c.moves = store.Moves(&before, in)
	return nil
}

// credentials returns those that an integration will have: the new ones, or those that are
// kept. Without any it cannot deliver, but it can be set up.
func (h *handlers) credentials(ctx context.Context, t *tenant.Tenant, id, given string) (string, error) {
	in := t.Integration(id)
	if given != "" || in.Secret == "" {
		return given, nil
	}
	kept, err := h.secretOf(ctx, t.ID, in.Secret)
	if errors.Is(err, secret.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read credentials: %w", unavailable(err))
	}
	return kept, nil
}

// keepCredentials keeps credentials where the integration's are already, or under a name
// that no other one has.
func (h *handlers) keepCredentials(ctx context.Context, o *office, in *tenant.Integration, value string) (string, error) {
	purpose, ours := strings.CutPrefix(in.Secret, tenant.SecretName(o.tenantID, ""))
	if !ours {
		purpose = tenant.Purpose("crm", in.ID)
	}
	return h.keep(ctx, o, purpose, value)
}

// checkIntegration returns everything that is wrong with an integration's settings, as far as
// it can be known without asking the CRM.
func (h *handlers) checkIntegration(t *tenant.Tenant, id, credentials string) wrong {
	var w wrong
	in := t.Integration(id)
	settings, rules, err := mapping.Split(in.Config)
	if err != nil {
		w.add("config", "it must be an object")
		return w
	}
	w.mapping(rules)
	if credentials == "" {
		return w
	}
	if _, err := h.deps.Connect(t.ID, in, settings, credentials); err != nil {
		w.add("config", err.Error())
	}
	return w
}

func (w *wrong) mapping(rules json.RawMessage) {
	_, err := mapping.Parse(rules)
	var problems mapping.Errors
	if !errors.As(err, &problems) {
		return
	}
	for _, p := range problems {
		place, message, _ := strings.Cut(p.String(), ": ")
		w.add("config."+place, message)
	}
}

// DeleteIntegration implements DELETE /v1/tenants/{tenant_id}/integrations/{integration_id}.
func (h *handlers) DeleteIntegration(ctx context.Context, in DeleteIntegrationRequestObject) (DeleteIntegrationResponseObject, error) {
	o, err := h.office(ctx)
	if err != nil {
		return nil, err
	}
	var gone tenant.Integration
	changed, err := h.update(ctx, o, "integration.delete", in.IntegrationID, func(t *tenant.Tenant) error {
		i := slices.IndexFunc(t.Integrations, func(one tenant.Integration) bool { return one.ID == in.IntegrationID })
		if i < 0 {
			return store.ErrNotFound
		}
		gone = t.Integrations[i]
		t.Integrations = slices.Delete(t.Integrations, i, i+1)
		return nil
	})
	if err != nil {
		return nil, err
	}
	h.drop(ctx, changed, gone.Secret)
	return DeleteIntegration204Response{}, nil
}
