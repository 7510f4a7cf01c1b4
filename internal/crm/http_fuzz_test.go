package crm

import (
	"net/http"
	"testing"
	"time"
)

// FuzzRetryAfter: a server decides when to come again only within reason.
func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"30", "0", "-1", "86400", "86401", "9223372036854775807", "1e3", "Fri, 20 Nov 2026 12:00:30 GMT", "Fri, 20 Nov 9999 12:00:30 GMT", " 5"} {
		f.Add(value)
	}
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		at := RetryAfter(http.Header{"Retry-After": {value}}, now)
		if !at.IsZero() && (at.Before(now.Add(minRetryAfter)) || at.After(now.Add(maxRetryAfter))) {
			t.Errorf("%q: come again at %s", value, at)
		}
	})
}
