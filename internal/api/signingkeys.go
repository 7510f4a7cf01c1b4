package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// maxKeys is how many signing keys a source may have: two for a rotation, and some patience.
// Each is tried on every delivery that fits none.
const maxKeys = 4

// keyIDs returns the ids of a source's signing keys: what follows the tenant in their names.
func keyIDs(tenantID string, s *tenant.Source) []string {
	ids := []string{}
	for _, name := range s.SigningSecrets {
		if id, ours := strings.CutPrefix(name, tenant.SecretName(tenantID, "")); ours {
			ids = append(ids, id)
		}
	}
	return ids
}

// addKey adds the name of a key to those of a source; none or a known one changes nothing.
func addKey(s *tenant.Source, name string) error {
	if name == "" || slices.Contains(s.SigningSecrets, name) {
		return nil
	}
	if len(s.SigningSecrets) >= maxKeys {
		return conflict(whyManyKeys)
	}
	s.SigningSecrets = append(s.SigningSecrets, name)
	return nil
}

// signingKey returns the name of a key of the source: the one that it has already with this
// value, or else a new secret. A secret of its own for each key lets old and new ones hold
// beside each other, and every instance learns a new one with the source that names it.
func (h *handlers) signingKey(ctx context.Context, o *office, s *tenant.Source, value string) (name string, err error) {
	if name, err := h.knownKey(ctx, o.tenantID, s, value); err != nil || name != "" {
		return name, err
	}
	if s != nil && len(s.SigningSecrets) >= maxKeys {
		return "", conflict(whyManyKeys)
	}
	return h.keep(ctx, o, "signing_"+strings.ToLower(rand.Text()[:10]), value)
}

// knownKey returns the name of the source's key with the value, empty if it has none.
func (h *handlers) knownKey(ctx context.Context, tenantID string, s *tenant.Source, value string) (string, error) {
	if s == nil {
		return "", nil
	}
	for _, name := range s.SigningSecrets {
		have, err := h.secretOf(ctx, tenantID, name)
		if err != nil && !errors.Is(err, secret.ErrNotFound) {
			return "", fmt.Errorf("read signing key: %w", unavailable(err))
		}
		if err == nil && strings.TrimSpace(have) == value {
			return name, nil
		}
	}
	return "", nil
}

// AddSigningKey implements POST /v1/tenants/{tenant_id}/sources/{source_id}/signing-keys.
func (h *handlers) AddSigningKey(ctx context.Context, in AddSigningKeyRequestObject) (AddSigningKeyResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	s := t.Source(in.SourceID)
	if s == nil {
		return nil, store.ErrNotFound
	}
	answer := AddSigningKey201JSONResponse{}
	value := strings.TrimSpace(in.Body.Value)
	if value == "" {
		value = newKey()
		answer.Value = value
	}
	name, err := h.signingKey(ctx, o, s, value)
	if err != nil {
		return nil, err
	}
	if err := h.attachKey(ctx, o, "source.key.add", in.SourceID, name); err != nil {
		h.drop(ctx, t, name)
		return nil, err
	}
	answer.KeyID = strings.TrimPrefix(name, tenant.SecretName(o.tenantID, ""))
	return answer, nil
}

// attachKey makes the source accept deliveries that are signed with a key that is kept.
func (h *handlers) attachKey(ctx context.Context, o *office, action, sourceID, name string) error {
	_, err := h.update(ctx, o, action, sourceID, func(t *tenant.Tenant) error {
		s := t.Source(sourceID)
		if s == nil {
			return store.ErrNotFound
		}
		return addKey(s, name)
	})
	return err
}

// newKey draws a key of the form that CallRail's have: 32 hexadecimal digits.
func newKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand crashes the program instead
	return hex.EncodeToString(b[:])
}

// RemoveSigningKey implements DELETE /v1/tenants/{tenant_id}/sources/{source_id}/signing-keys/{key_id}.
func (h *handlers) RemoveSigningKey(ctx context.Context, in RemoveSigningKeyRequestObject) (RemoveSigningKeyResponseObject, error) {
	o, err := h.office(ctx)
	if err != nil {
		return nil, err
	}
	name := tenant.SecretName(o.tenantID, in.KeyID)
	changed, err := h.update(ctx, o, "source.key.remove", in.SourceID, func(t *tenant.Tenant) error {
		s := t.Source(in.SourceID)
		if s == nil || !slices.Contains(s.SigningSecrets, name) {
			return store.ErrNotFound
		}
		if len(s.SigningSecrets) == 1 {
			return conflict(whyOnlyKey)
		}
		s.SigningSecrets = slices.DeleteFunc(s.SigningSecrets, func(have string) bool { return have == name })
		return nil
	})
	if err != nil {
		return nil, err
	}
	h.drop(ctx, changed, name)
	return RemoveSigningKey204Response{}, nil
}
