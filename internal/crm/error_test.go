package crm

import (
	"strings"
	"testing"
)

func TestAnErrorsTextHoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	err := &Error{
		Fault: Invalid, Op: "create contact", Status: 400, Code: "INVALID_EMAIL",
		Message: "jane@example.com is no address",
		Fields:  []string{"properties.amount", "jane@example.com", "+13035550142", "3035550142", "the words of a caller", "Account[0].Name__c"},
	}
	const want = "create contact: invalid (status 400) INVALID_EMAIL properties.amount, Account[0].Name__c"
	if got := err.Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	err = &Error{Fault: AuthRevoked, Op: "renew token", Code: "no grant for jane@example.com"}
	if got, want := err.Error(), "renew token: auth_revoked"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	err = &Error{Fault: Invalid, Op: "x", Code: strings.Repeat("A", 1000)}
	if got, want := err.Error(), "x: invalid"; got != want {
		t.Errorf("a code that is a page: %q", got)
	}
}
