package crm_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// curious is a destination that keeps the analysis that it was given.
type curious struct {
	fragile
	got *request.Analysis
}

func (c *curious) Steps() []crm.Step {
	steps := c.fragile.Steps()
	do := steps[0].Do
	steps[0].Do = func(ctx context.Context, s crm.State) (crm.Record, error) {
		c.got = s.Lead.Analysis
		return do(ctx, s)
	}
	return steps
}

func TestADestinationGetsTheAnalysisOrAnEmptyOne(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*crm.Lead){
		"analysed":     func(*crm.Lead) {},
		"not analysed": func(l *crm.Lead) { l.Analysis = nil },
	} {
		lead := crmtest.NewLead("req_1")
		change(&lead)
		c := &curious{}
		if _, err := crm.Deliver(t.Context(), c, lead, crmtest.NewMemory(time.Now).Ledger("req_1"), time.Now); err != nil {
			t.Fatal(err)
		}
		want := ""
		if lead.Analysis != nil {
			want = lead.Analysis.Summary
		}
		if c.got == nil || c.got.Summary != want {
			t.Errorf("%s: got %+v", name, c.got)
		}
	}
}

func TestARefusalNamesItsFieldsAndTheCRMsWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  crm.Error
		want string
	}{
		{crm.Error{Fault: crm.Invalid}, "The CRM refused the record."},
		{crm.Error{Fault: crm.Invalid, Fields: []string{"email", "phone"}}, "The CRM refused the record because of email, phone."},
		{crm.Error{Fault: crm.Invalid, Message: "No."}, "The CRM refused the record. It says: No."},
	} {
		if got := crm.Dispose(&tt.err).Words; got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestWordsAreCutWhereTheyAreTooLong(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		strings.Repeat("x", 500):              strings.Repeat("x", 500),
		strings.Repeat("x", 501):              strings.Repeat("x", 500) + "…",
		"a\xffb":                              "ab",
		strings.Repeat("x", 499) + "ü" + "yz": strings.Repeat("x", 499) + "…",
	} {
		if got := crm.CutWords(words); got != want {
			t.Errorf("%q became %q", words, got)
		}
	}
}

func TestARetryAfterAtTheEdgeIsBelieved(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{"0": 0, "1": time.Second, "86400": 24 * time.Hour, "86401": 0} {
		got := crm.RetryAfter(http.Header{"Retry-After": {value}}, now)
		if want == 0 != got.IsZero() || want > 0 && got.Sub(now) != want {
			t.Errorf("%s seconds: until %s", value, got)
		}
	}
}
