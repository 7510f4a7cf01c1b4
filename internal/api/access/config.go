package access

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// AnyTenant stands for all tenants, where it is the only tenant of an issuer.
const AnyTenant = "*"

// maxIssuer leaves room for the subject in the audit log's actor.
const maxIssuer = 120

// Config says whose tokens are accepted.
type Config struct {
	// Issuers is a JSON list. An empty one accepts no token: health and the document are
	// served, everything else is refused.
	Issuers Issuers `env:"API_ISSUERS"`
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	var errs []error
	seen := map[string]bool{}
	for i, issuer := range c.Issuers {
		if seen[issuer.Issuer] {
			errs = append(errs, fmt.Errorf("API_ISSUERS[%d]: issuer is listed twice", i))
		}
		seen[issuer.Issuer] = true
		errs = append(errs, issuer.validate(fmt.Sprintf("API_ISSUERS[%d]", i)))
	}
	return errors.Join(errs...)
}

// Issuers is a list that is configured as JSON.
type Issuers []Issuer

// EnvDecode implements envconfig.DecoderCtx. A misspelled key is an error: left out in
// silence it could widen what an issuer may do.
func (i *Issuers) EnvDecode(_ context.Context, value string) error {
	*i = nil
	if value == "" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(value)))
	d.DisallowUnknownFields()
	if err := d.Decode(i); err != nil {
		return fmt.Errorf("API_ISSUERS must be a JSON list of issuers: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("API_ISSUERS must be one JSON list of issuers")
	}
	return nil
}

// Issuer is one trusted issuer and the limits of its tokens.
type Issuer struct {
	Issuer   string   `json:"issuer"`   // the exact iss claim
	JWKSURL  string   `json:"jwks_url"` // where its public keys are
	Audience Audience `json:"audience"` // one of them must be in the aud claim
	Tenants  []string `json:"tenants"`  // that its tokens may speak for; ["*"]: all
	MaxRole  Role     `json:"max_role"` // the highest role that its tokens may have

	// Where its tokens say role and tenants. Dots lead into objects, except in a claim that is
	// named by an address: realm.role, https://example.com/role.
	RoleClaim    string `json:"role_claim"`    // empty: role
	TenantsClaim string `json:"tenants_claim"` // one text or a list; empty: tenant_id and tenants
	// Grants say what the people of an issuer may do whose tokens only say who somebody is,
	// like Google's. Where there are some, what a token says of roles and tenants counts for
	// nothing, and whom no grant names is refused.
	Grants []Grant `json:"grants"`
}

// Audience is whom an issuer's tokens are made out to: one text, or a list where several clients
// of an issuer are trusted, such as the dashboard and gcloud.
type Audience []string

// UnmarshalJSON implements json.Unmarshaler.
func (a *Audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = Audience{one}
		return nil
	}
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		return errors.New("audience must be a text or a list of texts")
	}
	*a = list
	return nil
}

func (a Audience) in(claim []string) bool {
	return slices.ContainsFunc(a, func(one string) bool { return slices.Contains(claim, one) })
}

func (i *Issuer) validate(name string) error {
	errs := []error{
		config.Require(name+".issuer", i.Issuer),
		config.HTTPURL(name+".jwks_url", i.JWKSURL),
	}
	if len(i.Audience) == 0 || slices.Contains(i.Audience, "") {
		errs = append(errs, fmt.Errorf("%s.audience must be set", name))
	}
	if len(i.Issuer) > maxIssuer {
		errs = append(errs, fmt.Errorf("%s.issuer must be at most %d characters long", name, maxIssuer))
	}
	if len(i.Tenants) == 0 || slices.Contains(i.Tenants, "") {
		errs = append(errs, fmt.Errorf(`%s.tenants must list tenants, or be ["*"]`, name))
	}
	if slices.Contains(i.Tenants, AnyTenant) && len(i.Tenants) > 1 {
		errs = append(errs, fmt.Errorf(`%s.tenants must be ["*"] alone or a list of tenants`, name))
	}
	if !i.MaxRole.Valid() {
		errs = append(errs, fmt.Errorf("%s.max_role must be one of %v", name, roles))
	}
	return errors.Join(append(errs, i.validateGrants(name))...)
}

// covers reports whether the issuer's tokens may speak for the tenant.
func (i *Issuer) covers(tenantID string) bool {
	return tenantID != "" && tenantID != AnyTenant &&
		(i.Tenants[0] == AnyTenant || slices.Contains(i.Tenants, tenantID))
}
