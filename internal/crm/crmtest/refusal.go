package crmtest

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var faults = []crm.Fault{
	crm.Invalid, crm.AuthExpired, crm.AuthRevoked, crm.RateLimited, crm.QuotaSpent, crm.Transient, crm.Ambiguous, crm.Gone, crm.Closed,
}

// What a tenant is shown of a CRM's words, and how far away a CRM may put the next attempt: to
// the end of the account's day, on the longest of days.
const (
	maxWords = 600 // bytes
	maxAway  = 25 * time.Hour
)

// CheckRefusal checks what must be true of every error that a connector makes of an answer
// other than success, whatever stands in it.
func CheckRefusal(t *testing.T, call crm.Call, a crm.Answer, now time.Time, err error) {
	t.Helper()
	var e *crm.Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *crm.Error: %v", err, err)
	}
	if !slices.Contains(faults, e.Fault) {
		t.Errorf("fault %q is none", e.Fault)
	}
	d := crm.Dispose(err)
	if d.State != request.DeliveryPending && d.State != request.DeliveryParked {
		t.Errorf("the delivery is %s", d.State)
	}
	if len(e.Message) > maxWords || !utf8.ValidString(d.Words) {
		t.Errorf("words that cannot be kept: %q", d.Words)
	}
	if !e.RetryAt.IsZero() && (e.RetryAt.Before(now) || e.RetryAt.After(now.Add(maxAway))) {
		t.Errorf("next attempt at %s, now is %s", e.RetryAt, now)
	}
	if text := err.Error(); strings.Contains(text, "@") || !utf8.ValidString(text) {
		t.Errorf("not for a log: %q", text)
	}
	if a.Status == http.StatusTooManyRequests && (d.State != request.DeliveryPending || d.RetryAt.IsZero()) {
		t.Errorf("throttled, and %+v", d)
	}
	refused := a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden
	if refused && json.Unmarshal(a.Body, &struct{}{}) == nil && e.Fault == crm.Transient {
		t.Errorf("credentials that %q refuses are tried again and again", a.Body)
	}
	if call.Creates && a.Status == http.StatusInternalServerError && e.Fault == crm.Transient {
		t.Error("whether the record was made is not looked up")
	}
}
