package topic

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newKeys serves the public half of key as Google serves its own.
func newKeys(t *testing.T, key *rsa.PrivateKey) string {
	t.Helper()
	set, err := json.Marshal(map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k1",
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(set)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func sign(t *testing.T, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = "k1"
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestVerifierAcceptsOnlyOurSubscriptionsTokens(t *testing.T) {
	t.Parallel()
	const account = "push@demo.iam.gserviceaccount.com"
	key := newKey(t)
	v := NewVerifier(t.Context(), PushConfig{
		Audience: "https://analyze.example.com", ServiceAccount: account,
		Issuer: "https://accounts.google.com", JWKSURL: newKeys(t, key),
	})
	other := newKey(t)
	for _, test := range []struct {
		name   string
		change func(jwt.MapClaims)
		method jwt.SigningMethod
		key    any
		ok     bool
	}{
		{"as Google sends it", func(jwt.MapClaims) {}, jwt.SigningMethodRS256, key, true},
		{"issuer without https", func(c jwt.MapClaims) { c["iss"] = "accounts.google.com" }, jwt.SigningMethodRS256, key, true},
		{"another issuer", func(c jwt.MapClaims) { c["iss"] = "https://evil.example.com" }, jwt.SigningMethodRS256, key, false},
		{"another audience", func(c jwt.MapClaims) { c["aud"] = "https://push.example.com" }, jwt.SigningMethodRS256, key, false},
		{"another account", func(c jwt.MapClaims) { c["email"] = "eve@example.com" }, jwt.SigningMethodRS256, key, false},
		{"no account", func(c jwt.MapClaims) { delete(c, "email") }, jwt.SigningMethodRS256, key, false},
		{"e-mail not verified", func(c jwt.MapClaims) { c["email_verified"] = false }, jwt.SigningMethodRS256, key, false},
		{"expired", func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-time.Hour).Unix() }, jwt.SigningMethodRS256, key, false},
		{"no expiry", func(c jwt.MapClaims) { delete(c, "exp") }, jwt.SigningMethodRS256, key, false},
		{"another key", func(jwt.MapClaims) {}, jwt.SigningMethodRS256, other, false},
		{"no signature", func(jwt.MapClaims) {}, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, false},
		{"signed with the public key as a secret", func(jwt.MapClaims) {}, jwt.SigningMethodHS256, key.N.Bytes(), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			claims := jwt.MapClaims{
				"iss": "https://accounts.google.com", "aud": "https://analyze.example.com", "sub": "1",
				"email": account, "email_verified": true,
				"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
			}
			test.change(claims)
			if err := v.Verify(t.Context(), sign(t, test.method, test.key, claims)); (err == nil) != test.ok {
				t.Errorf("Verify() = %v, want ok %t", err, test.ok)
			}
		})
	}
	for _, token := range []string{"", "a.b.c", "nonsense"} {
		if err := v.Verify(t.Context(), token); err == nil {
			t.Errorf("Verify(%q) = nil", token)
		}
	}
}

// Cloud Run hands on the tokens that it has verified without their signature, to private services.
func TestATokenWithoutItsSignatureIsOursWhereCloudRunHasVerifiedIt(t *testing.T) {
	t.Parallel()
	const account = "push@demo.iam.gserviceaccount.com"
	key := newKey(t)
	keys := newKeys(t, key)
	verify := func(removed bool, claims jwt.MapClaims, signature string) error {
		v := NewVerifier(t.Context(), PushConfig{
			Audience: "https://analyze.example.com", ServiceAccount: account,
			Issuer: "https://accounts.google.com", JWKSURL: keys, SignatureRemoved: removed,
		})
		token := sign(t, jwt.SigningMethodRS256, key, claims)
		if signature != "" {
			token = token[:strings.LastIndex(token, ".")+1] + signature
		}
		return v.Verify(t.Context(), token)
	}
	good := jwt.MapClaims{
		"iss": "https://accounts.google.com", "aud": "https://analyze.example.com", "sub": "1",
		"email": account, "email_verified": true, "exp": time.Now().Add(time.Hour).Unix(),
	}
	for name, test := range map[string]struct {
		removed   bool
		claim     string
		value     any
		signature string
		ok        bool
	}{
		"behind Cloud Run":              {true, "sub", "1", removedSignature, true},
		"with its signature":            {true, "sub", "1", "", true},
		"open to everybody":             {false, "sub", "1", removedSignature, false},
		"another signature":             {true, "sub", "1", "c2lnbmF0dXJl", false},
		"no signature":                  {true, "sub", "1", ".", false},
		"the marker and something else": {true, "sub", "1", removedSignature + ".x", false},
		"another account":               {true, "email", "eve@example.com", removedSignature, false},
		"another audience":              {true, "aud", "https://push.example.com", removedSignature, false},
		"another issuer":                {true, "iss", "https://evil.example.com", removedSignature, false},
		"expired":                       {true, "exp", time.Now().Add(-time.Hour).Unix(), removedSignature, false},
	} {
		claims := maps.Clone(good)
		claims[test.claim] = test.value
		if err := verify(test.removed, claims, test.signature); (err == nil) != test.ok {
			t.Errorf("%s: Verify() = %v, want ok %t", name, err, test.ok)
		}
	}
}

func TestPushConfigNeedsAudienceAndAccount(t *testing.T) {
	t.Parallel()
	var cfg PushConfig
	err := config.LoadFrom(t.Context(), &cfg, envconfig.MapLookuper(map[string]string{"PUSH_JWKS_URL": "http://example.com"}))
	for _, name := range []string{"PUSH_AUDIENCE", "PUSH_SERVICE_ACCOUNT", "PUSH_JWKS_URL"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("LoadFrom() = %v, want it to name %s", err, name)
		}
	}
}
