package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Traffic says what arrived from sources, and how they stand with the call tracker.
type Traffic interface {
	SourceCounts(ctx context.Context, sourceID string, from, to time.Time) ([]store.DayCount, error)
	LastDeliveries(ctx context.Context, sourceIDs []string) (map[string]time.Time, error)
	SourceStates(ctx context.Context) (map[string]tenant.SourceState, error)
}

// ListSources implements GET /v1/tenants/{tenant_id}/sources.
func (h *handlers) ListSources(ctx context.Context, _ ListSourcesRequestObject) (ListSourcesResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	shown, err := h.presentSources(ctx, o, t, t.Sources...)
	if err != nil {
		return nil, err
	}
	return ListSources200JSONResponse{Sources: list(shown)}, nil
}

// GetSource implements GET /v1/tenants/{tenant_id}/sources/{source_id}.
func (h *handlers) GetSource(ctx context.Context, in GetSourceRequestObject) (GetSourceResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	shown, err := h.presentOne(ctx, o, t, in.SourceID)
	if err != nil {
		return nil, err
	}
	return GetSource200JSONResponse(shown), nil
}

func (h *handlers) presentOne(ctx context.Context, o *office, t *tenant.Tenant, sourceID string) (Source, error) {
	s := t.Source(sourceID)
	if s == nil {
		return Source{}, store.ErrNotFound
	}
	shown, err := h.presentSources(ctx, o, t, *s)
	if err != nil {
		return Source{}, err
	}
	return shown[0], nil
}

// presentSources shows sources with what arrived from them.
func (h *handlers) presentSources(ctx context.Context, o *office, t *tenant.Tenant, sources ...tenant.Source) ([]Source, error) {
	var ids []string
	for _, s := range sources {
		ids = append(ids, s.ID)
	}
	last, err := o.scope.LastDeliveries(ctx, ids)
	if err != nil {
		return nil, err
	}
	states, err := o.scope.SourceStates(ctx)
	if err != nil {
		return nil, err
	}
	var shown []Source
	for i := range sources {
		s := h.presentSettings(t, &sources[i])
		if at, ok := last[s.SourceID]; ok {
			s.LastDeliveryAt = &at
		}
		s.Problem = problemOf(&sources[i], states[s.SourceID])
		shown = append(shown, s)
	}
	return shown, nil
}

// presentSettings shows a source as its tenant has set it up.
func (h *handlers) presentSettings(t *tenant.Tenant, s *tenant.Source) Source {
	return Source{
		SourceID: s.ID, Kind: SourceKind(s.Kind), Name: cmp.Or(s.Name, s.ID), Status: s.Status,
		CompanyID: s.CompanyID, CompanyResourceID: s.CompanyResourceID, AccountID: s.AccountID,
		HasAPIKey: s.APIKeySecret != "", SigningKeys: keyIDs(t.ID, s), FormKeys: list(s.Settings.FormKeys),
		Origins: list(s.Settings.Origins), WebhookUrls: list(h.addresses.webhooks(t, s)),
	}
}

// lasting returns the source without what changes by itself: an ETag must not.
func (s Source) lasting() Source {
	s.LastDeliveryAt, s.Problem = nil, ""
	return s
}

// problemOf says what keeps deliveries of a source from arriving, as far as it is known.
func problemOf(s *tenant.Source, state tenant.SourceState) string {
	public := len(s.Settings.FormKeys) > 0 && len(s.Settings.Origins) > 0
	switch {
	case state.Problem != "":
		return state.Problem
	case state.Webhooks != "" && state.Webhooks != "active":
		return "The webhook integration at CallRail is " + state.Webhooks + ". Connect the source again."
	case s.Kind == tenant.SourceCallRail && len(s.SigningSecrets) == 0:
		return "There is no signing key: every delivery is refused. Connect the source, or add the key that CallRail shows."
	case s.Kind == tenant.SourceForm && len(s.SigningSecrets) == 0 && !public:
		return "No form can be sent: there are neither form keys with origins nor a signing key."
	default:
		return ""
	}
}

// PutSource implements PUT /v1/tenants/{tenant_id}/sources/{source_id}.
func (h *handlers) PutSource(ctx context.Context, in PutSourceRequestObject) (PutSourceResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	before := t.Source(in.SourceID)
	newKey := before != nil && in.Body.APIKey != ""
	replaced := newKey && before.APIKeySecret != ""
	change := sourceChange{body: in.Body, id: in.SourceID, bound: in.Params.IfMatch, h: h}
	if err := change.apply(t); err != nil { // before any secret is kept
		return nil, err
	}
	if in.Body.APIKey != "" {
		if change.apiKey, err = h.keep(ctx, o, tenant.Purpose(tenant.SourceCallRail, in.SourceID), in.Body.APIKey); err != nil {
			return nil, err
		}
	}
	if key := strings.TrimSpace(in.Body.SigningKey); key != "" { // it is used like that, too
		if change.signingKey, err = h.signingKey(ctx, o, t.Source(in.SourceID), key); err != nil {
			return nil, err
		}
	}
	changed, err := h.update(ctx, o, "source.put", in.SourceID, change.apply)
	if err != nil {
		h.drop(ctx, t, change.signingKey)
		return nil, err
	}
	if replaced { // what the old key kept from being written back to calls
		if _, err := o.scope.RetryDeliveries(ctx, o.actor, request.ConnectorCallRail); err != nil {
			return nil, fmt.Errorf("retry deliveries: %w", err)
		}
	}
	if newKey { // what was not heard without it
		if err := o.retranscribe(ctx, in.SourceID); err != nil {
			return nil, err
		}
	}
	shown, err := h.presentOne(ctx, o, changed, in.SourceID)
	if err != nil {
		return nil, err
	}
	return PutSource200JSONResponse(shown), nil
}

