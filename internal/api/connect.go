package api

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Tracker sets up webhooks at CallRail. A company without any is callrail.ErrNotFound.
type Tracker interface {
	Webhooks(ctx context.Context, a callrail.Access) (*callrail.Webhooks, error)
	CreateWebhooks(ctx context.Context, a callrail.Access, addresses map[callrail.Kind]string) (*callrail.Webhooks, error)
	UpdateWebhooks(ctx context.Context, a callrail.Access, w *callrail.Webhooks) error
}

// ConnectSource implements POST /v1/tenants/{tenant_id}/sources/{source_id}/connect.
func (h *handlers) ConnectSource(ctx context.Context, in ConnectSourceRequestObject) (ConnectSourceResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	s := t.Source(in.SourceID)
	if s == nil {
		return nil, store.ErrNotFound
	}
	if h.addresses.WebhookURL == "" {
		return nil, conflict(whyNoAddress)
	}
	access, err := h.access(ctx, t.ID, s)
	if err != nil {
		return nil, err
	}
	addresses := map[callrail.Kind]string{}
	for _, kind := range kinds(t.Settings.Process) {
		addresses[kind] = h.addresses.webhook(t.ID, kind)
	}
	if err := o.scope.Audit(ctx, o.actor, "source.connect", s.ID); err != nil { // before anything changes at CallRail
		return nil, fmt.Errorf("audit connection: %w", err)
	}
	c := connection{h: h, o: o, source: s, company: access, addresses: addresses}
	answer, err := c.connect(ctx)
	if err != nil {
		return nil, trackerError(err)
	}
	return ConnectSource200JSONResponse(answer), nil
}

// access returns a source's way into CallRail's API.
func (h *handlers) access(ctx context.Context, tenantID string, s *tenant.Source) (callrail.Access, error) {
	var w wrong
	if s.Kind != tenant.SourceCallRail {
		w.add("kind", "only sources of the kind callrail are connected")
	} else {
		for field, value := range map[string]string{
			"account_id": s.AccountID, "company_resource_id": s.CompanyResourceID, "api_key": s.APIKeySecret,
		} {
			if value == "" {
				w.add(field, "it is needed to ask CallRail's API")
			}
		}
	}
	if err := w.refusal(); err != nil {
		return callrail.Access{}, err
	}
	key, err := h.secretOf(ctx, tenantID, s.APIKeySecret)
	if errors.Is(err, secret.ErrNotFound) {
		return callrail.Access{}, refuseWith(ProblemCodeInvalidSettings, FieldError{Field: "api_key", Message: "the secret is gone: put the key again"})
	}
	if err != nil {
		return callrail.Access{}, fmt.Errorf("read api key: %w", unavailable(err))
	}
	return callrail.Access{AccountID: s.AccountID, APIKey: strings.TrimSpace(key), CompanyResourceID: s.CompanyResourceID}, nil
}

// connection sets up the webhooks of one source.
type connection struct {
	h         *handlers
	o         *office
	source    *tenant.Source
	company   callrail.Access
	addresses map[callrail.Kind]string
}

// connect adds our addresses to the company's webhooks, or makes them. Where there are some,
// their key is kept before anything is sent to us; where there are none, CallRail draws it
// with the first address, and what arrives until it is known here is found by polling.
func (c *connection) connect(ctx context.Context) (Connection, error) {
	hooks, err := c.h.deps.Tracker.Webhooks(ctx, c.company)
	created := errors.Is(err, callrail.ErrNotFound)
	if created {
		if len(c.source.SigningSecrets) >= maxKeys {
			return Connection{}, conflict(whyManyKeys) // before there is a key that nobody can keep
		}
		hooks, err = c.h.deps.Tracker.CreateWebhooks(ctx, c.company, c.addresses)
	}
	if err != nil {
		return Connection{}, err
	}
	keyID, err := c.keepKey(ctx, hooks.SigningKey)
	if err != nil {
		return Connection{}, err
	}
	if !created && hooks.Add(c.addresses) {
		if err := c.h.deps.Tracker.UpdateWebhooks(ctx, c.company, hooks); err != nil {
			return Connection{}, err
		}
	}
	answer := Connection{IntegrationID: hooks.ID, State: hooks.State, Created: created, SigningKey: keyID, Webhooks: map[string][]string{}}
	for kind, addresses := range hooks.Addresses() {
		answer.Webhooks[string(kind)] = addresses
	}
	return answer, nil
}

// keepKey makes the source accept what CallRail signs.
func (c *connection) keepKey(ctx context.Context, value string) (keyID string, err error) {
	if value == "" {
		return "", errNoSigningKey
	}
	name, err := c.h.signingKey(ctx, c.o, c.source, value)
	if err != nil {
		return "", err
	}
	if err := c.h.attachKey(ctx, c.o, "source.key.add", c.source.ID, name); err != nil {
		return "", err
	}
	return strings.TrimPrefix(name, tenant.SecretName(c.o.tenantID, "")), nil
}

var errNoSigningKey = errors.New("callrail did not tell the signing key")

// trackerError turns what CallRail says into what the caller can do about it.
func trackerError(err error) error {
	var limited *callrail.RateLimitedError
	tell := func(field, message string) error {
		return &refusal{code: ProblemCodeInvalidSettings, fields: []FieldError{{Field: field, Message: message}}, cause: err}
	}
	switch {
	case errors.As(err, &limited):
		return &refusal{code: ProblemCodeUnavailable, cause: err}
	case errors.Is(err, callrail.ErrUnauthorized):
		return tell("api_key", "CallRail refused the key, or its user may not change integrations. Enter the addresses in CallRail's settings by hand, and add the signing key that it shows.")
	case errors.Is(err, callrail.ErrNotFound):
		return tell("company_resource_id", "CallRail knows no such company in this account, or the key's user may not see it.")
	case errors.Is(err, callrail.ErrRejected):
		return tell("account_id", "CallRail refused the request. Check account and company.")
	case errors.Is(err, errNoSigningKey):
		return tell("signing_key", "CallRail did not tell the signing key. Add the one that its settings show.")
	case errors.Is(err, callrail.ErrTransient):
		return &refusal{code: ProblemCodeUnavailable, cause: err}
	default:
		return err
	}
}
