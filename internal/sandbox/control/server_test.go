package control_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/control"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/hubspot"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// recogniser remembers what it was told.
type recogniser map[[32]byte][]control.Turn

func (r recogniser) Know(sum [32]byte, transcript []control.Turn) { r[sum] = transcript }

// player knows one sample.
type player struct{}

func (player) Play(_ context.Context, sample string) (string, error) {
	switch sample {
	case "kitchen":
		return "CAL1", nil
	case "broken":
		return "", errors.New("receiver answered 503")
	}
	return "", fmt.Errorf("%w: %s", control.ErrUnknownSample, sample)
}

// fixture is a sandbox with CallRail and HubSpot for the tenants a and b.
type fixture struct {
	url   string
	known recogniser
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC) }
	rail, err := callrail.New(callrail.Config{Now: now, Companies: []callrail.Company{
		{TenantID: "a", ID: "12345", ResourceID: "COMa", AccountID: "ACC1", APIKey: "key"},
		{TenantID: "b", ID: "54321", ResourceID: "COMb", AccountID: "ACC1", APIKey: "key"},
	}})
	if err != nil {
		t.Fatalf("new CallRail: %v", err)
	}
	hub, err := hubspot.New(hubspot.Config{Now: now, Portals: []hubspot.Portal{
		{TenantID: "a", Token: "token-a"}, {TenantID: "b", Token: "token-b"},
	}})
	if err != nil {
		t.Fatalf("new HubSpot: %v", err)
	}
	f := &fixture{known: recogniser{}}
	server := control.New(control.Config{
		Systems: []control.System{
			{Name: "callrail", Handler: rail.Handler(), Error: callrail.WriteError, Objects: rail, Reset: rail.Reset},
			{Name: "hubspot", Handler: hub.Handler(), Error: hubspot.WriteError, Objects: hub, Reset: hub.Reset},
			{Name: "speech"},
		},
		Mounts: map[string]http.Handler{"/oidc": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.URL.Path)
		})},
		Faults: fault.New(1), Modes: fault.NewModes(1), Journal: journal.New(now), CallRail: rail, Recogniser: f.known, Player: player{},
	})
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	f.url = web.URL
	return f
}

func (f *fixture) do(t *testing.T, method, path, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error() // a dropped connection is what some tests want
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("read answer: %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatalf("close answer: %v", err)
	}
	return resp.StatusCode, strings.TrimSpace(string(raw))
}

