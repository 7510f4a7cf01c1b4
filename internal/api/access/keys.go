package access

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	keysEvery   = 10 * time.Second // tokens with invented keys cause no more fetches than this
	keysFor     = time.Hour        // a key that its issuer withdrew is accepted no longer
	keysStale   = 24 * time.Hour   // unless the issuer cannot be reached: then no longer than this
	keysTimeout = 5 * time.Second
	maxKeys     = 1 << 20 // bytes
)

// errKeys says that an issuer's keys are not to be had: the token may well be good.
var errKeys = errors.New("the issuer's keys cannot be fetched")

// keySet is the public keys of one issuer. go-oidc fetches them again for every token that
// does not verify and never forgets one; keySet bounds both.
type keySet struct {
	fresh func() *oidc.RemoteKeySet
	now   func() time.Time

	mu      sync.Mutex
	current *oidc.RemoteKeySet
	made    time.Time
}

func newKeySet(ctx context.Context, url string, now func() time.Time) *keySet {
	cache := &keyCache{next: http.DefaultTransport, now: now}
	ctx = oidc.ClientContext(ctx, &http.Client{Transport: cache, Timeout: keysTimeout})
	return &keySet{fresh: func() *oidc.RemoteKeySet { return oidc.NewRemoteKeySet(ctx, url) }, now: now}
}

// VerifySignature implements oidc.KeySet.
func (k *keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	return k.keys().VerifySignature(ctx, token)
}

func (k *keySet) keys() *oidc.RemoteKeySet {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.now(); k.current == nil || now.Sub(k.made) >= keysFor {
		k.current, k.made = k.fresh(), now
	}
	return k.current
}

// keyCache is a transport that repeats the last good answer while it is too early to ask
// again, or while the issuer does not answer. It serves one address.
type keyCache struct {
	next http.RoundTripper
	now  func() time.Time

	mu    sync.Mutex // held while asking: one asks, the others wait for the answer
	asked time.Time
	body  []byte // of the last good answer
	got   time.Time
	err   error // of the last question
}

// RoundTrip implements http.RoundTripper.
func (c *keyCache) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.asked.IsZero() || now.Sub(c.asked) >= keysEvery {
		c.ask(r, now)
	}
	if c.body == nil || now.Sub(c.got) > keysStale {
		return nil, fmt.Errorf("%w: %w", errKeys, c.err)
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: r.Proto, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(bytes.NewReader(c.body)), ContentLength: int64(len(c.body)),
	}, nil
}

func (c *keyCache) ask(r *http.Request, now time.Time) {
	c.asked = now
	body, err := fetch(c.next, r)
	if c.err = err; err == nil {
		c.body, c.got = body, now
	}
}

// fetch returns the body of a key set. It follows no redirect: the keys are where the
// configuration says.
func fetch(via http.RoundTripper, r *http.Request) ([]byte, error) {
	resp, err := via.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxKeys+1))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch keys: status %d", resp.StatusCode)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if len(body) > maxKeys || json.Unmarshal(body, &set) != nil || set.Keys == nil {
		return nil, errors.New("fetch keys: the answer is not a key set")
	}
	return body, nil
}
