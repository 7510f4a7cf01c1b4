package webhook

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

const (
	call     = `{"call_id":"CAL1","caller_id":"+13035550142","duration":"180","answered":true,"tenant_id":"tenant_demo","callrail_company_id":"12345"}`
	modified = `{"call_id":"CAL1","duration":"180","tenant_id":"tenant_demo","changes":["note"],"note":"Wants a quote"}`
	preCall  = `{"resource_id":"CAL1","company_id":12345,"answered":false,"call_type":"missed","duration":0,"direction":"inbound"}`
)

// accepted is the answer to a delivery of tenant_demo's call that made a request.
func accepted(outcome request.Outcome) answer {
	return answer{Status: 200, Outcome: string(outcome), RequestID: request.ID("tenant_demo", "call", "CAL1")}
}

var (
	ignored      = answer{Status: 200, Outcome: "ignored"}
	unreadable   = answer{Status: 400, Code: "unreadable"}
	missingID    = answer{Status: 400, Code: "missing_id"}
	unauthorized = answer{Status: 401, Code: "unauthorized"}
	forbidden    = answer{Status: 403, Code: "forbidden"}
	notFound     = answer{Status: 404, Code: "not_found"}
	unavailable  = answer{Status: 503, Code: "unavailable"}
)

func TestDeliveries(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", maxBody)
	for _, tt := range []struct {
		name, target, body, key string
		want                    answer
	}{
		{"the quick start's body", endpoint, call, demoKey, accepted(request.Accepted)},
		{"signed with the other key of the source", endpoint, call, demoOldKey, accepted(request.Accepted)},
		{"form-encoded", endpoint, "call_id=CAL1&tenant_id=tenant_demo&duration=12", demoKey, accepted(request.Accepted)},
		{"form-encoded, by its company", endpoint, "resource_id=CAL1&company_id=12345&duration=12", demoKey, accepted(request.Accepted)},
		{"tenant in the query", endpoint + "?tenant_id=tenant_demo", `{"call_id":"CAL1"}`, demoKey, accepted(request.Accepted)},
		{"tenant by its company's number", endpoint, `{"call_id":"CAL1","company_id":12345}`, demoKey, accepted(request.Accepted)},
		{"tenant by its company's resource id", endpoint, `{"call_id":"CAL1","company_resource_id":"COM1"}`, demoKey, accepted(request.Accepted)},
		{"tenant and kind in the path", endpoint + "/tenant_demo/post_call", preCall, demoKey, accepted(request.Accepted)},
		{"CallRail's own parameters on the address", endpoint + "?datetime=2026-11-20+16%3A15&callernum=%2B13035550142&x=%zz", call, demoKey, accepted(request.Accepted)},
		{"a company that nobody owns", endpoint, `{"call_id":"CAL1","tenant_id":"tenant_demo","company_id":"999"}`, demoKey, accepted(request.Accepted)},
		{"wrong types", endpoint, `{"call_id":"CAL1","tenant_id":"tenant_demo","duration":{"s":1},"answered":[],"tags":7,"start_time":false}`, demoKey, accepted(request.Accepted)},
		{"a body with id only", endpoint, `{"id":"CAL1","tenant_id":"tenant_demo","duration":12}`, demoKey, accepted(request.Accepted)},
		{"a call that was modified before it was told", endpoint, modified, demoKey, accepted(request.Accepted)},

		{"a pre-call", endpoint, preCall, demoKey, ignored},
		{"a pre-call by its path", endpoint + "/tenant_demo/pre_call", call, demoKey, ignored},
		{"a call being routed", endpoint + "/tenant_demo/routing_complete", call, demoKey, ignored},
		{"an outbound call", endpoint + "/tenant_demo/outbound_call", call, demoKey, ignored},
		{"an outbound call modified", endpoint + "/tenant_demo/outbound_modified", call, demoKey, ignored},
		{"a text that was sent", endpoint + "/tenant_demo/text_sent", call, demoKey, ignored},
		{"a text, for who wants none", endpoint, `{"resource_id":"SCI1","content":"Hi","source_number":"+13035550142","tenant_id":"tenant_choosy"}`, bootstrapKey, ignored},

		{"malformed JSON", endpoint + "?tenant_id=tenant_demo", `{"call_id":"CAL1"`, demoKey, unreadable},
		{"malformed JSON that names its tenant", endpoint, `{"tenant_id":"tenant_demo","call_id":"CAL1"`, demoKey, unreadable},
		{"malformed JSON that names nobody", endpoint, `{"call_id":`, demoKey, unreadable},
		{"bad UTF-8", endpoint, "{\"tenant_id\":\"tenant_demo\",\"call_id\":\"CAL\xff\"}", demoKey, unreadable},
		{"a bad escape", endpoint, "tenant_id=tenant_demo&call_id=%zz", demoKey, unreadable},
		{"no id", endpoint, `{"tenant_id":"tenant_demo","duration":12}`, demoKey, missingID},
		{"an empty body", endpoint + "?tenant_id=tenant_demo", "", demoKey, missingID},
		{"no id, of a kind that is ignored", endpoint + "/tenant_demo/pre_call", `{"duration":0}`, demoKey, missingID},
		{"a list", endpoint + "/tenant_demo/post_call", "[1,2]", demoKey, missingID},

		{"no signature", endpoint, call, "", unauthorized},
		{"malformed and not signed", endpoint, `{"call_id":`, "", unauthorized},
		{"another tenant's key", endpoint, call, otherKey, unauthorized},
		{"the bootstrap key for a tenant with a source", endpoint, call, bootstrapKey, unauthorized},
		{"an unknown tenant", endpoint + "?tenant_id=tenant_nobody", `{"call_id":"CAL1"}`, demoKey, unauthorized},
		{"nobody's company", endpoint, `{"call_id":"CAL1","company_id":"999"}`, demoKey, unauthorized},
		{"two tenants in address and body", endpoint + "?tenant_id=tenant_other", call, demoKey, unauthorized},
		{"two tenants in path and body", endpoint + "/tenant_other/post_call", call, otherKey, unauthorized},
		{"two tenants in path and query", endpoint + "/tenant_demo/post_call?tenant_id=tenant_other", `{"call_id":"CAL1"}`, demoKey, unauthorized},
		{"two tenants in the body", endpoint, `{"call_id":"CAL1","tenant_id":"tenant_demo","tenant_id":"tenant_other"}`, demoKey, unauthorized},
		{"companies of two tenants", endpoint, `{"call_id":"CAL1","company_id":"12345","company_resource_id":"COM2"}`, demoKey, unauthorized},
		{"another tenant's company", endpoint, `{"call_id":"CAL1","tenant_id":"tenant_demo","company_id":"67890"}`, demoKey, forbidden},
		{"another tenant's company, with the bootstrap key", endpoint, `{"call_id":"CAL1","tenant_id":"tenant_new","company_id":"67890"}`, bootstrapKey, forbidden},

		{"a body at the limit", endpoint + "?tenant_id=tenant_demo", big, demoKey, missingID},
		{"a body over the limit", endpoint + "?tenant_id=tenant_demo", big + "x", demoKey, answer{Status: 413, Code: "too_large"}},
		{"an unknown kind", endpoint + "/tenant_demo/call_completed", call, demoKey, notFound},
		{"keys that were never read, and no intake", endpoint + "?tenant_id=tenant_keyless", `{"call_id":"CAL1"}`, demoKey, unavailable},
		{"keys that were never read, and no signature", endpoint + "?tenant_id=tenant_keyless", `{"call_id":"CAL1"}`, "", unauthorized},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			if diff := cmp.Diff(tt.want, f.send(t, signedRequest(t, tt.target, tt.body, tt.key))); diff != "" {
				t.Errorf("(-want +got)\n%s\n%s", diff, f.log)
			}
			stored := 0
			if tt.want.Outcome == "accepted" {
				stored = 1
			}
			if len(f.store.intakes) != stored || len(f.announcer.told) != stored {
				t.Errorf("stored %d, announced %d, want %d", len(f.store.intakes), len(f.announcer.told), stored)
			}
		})
	}
}

