package jwks

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// issuer publishes one key and counts how often it is asked.
type issuer struct {
	url string

	mu      sync.Mutex
	now     time.Time
	kid     string
	key     *rsa.PrivateKey
	down    bool
	fetches int
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{now: time.Unix(1_800_000_000, 0)}
	i.rotate(t, "one")
	server := httptest.NewServer(i)
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

func (i *issuer) rotate(t *testing.T, kid string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.kid, i.key = kid, key
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fetches++
	if i.down {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": i.kid, "e": "AQAB", "n": base64.RawURLEncoding.EncodeToString(i.key.N.Bytes()),
	}}})
}

func (i *issuer) setDown(down bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down = down
}

func (i *issuer) Now() time.Time {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.now
}

func (i *issuer) advance(d time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.now = i.now.Add(d)
}

func (i *issuer) asked() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetches
}

// token returns a token of the issuer's current key, under an id.
func (i *issuer) token(t *testing.T, kid string) string {
	t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"sub": kid})
	token.Header["kid"] = kid
	signed, err := token.SignedString(i.key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func mustVerify(t *testing.T, s *Set, token string) {
	t.Helper()
	payload, err := s.VerifySignature(t.Context(), token)
	if err != nil || !strings.Contains(string(payload), `"sub"`) {
		t.Fatalf("got %q, %v", payload, err)
	}
}

func mustRefuse(t *testing.T, s *Set, token string) {
	t.Helper()
	if _, err := s.VerifySignature(t.Context(), token); err == nil || errors.Is(err, ErrUnavailable) {
		t.Fatalf("got %v, want the token refused", err)
	}
}

func TestANewKeyIsAcceptedAtOnceAndAWithdrawnOneForgotten(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := New(t.Context(), i.url, i.Now)
	old := i.token(t, "one")
	mustVerify(t, s, old)
	i.rotate(t, "two")
	i.advance(Every)
	mustVerify(t, s, i.token(t, "two"))

	last := i.token(t, "two")
	i.rotate(t, "three") // of which nobody shows a token
	i.advance(For - Every - time.Second)
	mustVerify(t, s, last)
	i.advance(time.Second)
	mustRefuse(t, s, last)
}

func TestInventedKeysCauseFewFetches(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := New(t.Context(), i.url, i.Now)
	good, invented := i.token(t, "one"), i.token(t, "invented")
	mustVerify(t, s, good)
	for range 50 {
		mustRefuse(t, s, invented)
	}
	if i.asked() != 1 {
		t.Errorf("fetches in one moment: got %d, want 1", i.asked())
	}
	i.advance(Every)
	mustRefuse(t, s, invented)
	mustVerify(t, s, good)
	if i.asked() != 2 {
		t.Errorf("fetches after a while: got %d, want 2", i.asked())
	}
}

func TestAnIssuerThatIsDownLocksNobodyOutForADay(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := New(t.Context(), i.url, i.Now)
	token := i.token(t, "one")
	i.setDown(true)
	if _, err := s.VerifySignature(t.Context(), token); !errors.Is(err, ErrUnavailable) {
		t.Fatalf("without any keys: got %v, want ErrUnavailable", err)
	}
	i.setDown(false)
	i.advance(Every)
	mustVerify(t, s, token)
	i.setDown(true)
	i.advance(Stale)
	mustVerify(t, s, token)
	i.advance(For)
	if _, err := s.VerifySignature(t.Context(), token); !errors.Is(err, ErrUnavailable) {
		t.Errorf("after a day: got %v, want ErrUnavailable", err)
	}
}
