package access

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/your-org/multi-tenant-pipeline/pkg/jwks"
)

func TestTokensAreAcceptedWithinTheirIssuersLimits(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := newProvider(t, c)
	v := newVerifier(t.Context(), c, p.config())
	now := c.Now().Unix()
	for name, changes := range map[string]map[string]any{
		"plain":                           nil,
		"one of several audiences":        {"aud": []string{"another", audience}},
		"a clock that is a little behind": {"exp": now - 30},
		"a clock that is a little ahead":  {"nbf": now + 30, "iat": now + 30},
		"fractions of seconds":            {"exp": float64(now) + 600.5},
		"the highest role":                {"role": "tenant_admin"},
		"a clock that is a minute behind": {"exp": now - 59},
		"a clock that is a minute ahead":  {"nbf": now + 60, "iat": now + 60},
		"a list of tenants":               {"tenant_id": nil, "tenants": []string{"tenant_a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := v.Verify(t.Context(), p.token(t, changes))
			if err != nil {
				t.Fatal(err)
			}
			if want := p.url + "#ann@example.com"; got.Actor() != want {
				t.Errorf("actor: got %q, want %q", got.Actor(), want)
			}
			if !got.Covers("tenant_a") || got.Covers("tenant_b") {
				t.Error("does not cover its own tenant alone")
			}
		})
	}
}

func TestTokensWithWrongClaimsAreRefused(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := newProvider(t, c)
	v := newVerifier(t.Context(), c, p.config())
	now := c.Now().Unix()
	for name, changes := range map[string]map[string]any{
		"another audience":         {"aud": "another"},
		"no audience":              {"aud": nil},
		"a stranger's issuer":      {"iss": "https://evil.example.com"},
		"the issuer with a slash":  {"iss": p.url + "/"},
		"an empty issuer":          {"iss": ""},
		"expired":                  {"exp": now - 61},
		"never expires":            {"exp": nil},
		"expires beyond all time":  {"exp": "9999999999"},
		"not valid yet":            {"nbf": now + 61},
		"issued in the future":     {"iat": now + 61},
		"no subject":               {"sub": nil},
		"a subject too long":       {"sub": strings.Repeat("x", 129)},
		"no role":                  {"role": nil},
		"an invented role":         {"role": "root"},
		"roles as a list":          {"role": []string{"tenant_viewer"}},
		"a role in an object":      {"role": map[string]any{"role": "tenant_viewer"}},
		"a role of another case":   {"role": nil, "Role": "tenant_viewer"},
		"a role with a space":      {"role": "tenant_viewer "},
		"a role that is null":      {"role": nil, "roles": "tenant_viewer"},
		"a tenant in an object":    {"tenant_id": map[string]any{"id": "tenant_a"}},
		"tenants in a list's list": {"tenants": []any{[]any{"tenant_a"}}},
		"an audience in an object": {"aud": map[string]any{"aud": audience}},
		"an audience elsewhere":    {"aud": nil, "Aud": audience},
		"times that are no number": {"nbf": "0"},
		"an issuer in a list":      {"iss": []string{p.url}},
		"a role above the issuer":  {"role": "platform_admin"},
		"tenants that are no list": {"tenants": "tenant_a"},
		"oversized":                {"padding": strings.Repeat("x", maxToken)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantInvalid(t, v, p.token(t, changes))
		})
	}
}

