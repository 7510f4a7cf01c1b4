package callrail_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/callrail"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

var webhooksAccess = callrail.Access{AccountID: "ACC1", APIKey: "key-1", CompanyResourceID: "COM1"}

// newTracker returns a client of a CallRail that has two companies of one account.
func newTracker(t *testing.T) (*callrail.Client, *sandbox.Server) {
	t.Helper()
	tracker, err := sandbox.New(sandbox.Config{Companies: []sandbox.Company{
		{TenantID: "a", ID: "1", ResourceID: "COM1", AccountID: "ACC1", APIKey: "key-1", SigningKey: "00112233"},
		{TenantID: "b", ID: "2", ResourceID: "COM2", AccountID: "ACC1", APIKey: "key-2", SigningKey: "44556677"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return newWebhooksClient(t, tracker.Handler()), tracker
}

func newWebhooksClient(t *testing.T, h http.Handler) *callrail.Client {
	t.Helper()
	served := httptest.NewServer(h)
	t.Cleanup(served.Close)
	guarded := outbound.New(outbound.Options{AllowLoopback: true})
	c, err := callrail.NewClient(callrail.Config{BaseURL: served.URL, HTTP: guarded, Media: guarded})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWebhooksAreCreatedOnceAndThenFound(t *testing.T) {
	t.Parallel()
	c, _ := newTracker(t)
	if _, err := c.Webhooks(t.Context(), webhooksAccess); !errors.Is(err, callrail.ErrNotFound) {
		t.Fatalf("before: got %v, want ErrNotFound", err)
	}
	made, err := c.CreateWebhooks(t.Context(), webhooksAccess, map[callrail.Kind]string{callrail.PostCall: "https://hooks.example.com/p"})
	if err != nil {
		t.Fatal(err)
	}
	found, err := c.Webhooks(t.Context(), webhooksAccess)
	if err != nil || found.ID != made.ID || found.SigningKey != "00112233" || found.State != "active" {
		t.Errorf("got %+v, %v, want what was made: %+v", found, err, made)
	}
	if _, err := c.CreateWebhooks(t.Context(), webhooksAccess, nil); !errors.Is(err, callrail.ErrRejected) {
		t.Errorf("a second one: got %v, want ErrRejected", err)
	}
}

func TestOtherReceiversStay(t *testing.T) {
	t.Parallel()
	c, tracker := newTracker(t)
	foreign := map[string]string{"post_call_webhook": "https://foreign.example.com/p", "pre_call_webhook": "https://foreign.example.com/q"}
	if err := tracker.Register("a", foreign); err != nil {
		t.Fatal(err)
	}
	ours := map[callrail.Kind]string{callrail.PostCall: "https://hooks.example.com/p", callrail.FormSubmission: "https://hooks.example.com/f"}
	for _, first := range []bool{true, false} {
		found, err := c.Webhooks(t.Context(), webhooksAccess)
		if err != nil {
			t.Fatal(err)
		}
		if changed := found.Add(ours); changed != first {
			t.Errorf("adding changes something: got %t, want %t", changed, first)
		}
		if err := c.UpdateWebhooks(t.Context(), webhooksAccess, found); err != nil {
			t.Fatal(err)
		}
	}
	found, err := c.Webhooks(t.Context(), webhooksAccess)
	if err != nil {
		t.Fatal(err)
	}
	want := map[callrail.Kind][]string{
		callrail.PostCall:       {"https://foreign.example.com/p", "https://hooks.example.com/p"},
		callrail.PreCall:        {"https://foreign.example.com/q"},
		callrail.FormSubmission: {"https://hooks.example.com/f"},
	}
	if diff := cmp.Diff(want, found.Addresses()); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}

// Members of the configuration that this package does not know are somebody's settings.
func TestUnknownMembersStayAndADisabledIntegrationIsSwitchedOn(t *testing.T) {
	t.Parallel()
	var sent struct {
		State  string
		Config map[string]json.RawMessage
	}
	c := newWebhooksClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"integrations":[{"id":7,"type":"Slack"},{"id":8154,"type":"Webhooks","state":"disabled",
				"config":{"integration_triggers":[{"call_type":"missed"}],"post_call_webhook":["https://hooks.example.com/p"]},"signing_key":"k"}]}`)
			return
		}
		if r.URL.Path != "/v3/a/ACC1/integrations/8154.json" {
			t.Errorf("path %s", r.URL.Path)
		}
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		_, _ = io.WriteString(w, `{"id":"8154","type":"Webhooks","state":"active","config":{}}`)
	}))
	found, err := c.Webhooks(t.Context(), webhooksAccess)
	if err != nil {
		t.Fatal(err)
	}
	if !found.Add(map[callrail.Kind]string{callrail.PostCall: "https://hooks.example.com/p"}) {
		t.Error("a disabled integration needs no change")
	}
	if err := c.UpdateWebhooks(t.Context(), webhooksAccess, found); err != nil {
		t.Fatal(err)
	}
	if string(sent.Config["integration_triggers"]) != `[{"call_type":"missed"}]` || sent.State != "active" || found.State != "active" {
		t.Errorf("sent %s %s", sent.State, sent.Config)
	}
}

func TestAKeyThatIsRefusedIsSaidSo(t *testing.T) {
	t.Parallel()
	c, _ := newTracker(t)
	for name, access := range map[string]callrail.Access{
		"wrong key":                {AccountID: "ACC1", APIKey: "nobody's", CompanyResourceID: "COM1"},
		"another tenant's company": {AccountID: "ACC1", APIKey: "key-1", CompanyResourceID: "COM2"},
		"no company":               {AccountID: "ACC1", APIKey: "key-1"},
	} {
		if found, err := c.Webhooks(t.Context(), access); err == nil {
			t.Errorf("%s: got %+v", name, found)
		}
	}
}
