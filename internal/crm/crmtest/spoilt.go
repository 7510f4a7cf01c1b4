package crmtest

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// spoilEach delivers a lead once for each of its remote calls, with a fault at that call,
// and checks each time that every record is there exactly once in the end.
func spoilEach(t *testing.T, h Harness, f fault) {
	t.Helper()
	clean := newBed(t, h)
	clean.deliver(t, NewLead("req_clean"))
	for n := 1; n <= clean.wire.calls(); n++ {
		t.Run(fmt.Sprintf("call %d", n), func(t *testing.T) {
			t.Parallel()
			b := newBed(t, h)
			lead := NewLead("req_spoilt")
			b.wire.spoil(n, f)
			b.deliver(t, lead)
			b.wantOne(t, lead)
		})
	}
}

func testAnswerLost(t *testing.T, h Harness)  { spoilEach(t, h, answerLost) }
func testRequestLost(t *testing.T, h Harness) { spoilEach(t, h, requestLost) }
func testCrash(t *testing.T, h Harness)       { spoilEach(t, h, crashed) }

func testServerError(t *testing.T, h Harness) {
	spoilEach(t, h, after(Reply{Status: http.StatusBadGateway, Body: `{"status":"error","message":"internal error"}`}))
}

func testErrorPage(t *testing.T, h Harness) {
	for _, status := range []int{http.StatusOK, http.StatusForbidden, http.StatusNotFound, http.StatusServiceUnavailable} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			page := Reply{
				Status: status, Header: http.Header{"Content-Type": {"text/html"}},
				Body: "<!DOCTYPE html><html><body>Attention required</body></html>",
			}
			if status == http.StatusOK || status >= http.StatusInternalServerError {
				spoilEach(t, h, after(page))
			} else {
				spoilEach(t, h, instead(page))
			}
		})
	}
}

func testSlow(t *testing.T, h Harness) {
	clean := newBed(t, h)
	clean.deliver(t, NewLead("req_clean"))
	for n := 1; n <= clean.wire.calls(); n++ {
		t.Run(fmt.Sprintf("call %d", n), func(t *testing.T) {
			t.Parallel()
			b := newBed(t, h)
			lead := NewLead("req_slow")
			patient := b.client
			b.client = &http.Client{Transport: b.wire, Timeout: 200 * time.Millisecond}
			b.wire.spoil(n, slow)
			b.once(t, b.connect(t), lead)
			b.client = patient
			b.clock.Advance(crm.ContactLease)
			b.deliver(t, lead)
			b.wantOne(t, lead)
		})
	}
}

func testWriteLost(t *testing.T, h Harness) {
	clean := newBed(t, h)
	clean.deliver(t, NewLead("req_clean"))
	for n := 1; n <= clean.memory.Transactions(); n++ {
		t.Run(fmt.Sprintf("transaction %d", n), func(t *testing.T) {
			t.Parallel()
			b := newBed(t, h)
			lead := NewLead("req_lost")
			b.memory.Lose(n)
			if _, err := crm.Deliver(t.Context(), b.connect(t), lead, b.memory.Ledger(lead.Request.ID), b.clock.Now); err == nil {
				t.Fatal("delivered although a ledger write was lost")
			}
			b.deliver(t, lead)
			b.wantOne(t, lead)
		})
	}
}

// refuseEach answers each remote call in turn in the CRM's place and returns how the
// delivery stands after that attempt.
func refuseEach(t *testing.T, h Harness, r Reply, check func(t *testing.T, b *bed, d crm.Disposition)) {
	t.Helper()
	clean := newBed(t, h)
	clean.deliver(t, NewLead("req_clean"))
	for n := 1; n <= clean.wire.calls(); n++ {
		t.Run(fmt.Sprintf("call %d", n), func(t *testing.T) {
			t.Parallel()
			b := newBed(t, h)
			lead := NewLead("req_refused")
			b.wire.spoil(n, instead(r))
			_, d := b.once(t, b.connect(t), lead)
			check(t, b, d)
			b.deliver(t, lead)
			b.wantOne(t, lead)
		})
	}
}

func testThrottled(t *testing.T, h Harness) {
	refuseEach(t, h, h.Replies.Throttled, func(t *testing.T, b *bed, d crm.Disposition) {
		wait := d.RetryAt.Sub(b.clock.Now())
		if d.State != request.DeliveryPending || d.Counts || wait < 25*time.Second || wait > 31*time.Second {
			t.Errorf("disposition = %+v in %v, want pending in 30s, not counted", d, wait)
		}
		b.clock.AdvanceTo(d.RetryAt)
	})
}

func testExpired(t *testing.T, h Harness) {
	if h.Replies.Expired.Status == 0 {
		t.Skip("credentials of this kind do not expire")
	}
	refuseEach(t, h, h.Replies.Expired, func(t *testing.T, b *bed, d crm.Disposition) {
		if d.State == request.DeliveryParked {
			t.Errorf("delivery is parked: %s", d.Words)
		}
		b.clock.Advance(time.Minute)
	})
}

func testRevoked(t *testing.T, h Harness) {
	refuseEach(t, h, h.Replies.Revoked, func(t *testing.T, _ *bed, d crm.Disposition) {
		if d.State != request.DeliveryParked || d.Words == "" {
			t.Errorf("disposition = %+v, want parked with words", d)
		}
	})
}

// testRequired refuses the first record of each step for a field that the connector does
// not send.
func testRequired(t *testing.T, h Harness) {
	for step := range newBed(t, h).crm.Types {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, h)
			lead := NewLead("req_required")
			b.refuse(step, h.Replies.Required)
			_, d := b.once(t, b.connect(t), lead)
			if d.State != request.DeliveryParked || d.Words == "" {
				t.Fatalf("disposition = %+v, want parked with words", d)
			}
			b.wire.spoil(0, nil)
			b.deliver(t, lead)
			b.wantOne(t, lead)
		})
	}
}

func testOptional(t *testing.T, h Harness) {
	b := newBed(t, h)
	steps := b.connect(t).Steps()
	if len(steps) < 2 {
		t.Skip("the connector has no second step")
	}
	lead := NewLead("req_optional")
	b.refuse(steps[1].Name, h.Replies.Optional)
	result, d := b.once(t, b.connect(t), lead)
	if d.State != request.DeliveryDone || len(result.Warnings) == 0 {
		t.Errorf("disposition = %+v with warnings %q, want done with a warning", d, result.Warnings)
	}
	b.wantOne(t, lead)
}
