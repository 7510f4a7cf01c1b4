package webhook

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// A company's number stands on every page that shows its telephone numbers. Whoever registers it
// for a source of theirs must not get its calls, and must not keep them from their owner.
func TestWhoeverRegistersACompanysNumberKeepsNothingFromItsOwner(t *testing.T) {
	t.Parallel()
	const (
		both   = `{"call_id":"CAL1","company_resource_id":"COM4001","company_id":4001}`
		number = `{"call_id":"CAL1","company_id":4001}`
	)
	taken := answer{Status: http.StatusOK, Outcome: "accepted", RequestID: request.ID("tenant_owner", "call", "CAL1")}
	for name, tt := range map[string]struct {
		target, body, key string
		want              answer
	}{
		"by its owner's own address":         {endpoint + "/tenant_owner/post_call", both, ownerKey, taken},
		"without an address of anybody":      {endpoint, both, ownerKey, taken},
		"signed by the other":                {endpoint, both, squatterKey, unauthorized},
		"by the other's address":             {endpoint + "/tenant_squatter/post_call", both, ownerKey, unauthorized},
		"the number alone, at the owner's":   {endpoint + "/tenant_owner/post_call", number, ownerKey, forbidden},
		"another company of somebody else's": {endpoint + "/tenant_owner/post_call", `{"call_id":"CAL1","company_resource_id":"COM2"}`, ownerKey, forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			if diff := cmp.Diff(tt.want, f.send(t, signedRequest(t, tt.target, tt.body, tt.key))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
