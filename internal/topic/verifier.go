package topic

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/jwks"
)

// maxToken is far above what Google issues, in bytes.
const maxToken = 8 << 10

// PushConfig says whose tokens the push endpoints accept.
type PushConfig struct {
	Audience       string `env:"PUSH_AUDIENCE"`        // as set on the subscriptions
	ServiceAccount string `env:"PUSH_SERVICE_ACCOUNT"` // e-mail of the account that the subscriptions push as
	Issuer         string `env:"PUSH_ISSUER, default=https://accounts.google.com"`
	JWKSURL        string `env:"PUSH_JWKS_URL, default=https://www.googleapis.com/oauth2/v3/certs"`
	// SignatureRemoved says that Cloud Run's own check of who may invoke stands before the service:
	// it hands on tokens that it has verified without their signature.
	SignatureRemoved bool `env:"PUSH_SIGNATURE_REMOVED, default=false"`
}

// Validate reports every problem at once.
func (c *PushConfig) Validate() error {
	return errors.Join(
		config.Require("PUSH_AUDIENCE", c.Audience),
		config.Require("PUSH_SERVICE_ACCOUNT", c.ServiceAccount),
		config.HTTPURL("PUSH_ISSUER", c.Issuer),
		config.HTTPURL("PUSH_JWKS_URL", c.JWKSURL),
	)
}

// TokenVerifier checks the OpenID tokens that Pub/Sub sends along.
type TokenVerifier struct {
	tokens  *oidc.IDTokenVerifier
	account string
}

// NewVerifier returns a verifier. It fetches keys when the first token comes, with the
// values of ctx but beyond its end.
func NewVerifier(ctx context.Context, cfg PushConfig) *TokenVerifier {
	var keys oidc.KeySet = jwks.New(ctx, cfg.JWKSURL, time.Now)
	if cfg.SignatureRemoved {
		keys = verifiedBefore{keys}
	}
	return &TokenVerifier{
		tokens:  oidc.NewVerifier(cfg.Issuer, keys, &oidc.Config{ClientID: cfg.Audience}),
		account: cfg.ServiceAccount,
	}
}

// removedSignature is what Cloud Run puts in the place of a signature that it has verified
// (https://cloud.google.com/run/docs/troubleshooting#signature-removed).
const removedSignature = "SIGNATURE_REMOVED_BY_GOOGLE"

// verifiedBefore believes tokens whose signature Cloud Run has verified and taken away. It must
// not be used where anybody can reach the service: everybody can write such a token.
type verifiedBefore struct{ oidc.KeySet }

// VerifySignature implements oidc.KeySet.
func (k verifiedBefore) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || parts[2] != removedSignature {
		return k.KeySet.VerifySignature(ctx, token)
	}
	return base64.RawURLEncoding.DecodeString(parts[1])
}

// Verify checks signature, issuer (Google writes its own with and without https),
// audience, expiry, and that the token is our service account's: anybody can get a
// Google token with our audience, but not one of this account.
func (v *TokenVerifier) Verify(ctx context.Context, token string) error {
	if token == "" || len(token) > maxToken {
		return errors.New("verify push token: there is none, or it is too long")
	}
	verified, err := v.tokens.Verify(ctx, token)
	if err != nil {
		return fmt.Errorf("verify push token: %w", err)
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := verified.Claims(&claims); err != nil {
		return fmt.Errorf("verify push token: read claims: %w", err)
	}
	if claims.Email != v.account || !claims.Verified {
		return errors.New("verify push token: it belongs to another account")
	}
	return nil
}
