package access

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

// FuzzVerify: of all tokens only the one that was signed is accepted, whatever is changed in it.
func FuzzVerify(f *testing.F) {
	c := newClock()
	p := newProvider(f, c)
	v := newVerifier(f.Context(), c, p.config())
	good := p.token(f, nil)
	header, rest, _ := strings.Cut(good, ".")
	payload, _, _ := strings.Cut(rest, ".")
	encode := base64.RawURLEncoding.EncodeToString
	f.Add(0, 0, []byte(header))
	f.Add(len(header)+1, len(payload), []byte(encode([]byte(p.payload(f, map[string]any{"role": "tenant_admin"})))))
	f.Add(0, len(header), []byte(encode([]byte(`{"alg":"none"}`))))
	f.Add(0, len(header), []byte(encode([]byte(`{"alg":"HS256","typ":"JWT"}`))))
	f.Add(len(good)-1, 1, []byte("A"))
	f.Add(len(good), 0, []byte("."))
	f.Add(len(good)-9, 0, []byte(" "))
	f.Add(0, len(good), []byte(`{"payload":"e30","signatures":[]}`))
	f.Fuzz(func(t *testing.T, from, length int, by []byte) {
		from = clamp(from, len(good))
		length = clamp(length, len(good)-from)
		token := good[:from] + string(by) + good[from+length:]
		got, err := v.Verify(t.Context(), token)
		switch {
		case err == nil && !same(token, good):
			t.Errorf("%q is accepted for %+v", token, got)
		case err == nil && (got.Role != TenantViewer || !got.Covers("tenant_a") || got.Covers("tenant_b")):
			t.Errorf("the token speaks for %+v", got)
		case err != nil && token == good:
			t.Errorf("the good token: %v", err)
		case err != nil && !errors.Is(err, ErrInvalid):
			t.Errorf("%q: %v is no refusal", token, err)
		case err != nil && strings.Contains(err.Error(), payload):
			t.Errorf("the refusal quotes the token: %v", err)
		}
	})
}

func clamp(n, high int) int { return min(max(n, 0), high) }

// same reports whether two tokens say the same: base64 has several ways to write the last letter.
func same(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	if len(as) != len(bs) || as[0] != bs[0] || as[1] != bs[1] {
		return false // header and payload are signed as they are written
	}
	x, err := base64.RawURLEncoding.DecodeString(as[2])
	y, _ := base64.RawURLEncoding.DecodeString(bs[2])
	return err == nil && string(x) == string(y)
}
