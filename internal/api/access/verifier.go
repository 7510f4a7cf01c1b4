package access

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/your-org/multi-tenant-pipeline/pkg/jwks"
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
	keys *jwks.Set
}

// New returns a verifier. Keys are fetched when an issuer's first token comes, with the
// values of ctx but beyond its end.
func New(ctx context.Context, cfg Config, now func() time.Time) *Verifier {
	v := &Verifier{issuers: make(map[string]*trusted, len(cfg.Issuers)), now: now}
	for _, issuer := range cfg.Issuers {
		v.issuers[issuer.Issuer] = &trusted{Issuer: issuer, keys: jwks.New(ctx, issuer.JWKSURL, now)}
	}
	return v
}

// Verify returns who the token speaks for.
func (v *Verifier) Verify(ctx context.Context, token string) (*Principal, error) {
	if len(token) > maxToken {
		return nil, invalid("it is too long")
	}
	if strings.ContainsFunc(token, unicode.IsSpace) { // which the library would leave out
		return nil, invalid("it has spaces")
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
	granted, reason := issuer.grant(c)
	if reason != "" {
		return nil, invalid(reason)
	}
	expiry, _ := c.seconds("exp") // it was checked
	return &Principal{
		Subject: c.text("sub"), Role: granted.Role, Expires: time.Unix(int64(expiry), 0),
		issuer: &issuer.Issuer, tenants: granted.Tenants,
	}, nil
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
	c, err := readClaims(payload)
	if err != nil {
		return ""
	}
	return c.text("iss")
}

// claims returns what the token says, with its signature verified.
func (t *trusted) claims(ctx context.Context, token string) (claims, error) {
	keys := &attempt{keys: t.keys}
	verifier := oidc.NewVerifier(t.Issuer.Issuer, keys, &oidc.Config{
		SupportedSigningAlgs: algorithms,
		// check knows our clock skew; go-oidc allows none at the end of a token's life and
		// five minutes at its beginning. It checks the audience, too.
		SkipExpiryCheck: true, SkipClientIDCheck: true,
	})
	_, err := verifier.Verify(ctx, token)
	switch {
	case errors.Is(keys.err, jwks.ErrUnavailable) || ctx.Err() != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, errors.Join(keys.err, ctx.Err()))
	case err != nil:
		return nil, invalid("its signature does not verify")
	}
	c, err := readClaims(keys.payload)
	if err != nil {
		return nil, invalid("its claims cannot be read")
	}
	return c, nil
}

// attempt keeps what go-oidc does not hand out: the payload as it was signed, and the error
// of the keys.
type attempt struct {
	keys    oidc.KeySet
	payload []byte
	err     error
}

// VerifySignature implements oidc.KeySet.
func (a *attempt) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	a.payload, a.err = a.keys.VerifySignature(ctx, token)
	return a.payload, a.err
}

// check returns what is wrong with verified claims, empty if nothing is.
func (c claims) check(issuer *Issuer, at time.Time) string {
	now, slack := float64(at.Unix()), skew.Seconds()
	audience, _ := c.texts("aud")
	expiry, known := c.seconds("exp")
	notBefore, usable := c.seconds("nbf")
	issued, read := c.seconds("iat")
	subject := c.text("sub")
	switch {
	case c.text("iss") != issuer.Issuer: // also what go-oidc takes for it
		return "it is another issuer's"
	case !issuer.Audience.in(audience):
		return "it is for another audience"
	case !known || !usable || !read:
		return "its times cannot be read"
	case expiry+slack <= now: // also where there is none
		return "it has expired"
	case notBefore-slack > now:
		return "it is not valid yet"
	case issued-slack > now:
		return "it was issued in the future"
	case subject == "" || len(subject) > maxSubject:
		return "it has no usable subject"
	}
	return ""
}
