package api_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// A row may name any secret: an operator's statement or an old import may have written it.
func TestANeighboursSecretIsNotUsedWhateverARowSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	neighbour, a := w.admin(t, other), w.admin(t, demo)
	neighbour.send(t, http.MethodPut, "/secrets/crm", `{"value":"`+hubSpotToken+`"}`, http.StatusOK)
	neighbour.send(t, http.MethodPut, "/secrets/callrail", `{"value":"`+callRailKey+`"}`, http.StatusOK)
	neighbour.send(t, http.MethodPut, "/secrets/signing", `{"value":"`+signingKey+`"}`, http.StatusOK)
	a.send(t, http.MethodPut, "/integrations/h", a.hubSpot(""), http.StatusOK)
	must(t, w.store.ForTenant(demo).UpdateTenant(t.Context(), store.TenantChange{Actor: "operator"}, func(mine *tenant.Tenant) error {
		mine.Integration("h").Secret = tenant.SecretName(other, "crm")
		mine.Sources = append(mine.Sources, tenant.Source{
			ID: "c", Kind: tenant.SourceCallRail, Status: tenant.Active, CompanyID: "12345", CompanyResourceID: "COM1", AccountID: "ACC1",
			APIKeySecret: tenant.SecretName(other, "callrail"), SigningSecrets: []string{tenant.SecretName(other, "signing")},
		})
		return nil
	}))
	tested := decode[api.TestResult](t, a.send(t, http.MethodPost, "/integrations/h/test", "", http.StatusOK))
	if tested.Ok || tested.Message != "There are no credentials." {
		t.Errorf("test: got %+v", tested)
	}
	a.send(t, http.MethodGet, "/integrations/h/fields", "", http.StatusUnprocessableEntity)
	a.send(t, http.MethodPost, "/sources/c/connect", "", http.StatusUnprocessableEntity)
	added := decode[api.SigningKey](t, a.send(t, http.MethodPost, "/sources/c/signing-keys", `{"value":"`+signingKey+`"}`, http.StatusCreated))
	if !strings.HasPrefix(added.KeyID, "signing_") {
		t.Errorf("signing key: got %+v, want a secret of the tenant's own", added)
	}
}

// The store keeps times of the years 1 to 9999 in UTC. Others are the caller's mistake, not ours.
func TestTimesThatCannotBeKeptAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a, platform := w.admin(t, demo), w.operator(t)
	page := func(list, at string) string {
		return "?page_token=" + base64.RawURLEncoding.EncodeToString([]byte(list+" "+at+" x"))
	}
	for _, path := range []string{
		"/jobs" + page("jobs", "0001-01-01T00:00:01+14:00"), "/jobs" + page("jobs", "9999-12-31T23:59:59-14:00"),
		"/requests?received_after=0000-01-01T00:00:00Z", "/requests?received_after=" + url.QueryEscape("0001-01-01T00:00:00+14:00"),
		"/requests?received_before=9999-12-31T23:59:59-14:00",
		"/stats?from=0000-01-01&to=0000-01-02", "/costs?from=9999-12-31&to=9999-12-31",
		"/sources/api/deliveries?from=0000-01-01&to=0000-01-02",
	} {
		a.send(t, http.MethodGet, path, "", http.StatusBadRequest)
	}
	platform.ask(t, http.MethodGet, "/v1/stats?from=9999-12-31&to=9999-12-31", "", http.StatusBadRequest)
	pause := `{"reason":"x","until":"9999-12-31T23:59:59-14:00"}`
	a.send(t, http.MethodPut, "/pauses/all", pause, http.StatusUnprocessableEntity)
	platform.ask(t, http.MethodPut, "/v1/pauses/all", pause, http.StatusUnprocessableEntity)
}

func TestAnIdempotencyKeyIsPrintable(t *testing.T) {
	t.Parallel()
	a := newWorld(t, nil).admin(t, demo)
	for _, key := range []string{"order\xff", "order\t1"} {
		a.send(t, http.MethodPost, "/requests", `{"kind":"text","text":"Hello"}`, http.StatusBadRequest, "Idempotency-Key", key)
	}
	a.send(t, http.MethodPost, "/requests", `{"kind":"text","text":"Hello"}`, http.StatusCreated, "Idempotency-Key", "Order 1/2026")
}

