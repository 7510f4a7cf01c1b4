package callrail_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/callrail"
)

// received is one delivery as the receiver saw it.
type received struct {
	path      string
	query     url.Values
	signature string
	body      []byte
}

func newReceiver(t *testing.T, status int) (string, <-chan received) {
	t.Helper()
	got := make(chan received, 10)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read delivery: %v", err)
		}
		got <- received{r.URL.Path, r.URL.Query(), r.Header.Get("Signature"), body}
		w.WriteHeader(status)
	}))
	t.Cleanup(web.Close)
	return web.URL, got
}

func register(t *testing.T, f *fixture, tenant string, urls map[string]string) {
	t.Helper()
	if err := f.Register(tenant, urls); err != nil {
		t.Fatalf("Register: %v", err)
	}
}

func TestDeliver_posts_the_signed_call(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, audio)
	hook, got := newReceiver(t, 200)
	register(t, f, "a", map[string]string{"post_call_webhook": hook + "/v1/callrail/webhook/a/post_call?c=1"})

	replies, err := f.Deliver(t.Context(), callID, callrail.KindPostCall)
	if err != nil || len(replies) != 1 || replies[0].Status != 200 {
		t.Fatalf("Deliver = %v, %v", replies, err)
	}
	d := <-got
	mac := hmac.New(sha1.New, []byte("00112233"))
	_, _ = mac.Write(d.body)
	if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); d.signature != want {
		t.Errorf("Signature = %q, want %q", d.signature, want)
	}
	wantQuery := url.Values{
		"c": {"1"}, "datetime": {"2026-11-20 16:15:02"}, "callernum": {"+13035550142"},
		"trackingnum": {"+13035550111"}, "destinationnum": {"+13035550100"},
	}
	if diff := cmp.Diff(wantQuery, d.query); diff != "" {
		t.Errorf("query (-want +got):\n%s", diff)
	}
	var body map[string]any
	if err := json.Unmarshal(d.body, &body); err != nil {
		t.Fatalf("decode delivery: %v", err)
	}
	if body["resource_id"] != callID || body["company_id"] != float64(12345) || body["company_resource_id"] != company || body["duration"] != "187" {
		t.Errorf("body = %v", body)
	}
}

func TestDeliver_shapes_each_kind(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, nil)
	hook, got := newReceiver(t, 200)
	register(t, f, "a", map[string]string{"pre_call_webhook": hook, "updated_call_webhook": hook})
	tests := []struct{ kind, has, hasNot string }{
		{callrail.KindPreCall, `"call_type":"missed"`, "gclid"},
		{callrail.KindCallModified, `"changes":["recording_duration"]`, "nothing"},
	}
	for _, tt := range tests {
		if _, err := f.Deliver(t.Context(), callID, tt.kind); err != nil {
			t.Fatalf("Deliver %s: %v", tt.kind, err)
		}
		body := string((<-got).body)
		if !strings.Contains(body, tt.has) || strings.Contains(body, tt.hasNot) {
			t.Errorf("%s = %s, want %s and no %s", tt.kind, body, tt.has, tt.hasNot)
		}
	}
}

func TestDeliver_reports_what_went_wrong(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, nil)
	if _, err := f.Deliver(t.Context(), callID, callrail.KindPostCall); !errors.Is(err, callrail.ErrNotRegistered) {
		t.Errorf("without a registration: err = %v, want ErrNotRegistered", err)
	}
	hook, got := newReceiver(t, 503)
	register(t, f, "a", map[string]string{"post_call_webhook": hook})
	if _, err := f.Deliver(t.Context(), callID, callrail.KindPostCall); err == nil {
		t.Error("a 503: err = nil, want one")
	}
	if <-got; len(got) != 0 {
		t.Error("a failed delivery was repeated")
	}
}

func TestDeliver_keeps_the_order_of_a_form_s_fields(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const fields = `"form_data":{"your_name":"Robin","email":"robin@example.com","a":"1","your_name":"Robin Sample"}`
	id, err := f.AddForm("a", json.RawMessage(`{`+fields+`}`))
	if err != nil {
		t.Fatalf("AddForm: %v", err)
	}
	hook, got := newReceiver(t, 200)
	register(t, f, "a", map[string]string{"form_captured_webhook": hook})
	if _, err := f.Deliver(t.Context(), id, callrail.KindFormSubmission); err != nil {
		t.Fatalf("Deliver: %v", err)
	}
	if body := string((<-got).body); !strings.Contains(body, fields) {
		t.Errorf("body = %s, want %s as it is written", body, fields)
	}
}

