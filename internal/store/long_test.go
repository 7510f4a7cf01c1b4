package store_test

import (
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// A form's visitor may write a paragraph into the field for the phone number. A refused row
// would be a lost lead: CallRail does not send a delivery again.
func TestADeliveryIsKeptHoweverLongItsTexts(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	in := call("CAL1")
	in.Request.Caller = request.Caller{Name: strings.Repeat("é", 3000), Phone: strings.Repeat("é", 3000)}
	in.Request.Details.Source = strings.Repeat("é", 3000)
	got, err := s.ForTenant(demo).Accept(t.Context(), in)
	if err != nil || got.Outcome != request.Accepted {
		t.Fatalf("Accept = %+v, %v", got, err)
	}
	r, err := s.ForTenant(demo).Request(t.Context(), in.Request.ID)
	must(t, err)
	if want := strings.Repeat("é", 64); r.Caller.Phone != want {
		t.Errorf("phone of %d bytes, want the first 64 letters", len(r.Caller.Phone))
	}
	if r.Details.Source != in.Request.Details.Source {
		t.Error("the source's own words were cut")
	}
}
