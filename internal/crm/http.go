package crm

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"
)

// What a server may ask for with Retry-After. Less is not a wait; more was a wrong unit
// wherever it was met (milliseconds).
const (
	minRetryAfter = time.Second
	maxRetryAfter = 24 * time.Hour
)

// RetryAfter returns when a response asks to be repeated, the zero time if it does not say
// so believably. The header holds seconds or an HTTP date.
func RetryAfter(h http.Header, now time.Time) time.Time {
	value := h.Get("Retry-After")
	var wait time.Duration
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	if wait < minRetryAfter || wait > maxRetryAfter {
		return time.Time{}
	}
	return now.Add(wait)
}

// WatchSent returns a context for one HTTP request and a function that reports whether
// any of that request was written: only then can the server have acted on it.
func WatchSent(ctx context.Context) (watched context.Context, sent func() bool) {
	var wrote atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }}
	return httptrace.WithClientTrace(ctx, trace), wrote.Load
}
