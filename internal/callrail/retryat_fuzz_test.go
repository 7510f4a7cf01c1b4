package callrail

import (
	"net/http"
	"testing"
	"time"
)

// FuzzRetryAt: CallRail decides when to come again only within reason.
func FuzzRetryAt(f *testing.F) {
	for _, value := range []string{"30", "0", "-1", "99999999999", "9223372036854775807", "", "Fri, 20 Nov 2026 12:00:30 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"} {
		f.Add(value)
	}
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		at := retryAt(http.Header{"Retry-After": {value}}, now)
		if at.Before(now.Add(time.Second)) || at.After(now.Add(maxRetry)) {
			t.Errorf("%q: come again at %s", value, at)
		}
	})
}