// retranscribe queues the job that makes up for the words of calls whose recordings could not be
// had without the source's new key.
func (o *office) retranscribe(ctx context.Context, sourceID string) error {
	input, err := reconcile.RetranscribeOrder{SourceID: sourceID}.Input()
	if err != nil {
		return err
	}
	_, err = queueJob(ctx, o.scope, o.actor, job.Job{Kind: job.Retranscribe, Input: input}, store.AuditLine{Action: "retranscribe.create"})
	return err
}

// sourceChange replaces a source.
type sourceChange struct {
	body       *SourceChange
	id         string
	bound      string // If-Match
	apiKey     string // name of the secret that was kept; empty: the one that is there stays
	signingKey string // likewise, added to those that are there
	h          *handlers
}

func (c *sourceChange) apply(t *tenant.Tenant) error {
	s := t.Source(c.id)
	if s == nil {
		if err := match(c.bound, nil, false); err != nil {
			return err
		}
		t.Sources = append(t.Sources, tenant.Source{ID: c.id, Kind: string(c.body.Kind)})
		s = &t.Sources[len(t.Sources)-1]
	} else if err := match(c.bound, c.h.presentSettings(t, s).lasting(), true); err != nil {
		return err
	}
	if err := checkSource(t, s, c.body).refusal(); err != nil {
		return err
	}
	s.Name, s.Status = c.body.Name, cmp.Or(c.body.Status, tenant.Active)
	s.CompanyID, s.CompanyResourceID, s.AccountID = c.body.CompanyID, c.body.CompanyResourceID, c.body.AccountID
	s.Settings = tenant.SourceSettings{FormKeys: c.body.FormKeys, Origins: c.body.Origins}
	s.APIKeySecret = cmp.Or(c.apiKey, s.APIKeySecret)
	return addKey(s, c.signingKey)
}

// checkSource returns everything that is wrong with what a source is to be.
func checkSource(t *tenant.Tenant, s *tenant.Source, body *SourceChange) wrong {
	var w wrong
	if s.ID == sourceAPI || s.ID == unverified {
		w.add("source_id", "the name stands for requests of this API, or for deliveries that were not verified")
	}
	if s.Kind != string(body.Kind) {
		w.add("kind", "a source keeps its kind: add another one")
	}
	if body.Kind == tenant.SourceForm {
		w.form(t, s, body)
	} else {
		w.callRail(s, body)
	}
	return w
}

func (w *wrong) callRail(s *tenant.Source, body *SourceChange) {
	if body.CompanyID == "" && body.CompanyResourceID == "" {
		w.add("company_resource_id", "the company is needed, by its COM… id or by its number in company_id")
	}
	if body.CompanyID != "" && strings.Trim(body.CompanyID, "0123456789") != "" {
		w.add("company_id", "it must be the company's number")
	}
	if body.CompanyResourceID != "" && !strings.HasPrefix(body.CompanyResourceID, "COM") {
		w.add("company_resource_id", "it must begin with COM")
	}
	if body.APIKey != "" || s.APIKeySecret != "" {
		if body.AccountID == "" {
			w.add("account_id", "the API key needs the account")
		}
		if body.CompanyResourceID == "" {
			w.add("company_resource_id", "the API key needs the company's COM… id: the API sees other companies, too")
		}
	}
	if len(body.FormKeys)+len(body.Origins) > 0 {
		w.add("form_keys", "form keys and origins are for sources of the kind form")
	}
}

func (w *wrong) form(t *tenant.Tenant, s *tenant.Source, body *SourceChange) {
	for field, value := range map[string]string{
		"company_id": body.CompanyID, "company_resource_id": body.CompanyResourceID, "account_id": body.AccountID, "api_key": body.APIKey,
	} {
		if value != "" {
			w.add(field, "it is for sources of the kind callrail")
		}
	}
	if len(body.FormKeys) > 0 && len(body.Origins) == 0 {
		w.add("origins", "without origins no page may send with a form key")
	}
	for _, key := range body.FormKeys {
		for i := range t.Sources {
			if t.Sources[i].ID != s.ID && slices.Contains(t.Sources[i].Settings.FormKeys, key) {
				w.add("form_keys", "another source has one of the keys")
			}
		}
	}
}

// DeleteSource implements DELETE /v1/tenants/{tenant_id}/sources/{source_id}.
func (h *handlers) DeleteSource(ctx context.Context, in DeleteSourceRequestObject) (DeleteSourceResponseObject, error) {
	o, err := h.office(ctx)
	if err != nil {
		return nil, err
	}
	var gone tenant.Source
	changed, err := h.update(ctx, o, "source.delete", in.SourceID, func(t *tenant.Tenant) error {
		i := slices.IndexFunc(t.Sources, func(s tenant.Source) bool { return s.ID == in.SourceID })
		if i < 0 {
			return store.ErrNotFound
		}
		gone = t.Sources[i]
		t.Sources = slices.Delete(t.Sources, i, i+1)
		return nil
	})
	if err != nil {
		return nil, err
	}
	h.drop(ctx, changed, append(gone.SigningSecrets, gone.APIKeySecret)...)
	return DeleteSource204Response{}, nil
}