// Every word of these bodies is a secret: none may be stored, logged or told.
func TestNothingOfARefusedBodyIsKept(t *testing.T) {
	t.Parallel()
	for _, d := range []struct{ target, body, key string }{
		{endpoint, `{"tenant_id":"tenant_demo","call_id":"PRIVATE","customer_name":"PRIVATE"`, demoKey},
		{endpoint, "{\"tenant_id\":\"tenant_demo\",\"call_id\":\"PRIVATE\xff\"}", demoKey},
		{endpoint, "tenant_id=tenant_demo&PRIVATE%zz=PRIVATE%zz", demoKey},
		{endpoint, `{"tenant_id":"tenant_demo","note":"PRIVATE","duration":1}`, demoKey},
		{endpoint, `{"tenant_id":"PRIVATE","call_id":"PRIVATE"}`, demoKey},
		{endpoint, `{"tenant_id":"tenant_demo","company_id":"67890","call_id":"PRIVATE"}`, demoKey},
		{endpoint, `{"tenant_id":"tenant_demo","call_id":"PRIVATE"}`, "wrong key"},
		{endpoint + "/tenant_demo/PRIVATE", call, demoKey},
		{endpoint + "?tenant_id=tenant_demo", strings.Repeat("PRIVATE", maxBody/7+1), demoKey},
		{endpoint, preCall + "PRIVATE", demoKey},
	} {
		f := newFixture(t)
		w := httptest.NewRecorder()
		f.ServeHTTP(w, signedRequest(t, d.target, d.body, d.key))
		if w.Code < 400 || len(f.store.intakes) != 0 {
			t.Errorf("%.60q: status %d, %d stored", d.body, w.Code, len(f.store.intakes))
		}
		for what, text := range map[string]string{"log": f.log.String(), "reply": w.Body.String(), "counts": strings.Join(*f.counts, " ")} {
			if strings.Contains(text, "PRIVATE") {
				t.Errorf("%.60q: the %s holds the body: %s", d.body, what, text)
			}
		}
	}
}

