package jwks

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// What a key set keeps and for how long.
const (
	Every = 10 * time.Second // tokens with invented keys cause no more fetches than this
	For   = time.Hour        // a key that its issuer withdrew is accepted no longer
	Stale = 24 * time.Hour   // unless the issuer cannot be reached: then no longer than this

	timeout = 5 * time.Second
	maxKeys = 1 << 20 // bytes
)

// ErrUnavailable says that an issuer's keys are not to be had: the token may well be good.
var ErrUnavailable = errors.New("the issuer's keys cannot be fetched")

// Set is the public keys of one issuer. go-oidc fetches them again for every token that
// does not verify and never forgets one; Set bounds both. It is safe for concurrent use.
type Set struct {
	fresh func() *oidc.RemoteKeySet
	now   func() time.Time

	mu      sync.Mutex
	current *oidc.RemoteKeySet
	made    time.Time
}

// New returns the keys at an address. They are fetched when the first token comes, with the
// values of ctx but beyond its end.
func New(ctx context.Context, url string, now func() time.Time) *Set {
	cached := &cache{next: http.DefaultTransport, now: now}
	ctx = oidc.ClientContext(ctx, &http.Client{Transport: cached, Timeout: timeout})
	return &Set{fresh: func() *oidc.RemoteKeySet { return oidc.NewRemoteKeySet(ctx, url) }, now: now}
}

// VerifySignature implements oidc.KeySet: it returns the payload of a token that one of the
// keys has signed. It fails with ErrUnavailable if the keys could not be had.
func (s *Set) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	return s.keys().VerifySignature(ctx, token)
}

func (s *Set) keys() *oidc.RemoteKeySet {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); s.current == nil || now.Sub(s.made) >= For {
		s.current, s.made = s.fresh(), now
	}
	return s.current
}
