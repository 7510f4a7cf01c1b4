package access

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/pkg/jwks"
)

func TestAnIssuerThatIsDownDoesNotLockItsPeopleOut(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := newProvider(t, c)
	v := newVerifier(t.Context(), c, p.config())
	forever := map[string]any{"exp": c.Now().Add(100 * time.Hour).Unix()}
	token := p.token(t, forever)
	mustVerify(t, v, token)
	p.serve(http.NotFoundHandler())
	c.Advance(jwks.For)
	mustVerify(t, v, token)
	c.Advance(jwks.Stale)
	if _, err := v.Verify(t.Context(), token); !errors.Is(err, ErrUnavailable) {
		t.Errorf("after a day: got %v, want ErrUnavailable", err)
	}
}

func TestATokenWhoseKeysCannotBeFetchedIsNotCalledWrong(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"an error": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"a page":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>log in</html>")) },
		"no keys":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"error":"later"}`)) },
		"far too big": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"keys":[]}` + strings.Repeat(" ", 1<<20)))
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			p := newProvider(t, c)
			token, good := p.token(t, nil), *p.keys.Load()
			p.serve(answer)
			v := newVerifier(t.Context(), c, p.config())
			if _, err := v.Verify(t.Context(), token); !errors.Is(err, ErrUnavailable) {
				t.Errorf("got %v, want ErrUnavailable", err)
			}
			p.serve(good)
			c.Advance(jwks.Every)
			mustVerify(t, v, token)
		})
	}
}
