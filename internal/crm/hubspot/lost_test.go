package hubspot_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
)

// unanswered lets the first upsert of a deal through, and replaces its answer.
type unanswered struct {
	answer func(*http.Response) (*http.Response, error)
	lost   bool
}

func (u *unanswered) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || u.lost || !strings.HasSuffix(req.URL.Path, "/deals/batch/upsert") {
		return resp, err
	}
	u.lost = true
	return u.answer(resp)
}

// Between the attempts the sales team works on the deal, which it sees at once.
func TestADealWhoseAnswerIsLostIsNotResetByTheNextAttempt(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*http.Response) (*http.Response, error){
		"the connection is cut": func(resp *http.Response) (*http.Response, error) {
			return nil, errors.Join(errors.New("connection cut"), resp.Body.Close())
		},
		"a bad gateway": func(resp *http.Response) (*http.Response, error) {
			_ = resp.Body.Close() // nobody reads it
			resp.StatusCode, resp.Body = http.StatusBadGateway, io.NopCloser(strings.NewReader(`{"status":"error"}`))
			return resp, nil
		},
		"an answer without the deal": func(resp *http.Response) (*http.Response, error) {
			_ = resp.Body.Close() // nobody reads it
			resp.Body = io.NopCloser(strings.NewReader(`{"status":"COMPLETE","results":[]}`))
			return resp, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPortal(t)
			p.client = &http.Client{Transport: &unanswered{answer: answer}}
			lead := crmtest.NewLead("req_1")
			_, err := p.try(t, lead)
			if crm.FaultOf(err) != crm.Ambiguous {
				t.Errorf("error = %v, want ambiguous", err)
			}
			want := map[string]string{"dealname": "Example kitchen", "dealstage": "contractsent", "amount": "31000"}
			send(t, http.MethodPatch, p.url+"/crm/objects/2026-09/deals/"+p.all("deals")[0].ID,
				`{"properties":{"dealname":"Example kitchen","dealstage":"contractsent","amount":"31000"}}`)
			p.clock.Advance(10 * time.Second)
			p.deliver(t, lead)
			if deals := p.all("deals"); len(deals) != 1 {
				t.Fatalf("%d deals, want 1", len(deals))
			}
			if diff := cmp.Diff(want, fields(p.all("deals")[0], keys(want)...)); diff != "" {
				t.Errorf("deal (-want +got):\n%s", diff)
			}
		})
	}
}
