package custom_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/custom"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// received is one request as it came.
type received struct {
	method, path string
	header       http.Header
	body         []byte
}

// receiver keeps what it is sent, and answers as the test wants it.
type receiver struct {
	url    string
	answer http.HandlerFunc // nil: 204

	mu  sync.Mutex
	got []received
}

func newEndpoint(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	ts := httptest.NewServer(r)
	t.Cleanup(ts.Close)
	r.url = ts.URL
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	r.got = append(r.got, received{req.Method, req.URL.Path, req.Header, body})
	r.mu.Unlock()
	if r.answer != nil {
		r.answer(w, req)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// all returns what came so far.
func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// sender delivers to a receiver with settings, at times that tests choose.
type sender struct {
	now         time.Time
	credentials string
	config      map[string]any
	accounts    *custom.Accounts
}

func newSender(url string) *sender {
	s := &sender{now: noon, credentials: secret, config: map[string]any{"url": url}}
	s.accounts = custom.NewAccounts(func() time.Time { return s.now })
	return s
}

func (s *sender) connect() (crm.Connector, error) {
	raw, err := json.Marshal(s.config)
	if err != nil {
		return nil, err
	}
	return s.accounts.Connect(crm.Settings{
		TenantID: "tenant_demo", IntegrationID: "int_custom", Credentials: s.credentials, Config: raw,
	}, http.DefaultClient)
}

// deliver delivers a lead that was never tried, and returns its ledger entry.
func (s *sender) deliver(t *testing.T, lead crm.Lead) (string, error) {
	t.Helper()
	c, err := s.connect()
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	result, err := crm.Deliver(t.Context(), c, lead, crmtest.NewMemory(time.Now).Ledger(lead.Request.ID), func() time.Time { return s.now })
	if len(result.Entries) != 1 {
		t.Fatalf("entries = %+v, want one", result.Entries)
	}
	return result.Entries[0].RemoteID, err
}

func faultOf(t *testing.T, err error) *crm.Error {
	t.Helper()
	var e *crm.Error
	if !errors.As(err, &e) {
		t.Fatalf("error = %v, want a crm.Error", err)
	}
	return e
}
