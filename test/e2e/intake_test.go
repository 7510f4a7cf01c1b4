package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	requestid "github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/cutoff"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/emulator"
)

// senderWaits is how long CallRail waits for an answer. On a busy machine a delivery may take more than the
// two seconds that it should, and still is not lost.
const senderWaits = 10 * time.Second

// publishWithin leaves a busy machine more time than a service gives Pub/Sub, within what the
// sender waits.
const publishWithin = "WEBHOOK_PUBLISH_TIMEOUT=5s"

// sent is a lead that was delivered while Spanner was away.
type sent struct {
	tenant    int
	phone     string
	requestID string // that it was acknowledged with last
	form      bool
	before    string // of a form: another id, if a stretch of ten minutes ended meanwhile
	deliver   func(context.Context) (int, reply, error)
}

// Spanner is cut off for some seconds under load. Every delivery is acknowledged in time, also
// the repeated ones and the modifications before their calls, and by an instance that was
// started meanwhile and knows no tenant. When Spanner is back, each has become one lead.
func TestNothingIsLostWhileSpannerIsAway(t *testing.T) {
	t.Parallel()
	host, stop, err := emulator.Spanner(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	proxy, err := cutoff.New(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	s := start(t, []string{"SPANNER_EMULATOR_HOST=" + proxy.Addr()}, "-separate", "-no-samples")
	var leads []sent
	for i := range 2 {
		leads = append(leads, s.newCall(t, i, 140+i), s.newModifiedCall(t, i, 142+i), s.newForm(t, i, 144+i))
	}
	orphan := s.newCall(t, 0, 146)
	orphan.requestID = requestid.ID(s.Tenants[0].TenantID, requestid.NamespaceCall, "CAL00000000000000000000000000000146")

	proxy.Cut()
	slowest := s.load(t, leads, 5*time.Second)
	t.Logf("slowest answer while Spanner is away: %v", slowest)
	if slowest > senderWaits {
		t.Errorf("a delivery was answered after %v, want at most %v", slowest, senderWaits)
	}
	s.kill(t, "webhook")
	eventually(t, "an instance without tenants keeps a delivery", func() error {
		status, answer, err := orphan.deliver(t.Context())
		if err == nil && (status != http.StatusOK || answer.Status != "accepted" || answer.RequestID != "") {
			err = fmt.Errorf("status %d, %+v", status, answer)
		}
		return err
	})
	proxy.Restore()

	for _, lead := range append(leads, orphan) {
		if lead.form {
			s.oneDeal(t, lead)
		} else {
			s.exactlyOnce(t, lead.tenant, lead.phone, lead.requestID)
		}
	}
}

// load delivers every lead again and again for a while, as several senders at once would, and
// returns how long the slowest answer took.
func (s *stack) load(t *testing.T, leads []sent, duration time.Duration) time.Duration {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var slowest time.Duration
	end := time.Now().Add(duration)
	for i := range leads {
		wg.Go(func() {
			for time.Now().Before(end) {
				start := time.Now()
				status, answer, err := leads[i].deliver(t.Context())
				took := time.Since(start)
				if err != nil || status != http.StatusOK || answer.Status != "accepted" || answer.RequestID == "" {
					t.Errorf("lead %d: status %d, %+v, %v", i, status, answer, err)
					return
				}
				if before := leads[i].requestID; before != answer.RequestID {
					leads[i].requestID, leads[i].before = answer.RequestID, before
					if before != "" && !leads[i].form {
						t.Errorf("lead %d is request %s and %s", i, before, answer.RequestID)
					}
				}
				mu.Lock()
				slowest = max(slowest, took)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return slowest
}

// newCall makes CallRail know a call, which is delivered as it ended.
func (s *stack) newCall(t *testing.T, tenant, n int) sent {
	t.Helper()
	phone := fmt.Sprintf("+13035550%d", n)
	c := call(s, tenant, fmt.Sprintf("CAL00000000000000000000000000000%d", n), phone, "EXAMPLE ROBIN")
	s.addCall(t, c, sampleAudio(t, "kitchen-hot", n), conversation("kitchen", "Robin Example"))
	return sent{tenant: tenant, phone: phone, deliver: func(ctx context.Context) (int, reply, error) { return s.deliver(ctx, tenant, c) }}
}

// newModifiedCall is a call of which a modification comes first.
func (s *stack) newModifiedCall(t *testing.T, tenant, n int) sent {
	t.Helper()
	phone, id := fmt.Sprintf("+13035550%d", n), fmt.Sprintf("CAL00000000000000000000000000000%d", n)
	c, modified := call(s, tenant, id, phone, "EXAMPLE DANA"), call(s, tenant, id, phone, "EXAMPLE DANA")
	modified["changes"], modified["note"] = []string{"note"}, "Asked for a call back"
	s.addCall(t, c, sampleAudio(t, "kitchen-hot", n), conversation("bathroom", "Dana Example"))
	first := true
	return sent{tenant: tenant, phone: phone, deliver: func(ctx context.Context) (int, reply, error) {
		if first {
			first = false
			return s.deliverAs(ctx, tenant, "call_modified", modified)
		}
		return s.deliver(ctx, tenant, c)
	}}
}

// newForm is a form that a visitor sends from the tenant's page, without an id.
func (s *stack) newForm(t *testing.T, tenant, n int) sent {
	t.Helper()
	phone, id := fmt.Sprintf("+13035550%d", n), s.Tenants[tenant].TenantID
	body := encode(t, map[string]string{"name": "Sky Example", "phone": phone, "message": "I would like a quote for a new kitchen."})
	address := s.WebhookURL + "/v1/forms/" + id + "?key=form-" + strings.TrimPrefix(id, "tenant_")
	return sent{tenant: tenant, phone: phone, form: true, deliver: func(ctx context.Context) (int, reply, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			return 0, reply{}, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Origin", "http://localhost")
		return post(req)
	}}
}

// oneDeal waits until a form's lead is there, and then that it is not there twice.
func (s *stack) oneDeal(t *testing.T, lead sent) {
	t.Helper()
	check := func() error {
		hubspot := s.inspect(t, "hubspot", lead.tenant)
		contacts, deals := count(t, hubspot, "contacts", lead.phone[2:]), count(t, hubspot, "deals", lead.requestID)
		if lead.before != "" {
			deals += count(t, hubspot, "deals", lead.before)
		}
		if contacts != 1 || deals != 1 {
			return fmt.Errorf("%d contacts, %d deals, want 1 of each", contacts, deals)
		}
		return nil
	}
	eventually(t, "form "+lead.requestID+" is a deal", check)
	time.Sleep(time.Second) // what is doubled comes a little later
	if err := check(); err != nil {
		t.Error(err)
	}
}
