package crm_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestWindowLetsOnlySoManyPassInASpan(t *testing.T) {
	t.Parallel()
	now := noon
	w := crm.NewWindow(3, 10*time.Second, func() time.Time { return now })
	for range 3 {
		if err := w.Wait(t.Context()); err != nil {
			t.Fatalf("wait: %v", err)
		}
		now = now.Add(time.Second)
	}
	err := w.Wait(t.Context())
	var limited *crm.Error
	if !errors.As(err, &limited) || limited.Fault != crm.RateLimited || !limited.RetryAt.Equal(noon.Add(10*time.Second)) {
		t.Fatalf("error = %v, want rate_limited until the first leaves the window", err)
	}
	now = noon.Add(10 * time.Second)
	if err := w.Wait(t.Context()); err != nil {
		t.Errorf("wait after the span: %v", err)
	}
}

func TestWhoIsPatientWaitsForTheirTurn(t *testing.T) {
	t.Parallel()
	w := crm.NewWindow(1, 10*time.Second, func() time.Time { return noon })
	if err := w.Wait(t.Context()); err != nil {
		t.Fatalf("wait: %v", err)
	}
	ctx, cancel := context.WithCancel(crm.Patient(t.Context(), 10*time.Second))
	cancel() // nobody waits that long in a test
	if err := w.Wait(ctx); crm.FaultOf(err) != crm.Transient {
		t.Errorf("error = %v, want to wait for ten seconds", err)
	}
	short, cancel := context.WithTimeout(crm.Patient(t.Context(), time.Hour), 5*time.Second)
	defer cancel()
	if err := w.Wait(short); crm.FaultOf(err) != crm.RateLimited {
		t.Errorf("error = %v, want rate_limited: the step ends before its turn", err)
	}
	if err := w.Wait(ctx); crm.FaultOf(err) != crm.RateLimited || !crm.Dispose(err).RetryAt.Equal(noon.Add(20*time.Second)) {
		t.Errorf("error = %v, want rate_limited: twenty seconds are too long", err)
	}
}

func TestWindowHoldsEverybodyBackWhilePaused(t *testing.T) {
	t.Parallel()
	now := noon
	w := crm.NewWindow(100, time.Second, func() time.Time { return now })
	w.Pause(noon.Add(time.Minute))
	w.Pause(noon.Add(time.Second)) // does not shorten it
	if err := w.Wait(t.Context()); crm.FaultOf(err) != crm.RateLimited || !crm.Dispose(err).RetryAt.Equal(noon.Add(time.Minute)) {
		t.Errorf("error = %v, want rate_limited for a minute", err)
	}
	now = noon.Add(time.Minute)
	if err := w.Wait(t.Context()); err != nil {
		t.Errorf("wait after the pause: %v", err)
	}
}

func TestRetryAfterIsBelievedWithinReason(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Time{
		"":                              {},
		"soon":                          {},
		"0":                             {},
		"-5":                            {},
		"30":                            noon.Add(30 * time.Second),
		"86400":                         noon.Add(24 * time.Hour),
		"120000":                        {}, // milliseconds
		"Fri, 20 Nov 2026 12:01:00 GMT": noon.Add(time.Minute),
		"Fri, 20 Nov 2026 11:00:00 GMT": {},
	} {
		if got := crm.RetryAfter(http.Header{"Retry-After": {value}}, noon); !got.Equal(want) {
			t.Errorf("RetryAfter(%q) = %v, want %v", value, got, want)
		}
	}
}

func TestDispose(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err    error
		state  request.DeliveryState
		at     time.Time
		counts bool
		words  string
	}{
		"done":        {nil, request.DeliveryDone, time.Time{}, false, ""},
		"refused":     {&crm.Error{Fault: crm.Invalid, Fields: []string{"region"}, Message: "Region is required."}, request.DeliveryParked, time.Time{}, false, "because of region. It says: Region is required."},
		"revoked":     {&crm.Error{Fault: crm.AuthRevoked, RetryAt: noon}, request.DeliveryParked, time.Time{}, false, "Connect the integration again"},
		"expired":     {&crm.Error{Fault: crm.AuthExpired}, request.DeliveryPending, time.Time{}, true, "expired"},
		"throttled":   {&crm.Error{Fault: crm.RateLimited, RetryAt: noon}, request.DeliveryPending, noon, false, "slow down"},
		"quota":       {&crm.Error{Fault: crm.QuotaSpent, RetryAt: noon}, request.DeliveryPending, noon, false, "quota"},
		"no hint":     {&crm.Error{Fault: crm.RateLimited}, request.DeliveryPending, time.Time{}, true, "slow down"},
		"ambiguous":   {&crm.Error{Fault: crm.Ambiguous, RetryAt: noon}, request.DeliveryPending, noon, true, "looked up"},
		"unavailable": {&crm.Error{Fault: crm.Transient, RetryAt: noon}, request.DeliveryPending, noon, true, "could not be reached"},
		"gone":        {&crm.Error{Fault: crm.Gone}, request.DeliveryPending, time.Time{}, true, "deleted"},
		"our own":     {errors.New("spanner: secret detail"), request.DeliveryPending, time.Time{}, true, "interrupted"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := crm.Dispose(test.err)
			if d.State != test.state || !d.RetryAt.Equal(test.at) || d.Counts != test.counts || !strings.Contains(d.Words, test.words) {
				t.Errorf("disposition = %+v, want %+v", d, test)
			}
		})
	}
}

func TestErrorKeepsTheVendorsWordsOutOfLogs(t *testing.T) {
	t.Parallel()
	err := &crm.Error{Fault: crm.Invalid, Op: "create contact", Status: 400, Code: "INVALID_EMAIL", Fields: []string{"email"}, Message: "dana@example is not valid"}
	if got, want := err.Error(), "create contact: invalid (status 400) INVALID_EMAIL email"; got != want {
		t.Errorf("error = %q, want %q", got, want)
	}
}

func TestAPauseIsLongerThanWhatTheWindowRemembers(t *testing.T) {
	t.Parallel()
	now := noon
	w := crm.NewWindow(1, 10*time.Second, func() time.Time { return now })
	if err := w.Wait(t.Context()); err != nil {
		t.Fatalf("wait: %v", err)
	}
	now = noon.Add(20 * time.Second)
	w.Pause(noon.Add(time.Minute))
	if err := w.Wait(t.Context()); !crm.Dispose(err).RetryAt.Equal(noon.Add(time.Minute)) {
		t.Errorf("got %v, want to wait until the account lets requests pass", err)
	}
}
