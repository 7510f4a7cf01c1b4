// Package oidc is the sandbox's token issuer. It signs what Google signs in the cloud (the
// token of a Pub/Sub push) and what a customer's identity provider signs (the token of the
// management API), and publishes its keys where verifiers look for them.
package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Paths of the issuer. The keys' path is Google's.
const (
	DiscoveryPath = "/.well-known/openid-configuration"
	KeysPath      = "/oauth2/v3/certs"
	AuthorizePath = "/oauth2/authorize"
	LogoutPath    = "/oauth2/logout"
	TokenPath     = "/oauth2/token" //nolint:gosec // a path, not a credential
)

const (
	keyBits     = 2048
	tokenExpiry = time.Hour // Google's
)

// Config describes an issuer.
type Config struct {
	URL string           // the issuer's identity, and where Handler is served; without a slash at its end
	Key *rsa.PrivateKey  // nil: a new one
	Now func() time.Time // nil: the system's clock

	People []Person // who can sign in
}

// Issuer signs tokens with RS256. It is safe for concurrent use.
type Issuer struct {
	url string
	key *rsa.PrivateKey
	id  string // of the key
	now func() time.Time

	people []Person
	grants grants
}

// New returns an issuer.
func New(cfg Config) (*Issuer, error) {
	key, now := cfg.Key, cfg.Now
	if key == nil {
		var err error
		if key, err = rsa.GenerateKey(rand.Reader, keyBits); err != nil {
			return nil, fmt.Errorf("make issuer key: %w", err)
		}
	}
	if now == nil {
		now = time.Now
	}
	sum := sha256.Sum256(key.N.Bytes())
	id := base64.RawURLEncoding.EncodeToString(sum[:12])
	return &Issuer{url: strings.TrimSuffix(cfg.URL, "/"), key: key, id: id, now: now, people: cfg.People}, nil
}

// URL returns the issuer's identity, which is also where its discovery document is.
func (i *Issuer) URL() string { return i.url }

// KeysURL returns where the public keys are.
func (i *Issuer) KeysURL() string { return i.url + KeysPath }

// Token signs these claims. iss, iat and exp (in an hour) are added where they are absent.
func (i *Issuer) Token(claims map[string]any) (string, error) {
	all := jwt.MapClaims{"iss": i.url, "iat": i.now().Unix(), "exp": i.now().Add(tokenExpiry).Unix()}
	maps.Copy(all, claims)
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, all)
	token.Header["kid"] = i.id
	signed, err := token.SignedString(i.key)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return signed, nil
}

// Access is what a token for the management API allows.
type Access struct {
	Subject  string
	Audience string
	Role     string        // platform_admin, tenant_admin or tenant_viewer
	TenantID string        // empty for platform_admin
	Tenants  []string      // further ones
	Expiry   time.Duration // 0: an hour
}

// AccessToken signs a token for the management API.
func (i *Issuer) AccessToken(a Access) (string, error) {
	claims := map[string]any{"sub": a.Subject, "aud": a.Audience, "role": a.Role}
	if a.TenantID != "" {
		claims["tenant_id"] = a.TenantID
		claims["tenants"] = append([]string{a.TenantID}, a.Tenants...)
	}
	if a.Expiry > 0 {
		claims["exp"] = i.now().Add(a.Expiry).Unix()
	}
	return i.Token(claims)
}

// PushToken signs what Pub/Sub sends with a push: a service account's identity.
func (i *Issuer) PushToken(email, audience string) (string, error) {
	return i.Token(map[string]any{
		"aud": audience, "azp": subject(email), "sub": subject(email),
		"email": email, "email_verified": true,
	})
}

// subject returns the account's number, which is the same for the same address.
func subject(email string) string {
	sum := sha256.Sum256([]byte(email))
	digits := new(big.Int).SetBytes(sum[:]).String()
	return "1" + digits[:20]
}

// Handler serves the discovery document, the keys, and tokens of the management API.
func (i *Issuer) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+DiscoveryPath, func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, r, map[string]any{
			"issuer":                                i.url,
			"jwks_uri":                              i.KeysURL(),
			"response_types_supported":              []string{"code"},
			"subject_types_supported":               []string{"public"},
			"id_token_signing_alg_values_supported": []string{"RS256"},
			"grant_types_supported":                 []string{"authorization_code", "refresh_token", "client_credentials"},
			"code_challenge_methods_supported":      []string{"S256"},
			"token_endpoint":                        i.url + TokenPath,
			"authorization_endpoint":                i.url + AuthorizePath,
			"end_session_endpoint":                  i.url + LogoutPath,
			"pipeline_sandbox":                      true, // only here are tokens given to whoever asks
		})
	})
	mux.HandleFunc("GET "+KeysPath, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=3600") // verifiers keep keys as long as this says
		writeJSON(w, r, map[string]any{"keys": []any{i.publicKey()}})
	})
	mux.HandleFunc("POST "+TokenPath, i.giveToken)
	mux.HandleFunc("GET "+AuthorizePath, i.choosePerson)
	mux.HandleFunc("POST "+AuthorizePath, i.authorize)
	mux.HandleFunc("GET "+LogoutPath, i.logout)
	return mux
}

func (i *Issuer) publicKey() map[string]string {
	return map[string]string{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": i.id,
		"n": base64.RawURLEncoding.EncodeToString(i.key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(i.key.E)).Bytes()),
	}
}

func writeJSON(w http.ResponseWriter, r *http.Request, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		slog.DebugContext(r.Context(), "answer not written", "error", err)
	}
}
