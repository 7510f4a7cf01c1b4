package crm_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestPersonOf(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		request request.Request
		said    request.Person
		want    crm.Person
	}{
		"what was said names the caller, the line identifies them": {
			request: request.Request{Kind: request.Call, Caller: request.Caller{Name: "WIRELESS CALLER", Phone: "(303) 555-0142"}},
			said:    request.Person{Name: "Dana Example", Phone: "+13035550199", Email: "Dana@Example.com"},
			want:    crm.Person{Name: "Dana Example", Phone: "+13035550142", Email: "dana@example.com"},
		},
		"caller-ID text is no name": {
			request: request.Request{Kind: request.Call, Caller: request.Caller{Phone: "+13035550142"}, Details: request.Details{CallerIDName: "DENVER CO"}},
			want:    crm.Person{Phone: "+13035550142"},
		},
		"a number that was said identifies a withheld caller": {
			request: request.Request{Kind: request.Call, Caller: request.Caller{Phone: "RESTRICTED"}},
			said:    request.Person{Phone: "303 555 0142"},
			want:    crm.Person{Phone: "+13035550142"},
		},
		"the sentinel of a withheld number is nobody": {
			request: request.Request{Kind: request.Call, Caller: request.Caller{Phone: "+17378742883"}},
		},
		"the company's own number is not the caller's": {
			request: request.Request{
				Kind: request.Call, Caller: request.Caller{Phone: "+13035550100"},
				Details: request.Details{TrackingPhone: "303-555-0100"},
			},
		},
		"nor is the one that was transferred to": {
			request: request.Request{
				Kind: request.Call, Caller: request.Caller{Phone: "+13035550101"},
				Details: request.Details{TrackingPhone: "303-555-0100", BusinessPhone: "303-555-0101"},
			},
			said: request.Person{Phone: "303-555-0142"},
			want: crm.Person{Phone: "+13035550142"},
		},
		"nor is the tracking number beside another business number": {
			request: request.Request{
				Kind: request.Call, Caller: request.Caller{Phone: "+13035550100"},
				Details: request.Details{TrackingPhone: "303-555-0100", BusinessPhone: "303-555-0101"},
			},
		},
		"a form's sender knows their own name best": {
			request: request.Request{Kind: request.Form, Caller: request.Caller{Name: "DANA EXAMPLE", Email: "dana@example.com"}},
			said:    request.Person{Name: "Diana Sample"},
			want:    crm.Person{Name: "Dana Example", Email: "dana@example.com"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := crm.PersonOf(&test.request, &request.Analysis{Customer: test.said}, "US")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("person (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPersonOfWithoutAnAnalysis(t *testing.T) {
	t.Parallel()
	r := &request.Request{Kind: request.Call, Caller: request.Caller{Phone: "+13035550142"}}
	if diff := cmp.Diff(crm.Person{Phone: "+13035550142"}, crm.PersonOf(r, nil, "US")); diff != "" {
		t.Errorf("person (-want +got):\n%s", diff)
	}
}
