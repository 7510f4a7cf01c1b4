package jwks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// cache is a transport that repeats the last good answer while it is too early to ask
// again, or while the issuer does not answer. It serves one address.
type cache struct {
	next http.RoundTripper
	now  func() time.Time

	mu    sync.Mutex // held while asking: one asks, the others wait for the answer
	asked time.Time
	body  []byte // of the last good answer
	got   time.Time
	err   error // of the last question
}

// RoundTrip implements http.RoundTripper.
func (c *cache) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.asked.IsZero() || now.Sub(c.asked) >= Every {
		c.ask(r, now)
	}
	if c.body == nil || now.Sub(c.got) > Stale {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, c.err)
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: r.Proto, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(bytes.NewReader(c.body)), ContentLength: int64(len(c.body)),
	}, nil
}

func (c *cache) ask(r *http.Request, now time.Time) {
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