func TestTokensThatTheIssuerDidNotSignAreRefused(t *testing.T) {
	t.Parallel()
	c := newClock()
	p, other := newProvider(t, c), newProvider(t, c)
	v := newVerifier(t.Context(), c, p.config(), other.config())
	mallory, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&p.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	jwk := map[string]string{"kty": "RSA", "n": base64.RawURLEncoding.EncodeToString(mallory.N.Bytes()), "e": "AQAB"}
	kid, claims := p.kid(t), p.good(nil)
	good := strings.Split(p.token(t, nil), ".")
	forged := strings.Split(sign(t, jwt.SigningMethodRS256, mallory, nil, p.good(map[string]any{"tenant_id": "tenant_b"})), ".")

	for name, token := range map[string]string{
		"alg none":                        sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, header{"kid": kid}, claims),
		"alg None":                        sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, header{"kid": kid, "alg": "None"}, claims),
		"HS256 with the public key":       sign(t, jwt.SigningMethodHS256, public, header{"kid": kid}, claims),
		"HS256 with its DER":              sign(t, jwt.SigningMethodHS256, der, header{"kid": kid}, claims),
		"HS256 with its modulus":          sign(t, jwt.SigningMethodHS256, p.key.N.Bytes(), header{"kid": kid}, claims),
		"PS256, which is not on the list": sign(t, jwt.SigningMethodPS256, p.key, header{"kid": kid}, claims),
		"a stranger's key, known kid":     sign(t, jwt.SigningMethodRS256, mallory, header{"kid": kid}, claims),
		"a stranger's key, unknown kid":   sign(t, jwt.SigningMethodRS256, mallory, header{"kid": "mallory"}, claims),
		"a stranger's key, no kid":        sign(t, jwt.SigningMethodRS256, mallory, nil, claims),
		"alg NONE":                        sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, header{"kid": kid, "alg": "NONE"}, claims),
		"alg nOnE":                        sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, header{"kid": kid, "alg": "nOnE"}, claims),
		"an empty alg":                    sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, header{"kid": kid, "alg": ""}, claims),
		"HS512 with the public key":       sign(t, jwt.SigningMethodHS512, public, header{"kid": kid}, claims),
		"HS256 that says RS256":           sign(t, jwt.SigningMethodHS256, public, header{"kid": kid, "alg": "RS256"}, claims),
		"a kid that is an address":        sign(t, jwt.SigningMethodRS256, mallory, header{"kid": other.KeysURL()}, claims),
		"a kid that is a query":           sign(t, jwt.SigningMethodRS256, mallory, header{"kid": "' OR 1=1 --"}, claims),
		"a kid that is no text":           sign(t, jwt.SigningMethodRS256, p.key, header{"kid": 7}, claims),
		"a certificate in the header":     sign(t, jwt.SigningMethodRS256, mallory, header{"kid": kid, "x5c": []string{"MIIB"}}, claims),
		"a kid that is a path":            sign(t, jwt.SigningMethodRS256, mallory, header{"kid": "../../../dev/null"}, claims),
		"a key of its own in the header":  sign(t, jwt.SigningMethodRS256, mallory, header{"kid": kid, "jwk": jwk}, claims),
		"an address of keys in the header": sign(t, jwt.SigningMethodRS256, mallory,
			header{"kid": kid, "jku": other.KeysURL()}, claims),
		"an address of certificates": sign(t, jwt.SigningMethodRS256, mallory,
			header{"kid": kid, "x5u": other.KeysURL()}, claims),
		"a payload that is not encoded":     sign(t, jwt.SigningMethodRS256, p.key, header{"kid": kid, "crit": []string{"b64"}, "b64": false}, claims),
		"an extension nobody knows":         sign(t, jwt.SigningMethodRS256, p.key, header{"kid": kid, "crit": []string{"x"}, "x": 1}, claims),
		"a critical extension":              sign(t, jwt.SigningMethodRS256, p.key, header{"kid": kid, "crit": []string{"exp"}}, claims),
		"another trusted issuer's key":      sign(t, jwt.SigningMethodRS256, other.key, header{"kid": other.kid(t)}, claims),
		"other claims, the same signature":  good[0] + "." + forged[1] + "." + good[2],
		"no signature":                      good[0] + "." + good[1] + ".",
		"two parts":                         good[0] + "." + good[1],
		"four parts":                        strings.Join(good, ".") + "." + good[2],
		"nothing":                           "",
		"no token at all":                   "hunter2",
		"claims that are no JSON":           good[0] + "." + base64.RawURLEncoding.EncodeToString([]byte("{")) + "." + good[2],
		"the JSON form, which is not a JWT": `{"protected":"` + good[0] + `","payload":"` + good[1] + `","signature":"` + good[2] + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantInvalid(t, v, token)
		})
	}
	if _, err := v.Verify(t.Context(), strings.Join(good, ".")); err != nil {
		t.Errorf("the untouched token: %v", err)
	}
}

func wantInvalid(t *testing.T, v *Verifier, token string) {
	t.Helper()
	got, err := v.Verify(t.Context(), token)
	if !errors.Is(err, ErrInvalid) || got != nil {
		t.Errorf("got %+v, %v, want ErrInvalid", got, err)
	}
}

func TestEllipticCurveKeysAreAccepted(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := newProvider(t, c)
	key, set := newECKey(t)
	p.serve(set)
	v := newVerifier(t.Context(), c, p.config())
	token := sign(t, jwt.SigningMethodES256, key, header{"kid": "ec"}, p.good(nil))
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Error(err)
	}
	wantInvalid(t, v, p.token(t, nil))
}

func TestARotatedKeyIsAcceptedAndAWithdrawnOneForgotten(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := newProvider(t, c)
	v := newVerifier(t.Context(), c, p.config())
	old := p.token(t, map[string]any{"exp": c.Now().Add(24 * time.Hour).Unix()})
	mustVerify(t, v, old)
	c.Advance(time.Minute)
	p.rotate(t)
	mustVerify(t, v, old) // its key is still kept
	mustVerify(t, v, p.token(t, nil))
	wantInvalid(t, v, old) // the new set does not have it

	p.rotate(t)
	newer := p.token(t, map[string]any{"exp": c.Now().Add(24 * time.Hour).Unix()})
	c.Advance(time.Minute)
	mustVerify(t, v, newer)
	p.rotate(t) // nobody shows a token of the new key
	c.Advance(jwks.For)
	wantInvalid(t, v, newer)
}

func TestStrangersTokensCauseFewFetches(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := newProvider(t, c)
	v := newVerifier(t.Context(), c, p.config())
	good := p.token(t, nil)
	mustVerify(t, v, good)
	mallory, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forged := sign(t, jwt.SigningMethodRS256, mallory, header{"kid": "mallory"}, p.good(nil))
	for range 50 {
		wantInvalid(t, v, forged)
	}
	if got := p.fetches.Load(); got != 1 {
		t.Errorf("fetches in one moment: got %d, want 1", got)
	}
	c.Advance(jwks.Every)
	wantInvalid(t, v, forged)
	if got := p.fetches.Load(); got != 2 {
		t.Errorf("fetches after a while: got %d, want 2", got)
	}
	mustVerify(t, v, good)
}

func mustVerify(t *testing.T, v *Verifier, token string) {
	t.Helper()
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
}