// form writes a multipart body and returns it with its content type.
func form(t *testing.T, parts map[string]string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range parts {
		part, err := w.CreateFormFile(name, name)
		if err != nil {
			t.Fatalf("make part: %v", err)
		}
		if _, err := io.WriteString(part, value); err != nil {
			t.Fatalf("write part: %v", err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatalf("end form: %v", err)
	}
	return b.String(), w.FormDataContentType()
}

func (f *fixture) inspect(t *testing.T, path string) (objects []journal.Object, requests []string) {
	t.Helper()
	status, body := f.do(t, "GET", path, "")
	if status != 200 {
		t.Fatalf("GET %s: status = %d (%s)", path, status, body)
	}
	var found struct {
		Objects  []journal.Object
		Requests []journal.Entry
	}
	if err := json.Unmarshal([]byte(body), &found); err != nil {
		t.Fatalf("decode inspection: %v", err)
	}
	for _, e := range found.Requests {
		requests = append(requests, fmt.Sprintf("%s %s %d", e.Method, e.Path, e.Status))
	}
	return found.Objects, requests
}

const newContact = `{"properties":{"email":"dana@example.com"},"associations":[]}`

func TestInspect_shows_objects_and_requests_of_a_tenant(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.do(t, "POST", "/hubspot/crm/objects/2026-09/contacts", newContact, "Authorization", "Bearer token-a")
	f.do(t, "GET", "/hubspot/crm/objects/2026-09/contacts/1", "", "Authorization", "Bearer token-b")

	objects, requests := f.inspect(t, "/inspect/hubspot?tenant_id=a")
	if len(objects) != 1 || objects[0].Type != "contacts" || objects[0].TenantID != "a" || objects[0].Fields["email"] != "dana@example.com" {
		t.Errorf("objects = %v", objects)
	}
	if diff := cmp.Diff([]string{"POST /crm/objects/2026-09/contacts 201"}, requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if _, all := f.inspect(t, "/inspect/hubspot"); len(all) != 2 {
		t.Errorf("requests of everybody = %v, want two", all)
	}
	if status, body := f.do(t, "GET", "/inspect/speech", ""); status != 200 || body != `{"objects":[],"requests":[]}` {
		t.Errorf("a system that was not used = %d %s", status, body)
	}
	status, body := f.do(t, "GET", "/inspect/salesforce", "")
	if status != 404 || !strings.Contains(body, "callrail hubspot speech") {
		t.Errorf("a system that is not there = %d %s", status, body)
	}
}

func TestFaults_are_set_shown_and_cleared(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	status, body := f.do(t, "PUT", "/faults", `[{"system":"hubspot","path_prefix":"/crm/","status":429,"retry_after_s":7,"times":1},{"system":"callrail","drop":"before"}]`)
	if status != 200 {
		t.Fatalf("PUT = %d %s", status, body)
	}
	status, body = f.do(t, "POST", "/hubspot/crm/objects/2026-09/contacts", newContact, "Authorization", "Bearer token-a")
	if status != 429 || !strings.Contains(body, `"policyName":"TEN_SECONDLY_ROLLING"`) {
		t.Errorf("disturbed = %d %s", status, body)
	}
	if status, _ := f.do(t, "PUT", "/callrail/v3/a.json", ""); status != 0 {
		t.Errorf("dropped: status = %d, want none", status)
	}
	if _, body := f.do(t, "GET", "/faults", ""); !strings.Contains(body, `"times":1,"fired":1`) {
		t.Errorf("GET = %s, want one fired", body)
	}
	if _, requests := f.inspect(t, "/inspect/callrail"); cmp.Diff([]string{"PUT /v3/a.json 0"}, requests) != "" {
		t.Errorf("requests = %v, want the dropped one", requests)
	}
	if status, _ := f.do(t, "DELETE", "/faults", ""); status != 204 {
		t.Errorf("DELETE: status = %d, want 204", status)
	}
	if _, body := f.do(t, "GET", "/faults", ""); body != "[]" {
		t.Errorf("GET after DELETE = %s, want []", body)
	}
}

func TestControl_refuses_mistakes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct {
		name, method, path, body string
		parts                    map[string]string
		want                     int
	}{
		{"a fault of an unknown system", "PUT", "/faults", `[{"system":"hubspott","status":500}]`, nil, 400},
		{"a misspelt fault", "PUT", "/faults", `[{"system":"hubspot","pathprefix":"/crm","status":500}]`, nil, 400},
		{"a fault that does nothing", "PUT", "/faults", `[{"system":"hubspot"}]`, nil, 400},
		{"a mode of a system that has none", "PUT", "/modes", `[{"system":"hubspot","mode":"lose"}]`, nil, 400},
		{"a misspelt mode", "PUT", "/modes", `[{"system":"speech","mode":"lose","chance":1}]`, nil, 400},
		{"no sample", "POST", "/play", "", nil, 400},
		{"an unknown sample", "POST", "/play?sample=nobody", "", nil, 404},
		{"a sample that does not arrive", "POST", "/play?sample=broken", "", nil, 502},
		{"a call without a form", "POST", "/callrail/calls", `{}`, nil, 400},
		{"a call without a call", "POST", "/callrail/calls", "", map[string]string{"audio": "x"}, 400},
		{"a call of nobody", "POST", "/callrail/calls", "", map[string]string{"call": `{"company_id":1}`}, 400},
		{"a call that is not JSON", "POST", "/callrail/calls", "", map[string]string{"call": `call`}, 400},
		{"a transcript without audio", "POST", "/callrail/calls", "", map[string]string{"call": `{"company_id":12345}`, "transcript": `[]`}, 400},
		{"a transcript that runs backwards", "POST", "/callrail/calls", "", map[string]string{"call": `{"company_id":12345}`, "audio": "x", "transcript": `[{"start":2,"end":1}]`}, 400},
		{"an unknown part", "POST", "/callrail/calls", "", map[string]string{"call": `{"company_id":12345}`, "video": "x"}, 400},
		{"an unknown path", "GET", "/inspekt/hubspot", "", nil, 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body, kind := tt.body, "application/json"
			if tt.parts != nil {
				body, kind = form(t, tt.parts)
			}
			status, answer := f.do(t, tt.method, tt.path, body, "Content-Type", kind)
			if status != tt.want || !strings.Contains(answer, `"error":`) {
				t.Errorf("answer = %d %s, want %d with an error", status, answer, tt.want)
			}
		})
	}
}

func TestAddCall_tells_CallRail_and_the_recogniser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body, kind := form(t, map[string]string{
		"call": `{"resource_id":"CAL1","company_id":"12345"}`, "audio": "sound",
		"transcript": `[{"speaker":"customer","start":0.5,"end":2,"text":"I need a kitchen."}]`,
	})
	if status, answer := f.do(t, "POST", "/callrail/calls", body, "Content-Type", kind); status != 200 || answer != `{"id":"CAL1"}` {
		t.Fatalf("answer = %d %s", status, answer)
	}
	want := recogniser{sha256.Sum256([]byte("sound")): {{Speaker: "customer", Start: 0.5, End: 2, Text: "I need a kitchen."}}}
	if diff := cmp.Diff(want, f.known); diff != "" {
		t.Errorf("recogniser (-want +got):\n%s", diff)
	}
	objects, requests := f.inspect(t, "/inspect/callrail?tenant_id=a")
	if len(objects) != 1 || objects[0].ID != "CAL1" || len(requests) != 0 {
		t.Errorf("objects = %v, requests = %v, want the call and no request", objects, requests)
	}
	status, answer := f.do(t, "GET", "/callrail/v3/a/ACC1/calls/CAL1.json", "", "Authorization", `Token token="key"`)
	if status != 200 || !strings.Contains(answer, `"id":"CAL1"`) {
		t.Errorf("the API's answer = %d %s", status, answer)
	}
}

func TestPlay_Reset_and_Mounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if status, body := f.do(t, "POST", "/play?sample=kitchen", ""); status != 200 || body != `{"id":"CAL1"}` {
		t.Errorf("play = %d %s", status, body)
	}
	if _, body := f.do(t, "GET", "/oidc/keys", ""); body != "/keys" {
		t.Errorf("mounted handler saw %q, want /keys", body)
	}
	f.do(t, "POST", "/hubspot/crm/objects/2026-09/contacts", newContact, "Authorization", "Bearer token-a")
	if status, _ := f.do(t, "POST", "/reset", ""); status != 204 {
		t.Errorf("reset: status = %d, want 204", status)
	}
	if objects, requests := f.inspect(t, "/inspect/hubspot"); len(objects) != 0 || len(requests) != 0 {
		t.Errorf("after reset: objects = %v, requests = %v", objects, requests)
	}
}
