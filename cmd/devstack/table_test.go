package main

import (
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestALeadIsSettledWhenItIsCompletedAndDelivered(t *testing.T) {
	t.Parallel()
	delivery := func(s request.DeliveryState) []request.Delivery {
		return []request.Delivery{{Destination: "hubspot", State: s}}
	}
	tests := []struct {
		name       string
		lead       lead
		done, well bool
	}{
		{"never arrived", lead{}, false, false},
		{"on its way", lead{request: &request.Request{Status: request.Analyzed}}, false, true},
		{"delivered", lead{request: &request.Request{Status: request.Completed}, deliveries: delivery(request.DeliveryDone)}, true, true},
		{"skipped", lead{request: &request.Request{Status: request.Completed}, deliveries: delivery(request.DeliverySkipped)}, true, true},
		{"the CRM is down", lead{request: &request.Request{Status: request.Completed}, deliveries: delivery(request.DeliveryPending)}, false, false},
		{"parked", lead{request: &request.Request{Status: request.Completed}, deliveries: delivery(request.DeliveryParked)}, true, false},
		{"failed", lead{request: &request.Request{Status: request.Failed}}, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if done, well := tt.lead.settled(); done != tt.done || well != tt.well {
				t.Errorf("got done %v, well %v", done, well)
			}
		})
	}
}

func TestTheTableNamesTheCRMRecordAndWhoWasTold(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	printLeads(&out, []lead{{
		sample:  "kitchen",
		request: &request.Request{ID: "req_1", Status: request.Completed, LeadScore: 91, ScoreBand: request.Hot, Caller: request.Caller{Name: "Dana Example"}},
		deliveries: []request.Delivery{{
			Destination: "hubspot", State: request.DeliveryDone, Ledger: []request.LedgerEntry{{Step: "deal", RemoteID: "77"}},
		}, {Destination: "custom", State: request.DeliveryParked}},
		notices: []request.Notice{{Channel: "slack:sales"}, {Channel: "email:sales"}},
	}})
	for _, want := range []string{"req_1", "91 hot", "hubspot deal 77", "custom parked", "slack, email", "Dana Example"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}
