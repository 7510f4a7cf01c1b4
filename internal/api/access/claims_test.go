package access

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

// signRaw signs a payload that no library would write.
func (p *provider) signRaw(t *testing.T, payload string) string {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode(fmt.Appendf(nil, `{"alg":"RS256","kid":%q}`, p.kid(t))) + "." + encode([]byte(payload))
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + encode(signature)
}

func (p *provider) payload(t testing.TB, changes map[string]any) string {
	t.Helper()
	text, err := json.Marshal(p.good(changes))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestATokenThatSaysSomethingTwiceIsRefused(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := newProvider(t, c)
	v := newVerifier(t.Context(), c, p.config())
	good := p.payload(t, nil)
	mustVerify(t, v, p.signRaw(t, good))
	for name, payload := range map[string]string{
		"a second role":               strings.Replace(good, "{", `{"role":"tenant_admin",`, 1),
		"a second role, escaped":      strings.Replace(good, "{", `{"\u0072ole":"tenant_admin",`, 1),
		"a second tenant":             strings.TrimSuffix(good, "}") + `,"tenant_id":"tenant_b"}`,
		"a second issuer":             strings.TrimSuffix(good, "}") + `,"iss":"https://evil.example.com"}`,
		"something twice, inside":     strings.TrimSuffix(good, "}") + `,"x":{"y":1,"y":2}}`,
		"something twice, in a list":  strings.TrimSuffix(good, "}") + `,"x":[{"y":1,"y":2}]}`,
		"more behind the claims":      good + `{}`,
		"a list of claims":            "[" + good + "]",
		"a token within the token":    p.token(t, nil),
		"a text that is a token":      `"` + p.token(t, nil) + `"`,
		"a number beyond all numbers": strings.TrimSuffix(good, "}") + `,"x":1e999}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantInvalid(t, v, p.signRaw(t, payload))
		})
	}
}

func TestAClaimOfAnotherCaseCountsForNothing(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := newProvider(t, c)
	v := newVerifier(t.Context(), c, p.config())
	// Encoding/json would take the last of them for the claim itself.
	payload := strings.TrimSuffix(p.payload(t, nil), "}") + `,"Role":"tenant_admin","TENANT_ID":"tenant_b","Tenants":["tenant_b"],"SUB":"eve"}`
	got, err := v.Verify(t.Context(), p.signRaw(t, payload))
	if err != nil {
		t.Fatal(err)
	}
	if got.Role != TenantViewer || got.Subject != "ann@example.com" || got.Covers("tenant_b") || !got.Covers("tenant_a") {
		t.Errorf("got %+v", got)
	}
}

func TestATokenNeedsNoKeyIDAndSeveralKeysMayHaveTheSame(t *testing.T) {
	t.Parallel()
	c := newClock()
	p, other := newProvider(t, c), newProvider(t, c)
	p.serve(twoKeys(t, p, other)) // both under the id of the first
	v := newVerifier(t.Context(), c, p.config())
	for name, test := range map[string]struct {
		key    *rsa.PrivateKey
		header header
	}{
		"the first key":              {p.key, header{"kid": p.kid(t)}},
		"the second, of the same":    {other.key, header{"kid": p.kid(t)}},
		"a key without saying which": {other.key, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustVerify(t, v, sign(t, jwt.SigningMethodRS256, test.key, test.header, p.good(nil)))
		})
	}
}

func twoKeys(t *testing.T, p, other *provider) http.Handler {
	t.Helper()
	kid := p.kid(t)
	var keys []map[string]string
	for _, key := range []*rsa.PrivateKey{p.key, other.key} {
		keys = append(keys, map[string]string{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "e": "AQAB",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		})
	}
	set, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(set) })
}

func TestRoleAndTenantsMayStandElsewhere(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := newProvider(t, c)
	for name, test := range map[string]struct {
		roleClaim, tenantsClaim string
		claims                  map[string]any
		want                    []string // the tenants that are covered; nil: refused
	}{
		"in an object": {
			"realm.role", "realm.companies",
			map[string]any{"realm": map[string]any{"role": "tenant_admin", "companies": []string{"tenant_a", "tenant_b"}}}, []string{"tenant_a", "tenant_b"},
		},
		"under an address": {
			"https://pipeline.example.com/role", "https://pipeline.example.com/tenant",
			map[string]any{"https://pipeline.example.com/role": "tenant_admin", "https://pipeline.example.com/tenant": "tenant_b"}, []string{"tenant_b"},
		},
		"the usual claims count no more": {"realm.role", "realm.companies", map[string]any{"role": "tenant_admin", "tenants": []string{"tenant_b"}}, nil},
		"a tenant beyond the issuer": {
			"", "companies", map[string]any{"companies": []string{"tenant_b", "tenant_c"}}, []string{"tenant_b"},
		},
		"a name with a dot is a path":   {"realm.role", "", map[string]any{"realm.role": "tenant_admin"}, nil},
		"a role above the issuer":       {"realm.role", "", map[string]any{"realm": map[string]any{"role": "platform_admin"}}, nil},
		"an object where the role is":   {"realm", "", map[string]any{"realm": map[string]any{"role": "tenant_admin"}}, nil},
		"a list on the way":             {"realm.role", "", map[string]any{"realm": []any{map[string]any{"role": "tenant_admin"}}}, nil},
		"tenants that are no texts":     {"", "companies", map[string]any{"companies": []any{7}}, nil},
		"tenants that are in an object": {"", "companies", map[string]any{"companies": map[string]any{"a": "tenant_b"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issuer := p.config()
			issuer.RoleClaim, issuer.TenantsClaim = test.roleClaim, test.tenantsClaim
			v := newVerifier(t.Context(), c, issuer)
			token := p.token(t, test.claims)
			if test.want == nil {
				wantInvalid(t, v, token)
				return
			}
			got, err := v.Verify(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, covered(got)); diff != "" {
				t.Errorf("tenants (-want +got):\n%s", diff)
			}
		})
	}
}

// covered returns which of the tenants that there are the principal may know of.
func covered(p *Principal) []string {
	var ids []string
	for _, id := range []string{"tenant_a", "tenant_b", "tenant_c"} {
		if p.Covers(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func FuzzClaims(f *testing.F) {
	f.Add([]byte(`{"iss":"https://id.example.com","aud":["a"],"exp":1,"realm":{"role":"tenant_viewer"}}`))
	f.Add([]byte(`{"a":1,"a":2}`))
	f.Add([]byte(`[{"a":[`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := readClaims(payload)
		if err != nil {
			return
		}
		if !json.Valid(payload) {
			t.Errorf("read what is no JSON: %q", payload)
		}
		_ = c.text("realm.role")
		_, _ = c.texts("aud")
		_, _ = c.seconds("exp")
	})
}