// A weak key would make every delivery of the source forgeable, wherever it is entered.
func TestASigningKeyIsAsLongWhereverItIsEntered(t *testing.T) {
	t.Parallel()
	a := newWorld(t, nil).admin(t, demo)
	put := func(key string, want int) reply {
		t.Helper()
		return a.send(t, http.MethodPut, "/sources/web", `{"kind":"form","signing_key":"`+key+`"}`, want)
	}
	put("short", http.StatusBadRequest)
	first := decode[api.Source](t, put(signingKey+`\n`, http.StatusOK)) // as read from a file
	if again := decode[api.Source](t, put(signingKey, http.StatusOK)); len(first.SigningKeys) != 1 || len(again.SigningKeys) != 1 {
		t.Errorf("one key is kept as %v, then %v", first.SigningKeys, again.SigningKeys)
	}
	a.send(t, http.MethodPost, "/sources/web/signing-keys", `{"value":"short"}`, http.StatusBadRequest)
}

// parked returns a call whose delivery waits for somebody to put something right.
func (w *world) parked(t *testing.T) (id string) {
	t.Helper()
	id = w.call(t, demo, "CAL1")
	w.step(t, demo, id, request.Received, func(*store.Claim) stage.Result { return stage.Result{Transcript: newTranscript("A quote.")} })
	w.step(t, demo, id, request.Transcribed, func(*store.Claim) stage.Result { return stage.Result{Analysis: newAnalysis("A quote.")} })
	w.step(t, demo, id, request.Analyzed, func(c *store.Claim) stage.Result {
		claims, err := c.PlanDeliveries(t.Context(), []store.Plan{{Destination: "h", Connector: "hubspot"}}, time.Minute)
		must(t, err)
		must(t, claims[0].Settle(t.Context(), store.Settlement{State: request.DeliveryParked}, request.Event{Step: "push", Name: "parked"}))
		return stage.Result{}
	})
	return id
}

// A log that cannot be written keeps things from being done, or is written with them.
func TestNothingIsDoneThatTheAuditLogHasNot(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	w := newWorld(t, func(s api.Scope) api.Scope {
		if broken.Load() {
			return &auditor{Scope: s, err: store.ErrUnavailable}
		}
		return s
	})
	a, scope := w.admin(t, demo), w.store.ForTenant(demo)
	a.send(t, http.MethodPut, "/sources/c", callRailSource, http.StatusOK)
	a.send(t, http.MethodPut, "/integrations/h", a.hubSpot(""), http.StatusOK)
	id := w.parked(t)
	day := time.Now().UTC().Format(time.DateOnly)

	for action, test := range map[string]struct {
		path, body string
		done       func() bool
	}{
		"delivery.retry": {"/requests/" + id + "/deliveries/h/retry", "", func() bool {
			deliveries, err := scope.Deliveries(t.Context(), id)
			must(t, err)
			return deliveries[0].State == request.DeliveryPending
		}},
		"import.create": {"/sources/c/imports", `{"from":"` + day + `","to":"` + day + `"}`, func() bool {
			jobs, err := scope.Jobs(t.Context(), store.JobFilter{Limit: 1})
			must(t, err)
			return len(jobs) > 0
		}},
		"source.connect": {"/sources/c/connect", "", func() bool {
			_, err := w.outside.tracker.Webhooks(t.Context(), callrail.Access{AccountID: "ACC1", APIKey: callRailKey, CompanyResourceID: "COM1"})
			return !errors.Is(err, callrail.ErrNotFound)
		}},
	} {
		broken.Store(true)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url+a.path+test.path, strings.NewReader(test.body))
		must(t, err)
		r.Header = http.Header{"Authorization": {"Bearer " + a.token}, "Content-Type": {"application/json"}}
		got := a.roundTrip(t, r)
		broken.Store(false)
		lines, _, err := scope.AuditLog(t.Context(), store.AuditFilter{Action: action, Limit: 1})
		must(t, err)
		if done := test.done(); done != (len(lines) == 1) || done != (got.status < http.StatusBadRequest) {
			t.Errorf("%s: done %t, %d lines, answered %d", action, done, len(lines), got.status)
		}
	}
}
