package access

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
)

const audience = "pipeline-api"

// clock is a settable time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Unix(1_800_000_000, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// provider is an identity provider whose key and health a test changes.
type provider struct {
	*oidc.Issuer
	key     *rsa.PrivateKey
	url     string
	clock   *clock
	keys    atomic.Pointer[http.Handler]
	fetches atomic.Int64
}

func newProvider(t testing.TB, c *clock) *provider {
	t.Helper()
	p := &provider{clock: c}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.fetches.Add(1)
		(*p.keys.Load()).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p.url = server.URL
	p.rotate(t)
	return p
}

// rotate gives the provider a new key and withdraws the old one.
func (p *provider) rotate(t testing.TB) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := oidc.New(oidc.Config{URL: p.url, Key: key, Now: p.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	p.Issuer, p.key = issuer, key
	p.serve(issuer.Handler())
}

func (p *provider) serve(h http.Handler) { p.keys.Store(&h) }

func (p *provider) config() Issuer {
	return Issuer{Issuer: p.url, JWKSURL: p.KeysURL(), Audience: Audience{audience}, Tenants: []string{"tenant_a", "tenant_b"}, MaxRole: TenantAdmin}
}

// kid is the id of the provider's key, as its own tokens show it.
func (p *provider) kid(t testing.TB) string {
	t.Helper()
	token, _, err := jwt.NewParser().ParseUnverified(p.token(t, nil), jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	return token.Header["kid"].(string)
}

// good are the claims of a token that is accepted, with changes; nil removes a claim.
func (p *provider) good(changes map[string]any) jwt.MapClaims {
	now := p.clock.Now().Unix()
	all := jwt.MapClaims{
		"iss": p.url, "aud": audience, "sub": "ann@example.com", "iat": now, "exp": now + 600,
		"role": "tenant_viewer", "tenant_id": "tenant_a",
	}
	for name, value := range changes {
		all[name] = value
		if value == nil {
			delete(all, name)
		}
	}
	return all
}

func (p *provider) token(t testing.TB, changes map[string]any) string {
	t.Helper()
	claims := p.good(changes)
	if _, kept := claims["exp"]; !kept { // the sandbox would add one
		return sign(t, jwt.SigningMethodRS256, p.key, header{"kid": p.kid(t)}, claims)
	}
	token, err := p.Token(claims)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

type header map[string]any

// sign makes tokens that no honest issuer makes.
func sign(t testing.TB, method jwt.SigningMethod, key any, h header, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	for name, value := range h {
		token.Header[name] = value
	}
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func newVerifier(ctx context.Context, c *clock, issuers ...Issuer) *Verifier {
	return New(ctx, Config{Issuers: issuers}, c.Now)
}

// newECKey returns a key and the set that publishes it.
func newECKey(t *testing.T) (*ecdsa.PrivateKey, http.Handler) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes() // 4, then x and y
	if err != nil {
		t.Fatal(err)
	}
	set, err := json.Marshal(map[string]any{"keys": []any{map[string]string{
		"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "ec",
		"x": base64.RawURLEncoding.EncodeToString(point[1:33]), "y": base64.RawURLEncoding.EncodeToString(point[33:]),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return key, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(set) })
}
