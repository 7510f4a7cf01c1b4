package notify

import (
	"net/http"
	"testing"
)

// FuzzRetryAfter: Slack decides when to come again only within reason.
func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"30", "0", "-1", "1e3", "", "99999999999", "9223372036854775807"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if wait := retryAfter(&http.Response{Header: http.Header{"Retry-After": {value}}}); wait < 0 || wait > maxRateWait {
			t.Errorf("%q: wait %s", value, wait)
		}
	})
}