func TestUpdateCall_delivers_the_modification(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, nil)
	hook, got := newReceiver(t, 200)
	register(t, f, "a", map[string]string{"updated_call_webhook": hook})
	f.do(t, "key-a", "PUT", "/v3/a/"+account+"/calls/"+callID+".json", `{"note":"Wants a quote","tags":["kitchen"]}`)
	f.Wait()
	if body := string((<-got).body); !strings.Contains(body, `"changes":["note"]`) {
		t.Errorf("body = %s, want only the note as changed", body)
	}
}

func TestIntegrations_one_per_company(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	base := "/v3/a/" + account + "/integrations"
	create := `{"type":"Webhooks","company_id":"` + company + `","config":{"post_call_webhook":["https://h.example.com/x"]}}`
	made := f.do(t, "key-a", "POST", base+".json", create)
	if made.status != http.StatusCreated || made.body["signing_key"] != "00112233" || made.body["state"] != "active" {
		t.Fatalf("POST = %d %s", made.status, made.raw)
	}
	if again := f.do(t, "key-a", "POST", base+".json", create); again.status != http.StatusUnprocessableEntity {
		t.Errorf("second POST: status = %d, want 422", again.status)
	}
	one := base + "/" + made.body["id"].(string) + ".json"
	if put := f.do(t, "key-a", "PUT", one, `{"state":"disabled","config":{"post_call_webhook":[]}}`); put.status != 200 {
		t.Errorf("PUT: status = %d, want 200", put.status)
	}
	got := f.do(t, "key-a", "GET", base+".json?company_id="+company+"&fields=signing_key", "")
	list, _ := got.body["integrations"].([]any)
	want := []any{map[string]any{
		"id": made.body["id"], "type": "Webhooks", "state": "disabled", "signing_key": "00112233",
		"config": map[string]any{"post_call_webhook": []any{}},
	}}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("integrations (-want +got):\n%s", diff)
	}
}

func TestForms_are_listed_with_the_customer_parsed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	raw := `{"resource_id":"FRM5","form_data":{"your_name":"Robin Sample","email_address":"robin@example.com","phone_number":"303-555-0177"},
		"submitted_at":"2026-11-20T10:02:11.500-07:00"}`
	id, err := f.AddForm("a", json.RawMessage(raw))
	if err != nil || id != "FRM5" {
		t.Fatalf("AddForm = %q, %v", id, err)
	}
	got := f.do(t, "key-a", "GET", "/v3/a/"+account+"/form_submissions.json?fields=note", "")
	rows, _ := got.body["form_submissions"].([]any)
	if len(rows) != 1 {
		t.Fatalf("rows = %v, want one", got.raw)
	}
	row := rows[0].(map[string]any)
	want := map[string]any{
		"id": "FOR5", "customer_name": "Robin Sample", "customer_email": "robin@example.com",
		"customer_phone_number": "303-555-0177", "submitted_at": "2026-11-20T17:02:11.500Z", "company_id": company,
	}
	for name, value := range want {
		if row[name] != value {
			t.Errorf("%s = %v, want %v", name, row[name], value)
		}
	}
}

func TestObjects_and_Reset(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, audio)
	f.add(t, "b", `{"resource_id":"CAL9"}`, nil)
	register(t, f, "a", map[string]string{"post_call_webhook": "https://h.example.com"})
	objects := f.Objects("a")
	if len(objects) != 2 || objects[0].ID != callID || objects[0].Fields["recording_bytes"] != len(audio) {
		t.Errorf("Objects(a) = %v, want its call and integration", objects)
	}
	f.Reset()
	if left := f.Objects(""); len(left) != 1 || left[0].Type != "integrations" {
		t.Errorf("Objects after Reset = %v, want the integration only", left)
	}
}

func TestAddCall_refuses_another_company(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, nil)
	tests := []struct{ name, tenant, call string }{
		{"an unknown tenant", "nobody", `{}`},
		{"another company's id", "a", `{"company_resource_id":"` + other + `"}`},
		{"another company's call", "b", post},
		{"not an object", "a", `[]`},
		{"not JSON", "a", `{`},
	}
	for _, tt := range tests {
		if id, err := f.AddCall(tt.tenant, json.RawMessage(tt.call), nil); err == nil {
			t.Errorf("%s: AddCall = %q, want an error", tt.name, id)
		}
	}
}

func TestRegister_refuses_what_CallRail_does_not_know(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, urls := range map[string]map[string]string{
		"an unknown member": {"call_completed": "https://h.example.com"},
		"a path":            {"post_call_webhook": "/v1/callrail/webhook"},
	} {
		if err := f.Register("a", urls); err == nil {
			t.Errorf("%s: err = nil, want one", name)
		}
	}
	if err := f.Register("nobody", nil); !errors.Is(err, callrail.ErrUnknownTenant) {
		t.Errorf("an unknown tenant: err = %v, want ErrUnknownTenant", err)
	}
}
