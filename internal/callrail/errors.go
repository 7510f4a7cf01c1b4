package callrail

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// What can go wrong with the API. Every error of Client wraps one of these or is a
// *RateLimitedError; none holds an address's query, where access keys stand.
var (
	ErrNotFound       = errors.New("not found")                     // also a call that was marked as spam
	ErrNoRecording    = errors.New("no recording")                  // none yet, or none ever: the API does not tell
	ErrUnauthorized   = errors.New("api key refused")               // somebody must enter another key
	ErrRejected       = errors.New("request rejected")              // trying again cannot help
	ErrTransient      = errors.New("temporary failure")             // trying again may help
	ErrForeignCompany = errors.New("call of another company")       // an account's key sees all of its companies
	ErrForeignHost    = errors.New("recording on a host not known") // the tenant can add it to its media hosts
	ErrNotAudio       = errors.New("recording is not audio")
)

// RateLimitedError says when the account may ask again.
type RateLimitedError struct{ RetryAt time.Time }

func (e *RateLimitedError) Error() string {
	return "rate limited until " + e.RetryAt.UTC().Format(time.RFC3339)
}

// statusError classifies a response that is not 2xx.
func (c *Client) statusError(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound:
		return ErrNotFound
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return fmt.Errorf("%w (status %d)", ErrUnauthorized, code)
	case code == http.StatusTooManyRequests:
		return &RateLimitedError{RetryAt: retryAt(resp.Header, c.now())}
	case code == http.StatusRequestTimeout || code >= http.StatusInternalServerError:
		return fmt.Errorf("%w (status %d)", ErrTransient, code)
	default:
		return fmt.Errorf("%w (status %d)", ErrRejected, code)
	}
}

// defaultRetry is how long an account rests after a 429 that does not say: CallRail
// documents hourly limits but no Retry-After.
const (
	defaultRetry = time.Minute
	maxRetry     = time.Hour
)

func retryAt(header http.Header, now time.Time) time.Time {
	wait := defaultRetry
	value := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil {
		wait = time.Duration(min(max(seconds, 1), int(maxRetry.Seconds()))) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = min(max(at.Sub(now), time.Second), maxRetry)
	}
	return now.Add(wait)
}

// transportError classifies a failed exchange. The address is dropped from the error: a
// recording's holds its access key.
func transportError(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return fmt.Errorf("%w: %w", ErrTransient, err)
}
