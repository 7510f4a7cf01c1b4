package access

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	maxToken   = 8 << 10 // bytes; what identity providers issue is well below
	maxSubject = 128     // bytes; issuer and subject fit into the audit log's actor
	skew       = 60 * time.Second
)

// algorithms are asymmetric only: with HMAC anybody who has the public key could sign.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512}

// Errors of Verify. They are matched with errors.Is.
var (
	// ErrInvalid says that the token is not accepted. What follows it is for the log.
	ErrInvalid = errors.New("token not accepted")
	// ErrUnavailable says that the token could not be checked.
	ErrUnavailable = errors.New("token could not be checked")
)

// Verifier checks tokens. It is safe for concurrent use.
type Verifier struct {
	issuers map[string]*trusted
	now     func() time.Time
}

type trusted struct {
	Issuer
	keys *keySet
}

// New returns a verifier. Keys are fetched when an issuer's first token comes, with the
// values of ctx but beyond its end.
func New(ctx context.Context, cfg Config, now func() time.Time) *Verifier {
	v := &Verifier{issuers: make(map[string]*trusted, len(cfg.Issuers)), now: now}
	for _, issuer := range cfg.Issuers {
		v.issuers[issuer.Issuer] = &trusted{Issuer: issuer, keys: newKeySet(ctx, issuer.JWKSURL, now)}
	}
	return v
}

// Verify returns who the token speaks for.
func (v *Verifier) Verify(ctx context.Context, token string) (*Principal, error) {
	if len(token) > maxToken {
		return nil, invalid("it is too long")
	}
	issuer := v.issuers[claimedIssuer(token)]
	if issuer == nil {
		return nil, invalid("its issuer is not trusted")
	}
	c, err := issuer.claims(ctx, token)
	if err != nil {
		return nil, err
	}
	if reason := c.check(&issuer.Issuer, v.now()); reason != "" {
		return nil, invalid(reason)
	}
	return &Principal{Subject: c.Subject, Role: c.Role, issuer: &issuer.Issuer, tenants: c.tenants()}, nil
}

func invalid(reason string) error { return fmt.Errorf("%w: %s", ErrInvalid, reason) }

// claimedIssuer returns the issuer that the token names, before anything of it is believed:
// it only chooses whose keys must have signed it.
func claimedIssuer(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return ""
	}
	return claims.Issuer
}

// claims returns what the token says, with signature and issuer verified.
func (t *trusted) claims(ctx context.Context, token string) (*claims, error) {
	keys := &attempt{keys: t.keys}
	verifier := oidc.NewVerifier(t.Issuer.Issuer, keys, &oidc.Config{
		SupportedSigningAlgs: algorithms,
		// Claims.check knows our clock skew; go-oidc allows none at the end of a token's life
		// and five minutes at its beginning. It checks the audience, too.
		SkipExpiryCheck: true, SkipClientIDCheck: true,
	})
	verified, err := verifier.Verify(ctx, token)
	switch {
	case errors.Is(keys.err, errKeys) || ctx.Err() != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, errors.Join(keys.err, ctx.Err()))
	case err != nil:
		return nil, invalid("its signature does not verify")
	}
	c := &claims{Audience: verified.Audience}
	if err := verified.Claims(c); err != nil {
		return nil, invalid("its claims cannot be read")
	}
	return c, nil
}

// attempt keeps the error of one verification, which go-oidc does not wrap.
type attempt struct {
	keys oidc.KeySet
	err  error
}

// VerifySignature implements oidc.KeySet.
func (a *attempt) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := a.keys.VerifySignature(ctx, token)
	a.err = err
	return payload, err
}

// claims are what the API reads of a token.
type claims struct {
	Audience  []string `json:"-"` // one or many in JSON: go-oidc knows both
	Subject   string   `json:"sub"`
	Role      Role     `json:"role"`
	TenantID  string   `json:"tenant_id"`
	Tenants   []string `json:"tenants"`
	Expiry    float64  `json:"exp"` // seconds; compared as such, since huge ones overflow integers
	NotBefore float64  `json:"nbf"`
	IssuedAt  float64  `json:"iat"`
}

// check returns what is wrong with verified claims, empty if nothing is.
func (c *claims) check(issuer *Issuer, at time.Time) string {
	now, slack := float64(at.Unix()), skew.Seconds()
	switch {
	case !slices.Contains(c.Audience, issuer.Audience):
		return "it is for another audience"
	case c.Expiry+slack <= now: // also where there is none
		return "it has expired"
	case c.NotBefore-slack > now:
		return "it is not valid yet"
	case c.IssuedAt-slack > now:
		return "it was issued in the future"
	case c.Subject == "" || len(c.Subject) > maxSubject:
		return "it has no usable subject"
	case !c.Role.Valid():
		return "it has no known role"
	case !issuer.MaxRole.Includes(c.Role):
		return "its issuer may not give this role"
	}
	return ""
}

func (c *claims) tenants() []string {
	if c.TenantID == "" {
		return c.Tenants
	}
	return append([]string{c.TenantID}, c.Tenants...)
}
