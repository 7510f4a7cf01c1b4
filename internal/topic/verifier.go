package topic

import (
	"context"
	"errors"
	"fmt"
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
	keys := jwks.New(ctx, cfg.JWKSURL, time.Now)
	return &TokenVerifier{
		tokens:  oidc.NewVerifier(cfg.Issuer, keys, &oidc.Config{ClientID: cfg.Audience}),
		account: cfg.ServiceAccount,
	}
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