// Of an accepted delivery the log holds ids, never what was said or who said it.
func TestTheLogHoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.send(t, signedRequest(t, endpoint, call, demoKey))
	log := f.log.String()
	if strings.Contains(log, "3035550142") || strings.Contains(log, "CAL1") || !strings.Contains(log, "request_id=req_") {
		t.Errorf("log %s", log)
	}
}

func TestQuickStartFile(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../../test/testdata/test-webhook.json")
	if err != nil {
		t.Fatal(err)
	}
	body := strings.NewReplacer("\r", "", "\n", "").Replace(string(file)) // as curl -d sends it
	if len(file)-len(body) > 1 {
		t.Error("the file has several lines: what is signed is not what curl -d sends")
	}
	got := newFixture(t).send(t, signedRequest(t, endpoint, body, demoKey))
	if got.Outcome != "accepted" || got.RequestID != request.ID("tenant_demo", "call", "CAL123456789") {
		t.Errorf("got %+v", got)
	}
}

func TestOtherAddressesAndMethods(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if got := f.send(t, httptest.NewRequestWithContext(t.Context(), http.MethodGet, endpoint, http.NoBody)); got.Status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %+v", got)
	}
	if got := f.send(t, signedRequest(t, "/v1/elsewhere", call, demoKey)); got != notFound {
		t.Errorf("elsewhere: %+v", got)
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/health", http.NoBody))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"ok"`) {
		t.Errorf("health: %d %s", w.Code, w.Body)
	}
}

func BenchmarkDelivery(b *testing.B) {
	f := newFixture(b)
	f.log.Grow(1 << 20)
	signature := callrail.SignSHA256([]byte(call), demoKey)
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, endpoint, strings.NewReader(call))
		r.Header.Set(callrail.HeaderSHA256, signature)
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
		f.log.Reset()
		*f.counts = (*f.counts)[:0]
	}
}

func TestAnIDThatNoColumnHoldsIsRefused(t *testing.T) {
	t.Parallel()
	for kind, field := range map[string]string{"post_call": "call_id", "form_submission": "resource_id", "text_received": "resource_id"} {
		f := newFixture(t)
		body := `{"` + field + `":"` + strings.Repeat("X", 257) + `"}`
		got := f.send(t, signedRequest(t, endpoint+"/tenant_demo/"+kind, body, demoKey))
		if got != missingID || len(f.store.intakes) != 0 {
			t.Errorf("%s, %s: got %+v, want %+v", kind, field, got, missingID)
		}
	}
}
