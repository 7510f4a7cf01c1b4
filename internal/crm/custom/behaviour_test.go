package custom_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestSignaturesVerifyWithTheStandardsOwnLibrary(t *testing.T) {
	t.Parallel()
	r := newEndpoint(t, nil)
	s := newSender(r.url)
	s.now = time.Now() // the library reads the real clock
	s.credentials = fmt.Sprintf(`{"secrets":[%q,%q]}`, another, secret)
	if _, err := s.deliver(t, crmtest.NewLead("req_1")); err != nil {
		t.Fatal(err)
	}
	got := r.all()[0]
	for name, key := range map[string]string{"the old key": secret, "the new key": another} {
		w, err := webhooks.NewWebhook(key)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Verify(got.body, got.header); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := w.Verify(append(got.body, ' '), got.header); err == nil {
			t.Errorf("%s: another body verifies", name)
		}
	}
	stranger, err := webhooks.NewWebhook("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Verify(got.body, got.header); err == nil {
		t.Error("a stranger's key verifies")
	}
}

func TestARepetitionIsTheSameMessageAtAnotherTime(t *testing.T) {
	t.Parallel()
	r := newEndpoint(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	s := newSender(r.url)
	lead := crmtest.NewLead("req_1")
	lead.Fields = crm.Fields{crm.StepEvent: {"b": {Value: 2}, "a": {Value: "x"}, "c": {Value: []string{"y"}}, "none": {}}}
	for range 5 {
		if _, err := s.deliver(t, lead); crm.FaultOf(err) != crm.Transient || err == nil {
			t.Fatalf("error = %v, want transient", err)
		}
		s.now = s.now.Add(time.Minute)
	}
	first := r.all()[0]
	for i, got := range r.all()[1:] {
		if string(got.body) != string(first.body) {
			t.Errorf("body %d differs:\n%s\n%s", i+1, first.body, got.body)
		}
		if got.header.Get("Webhook-Id") != first.header.Get("Webhook-Id") {
			t.Errorf("webhook-id %d differs", i+1)
		}
		if got.header.Get("Webhook-Timestamp") == first.header.Get("Webhook-Timestamp") {
			t.Errorf("webhook-timestamp %d is the first attempt's", i+1)
		}
	}
	id := first.header.Get("Webhook-Id")
	if strings.Contains(id, ".") || first.header.Get("Idempotency-Key") != strconv.Quote(id) {
		t.Errorf("webhook-id %q, idempotency key %s", id, first.header.Get("Idempotency-Key"))
	}
	if got := first.header.Get("Webhook-Timestamp"); got != strconv.FormatInt(noon.Unix(), 10) {
		t.Errorf("webhook-timestamp = %s, want noon", got)
	}
}

func TestAnEventsIDIsItsOwn(t *testing.T) {
	t.Parallel()
	r := newEndpoint(t, nil)
	seen := map[string]string{}
	for name, change := range map[string]func(s *sender, lead *crm.Lead){
		"the event itself":   func(*sender, *crm.Lead) {},
		"another request":    func(_ *sender, l *crm.Lead) { l.Request.ID = "req_2" },
		"another tenant":     func(_ *sender, l *crm.Lead) { l.Request.TenantID = "tenant_other" },
		"another revision":   func(_ *sender, l *crm.Lead) { l.Revision = 2 },
		"another request, 1": func(_ *sender, l *crm.Lead) { l.Request.ID = "req_21" },
	} {
		s, lead := newSender(r.url), crmtest.NewLead("req_1")
		change(s, &lead)
		id, err := s.deliver(t, lead)
		if err != nil {
			t.Fatal(err)
		}
		if other, taken := seen[id]; taken {
			t.Errorf("%s has the id of %s", name, other)
		}
		seen[id] = name
	}
}

func TestAnswersMeanWhatTheStandardSays(t *testing.T) {
	t.Parallel()
	const page = "<!DOCTYPE html><title>Not found</title>"
	for name, test := range map[string]struct {
		status     int
		header     map[string]string
		body       string
		want       crm.Fault // empty: success
		state      request.DeliveryState
		retryAfter time.Duration
		words      string
	}{
		"success":                      {status: 200},
		"success without words":        {status: 204},
		"accepted":                     {status: 202, body: "ok"},
		"a redirect":                   {status: 307, header: map[string]string{"Location": "https://new.example.com/x"}, want: crm.Invalid, state: request.DeliveryParked, words: "https://new.example.com/x"},
		"a refusal":                    {status: 400, body: `{"error":"region is required"}`, want: crm.Invalid, state: request.DeliveryParked, words: "region is required"},
		"a refusal without words":      {status: 422, want: crm.Invalid, state: request.DeliveryParked, words: "status 422"},
		"a long refusal":               {status: 400, body: strings.Repeat("é", 4000), want: crm.Invalid, state: request.DeliveryParked, words: "é…"},
		"wrong credentials":            {status: 401, body: "who?", want: crm.AuthRevoked, state: request.DeliveryParked, words: "who?"},
		"no permission":                {status: 403, body: `{"error":"no"}`, want: crm.AuthRevoked, state: request.DeliveryParked},
		"no such address":              {status: 404, body: "404 page not found", want: crm.Invalid, state: request.DeliveryParked},
		"a proxy's page":               {status: 404, header: map[string]string{"Content-Type": "text/html; charset=utf-8"}, body: page, want: crm.Transient, state: request.DeliveryPending},
		"gone":                         {status: 410, want: crm.Closed, state: request.DeliveryParked, words: "closed for good"},
		"a repetition under way":       {status: 409, want: crm.Transient, state: request.DeliveryPending},
		"a time-out of the receiver's": {status: 408, want: crm.Transient, state: request.DeliveryPending},
		"a limit":                      {status: 429, want: crm.RateLimited, state: request.DeliveryPending, retryAfter: 30 * time.Second},
		"a limit that says how long":   {status: 429, header: map[string]string{"Retry-After": "120"}, want: crm.RateLimited, state: request.DeliveryPending, retryAfter: 2 * time.Minute},
		"overload that says how long":  {status: 504, header: map[string]string{"Retry-After": "60"}, want: crm.Transient, state: request.DeliveryPending, retryAfter: time.Minute},
		"overload":                     {status: 502, want: crm.Transient, state: request.DeliveryPending},
		"a failure":                    {status: 500, body: "trace: dana@example.com", want: crm.Transient, state: request.DeliveryPending},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newEndpoint(t, func(w http.ResponseWriter, _ *http.Request) {
				for name, value := range test.header {
					w.Header().Set(name, value)
				}
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			})
			_, err := newSender(r.url).deliver(t, crmtest.NewLead("req_1"))
			if len(r.all()) != 1 {
				t.Errorf("%d requests, want one: redirects are not followed", len(r.all()))
			}
			if test.want == "" {
				if err != nil {
					t.Errorf("error = %v", err)
				}
				return
			}
			if got := crm.FaultOf(err); err == nil || got != test.want {
				t.Fatalf("error = %v, want %s", err, test.want)
			}
			d := crm.Dispose(err)
			if d.State != test.state || !strings.Contains(d.Words, test.words) || len(d.Words) > 700 {
				t.Errorf("disposition = %+v, want %s with %q", d, test.state, test.words)
			}
			if test.retryAfter > 0 && !d.RetryAt.Equal(noon.Add(test.retryAfter)) {
				t.Errorf("retry at %v, want in %v", d.RetryAt, test.retryAfter)
			}
			if test.body != "" && strings.Contains(err.Error(), test.body[:min(len(test.body), 20)]) {
				t.Errorf("error %q holds the answer, and is logged", err)
			}
		})
	}
}

func TestAReceiverThatAsksForLessGetsLess(t *testing.T) {
	t.Parallel()
	r := newEndpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	s := newSender(r.url)
	for _, id := range []string{"req_1", "req_2", "req_3"} {
		_, err := s.deliver(t, crmtest.NewLead(id))
		if d := crm.Dispose(err); !d.RetryAt.Equal(noon.Add(time.Minute)) || d.Counts {
			t.Errorf("%s: disposition = %+v, want due in a minute, not counted", id, d)
		}
	}
	if len(r.all()) != 1 {
		t.Errorf("%d requests, want the others to wait", len(r.all()))
	}
}

func TestSilenceIsRepeatedUnderTheSameID(t *testing.T) {
	t.Parallel()
	r := newEndpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		panic(http.ErrAbortHandler) // the connection breaks after the request was read
	})
	s := newSender(r.url)
	for range 2 {
		if _, err := s.deliver(t, crmtest.NewLead("req_1")); err == nil || crm.FaultOf(err) != crm.Transient {
			t.Fatalf("error = %v, want transient", err)
		}
	}
	if len(r.all()) < 2 || r.all()[0].header.Get("Webhook-Id") != r.all()[1].header.Get("Webhook-Id") {
		t.Errorf("%d requests, want two of one id", len(r.all()))
	}
}

func TestTheDefaultBodyIsTheDocumentedOne(t *testing.T) {
	t.Parallel()
	r := newEndpoint(t, nil)
	s := newSender(r.url)
	lead := crmtest.NewLead("req_1")
	lead.Fields = crm.Fields{crm.StepEvent: {"territory": {Value: "west"}}}
	if _, err := s.deliver(t, lead); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Type, Timestamp string
		Data            map[string]any
	}
	if err := json.Unmarshal(r.all()[0].body, &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "lead.created" || got.Timestamp != "2026-11-20T16:15:02Z" {
		t.Errorf("type %q at %q", got.Type, got.Timestamp)
	}
	wantPerson := map[string]any{
		"name": "Dana Example", "phone": "+13035550142", "email": "dana@example.com", "address": "", "city": "", "state": "", "postal_code": "",
	}
	if diff := cmp.Diff(wantPerson, got.Data["person"]); diff != "" {
		t.Errorf("person (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"territory": "west"}, got.Data["fields"]); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{}, got.Data["transcript"]); diff != "" {
		t.Errorf("transcript that nobody asked for (-want +got):\n%s", diff)
	}
	analysis, _ := got.Data["analysis"].(map[string]any)
	if analysis["lead_score"] != 86.0 || analysis["model"] != nil {
		t.Errorf("analysis = %v", analysis)
	}
	s.config["transcript"] = true
	if _, err := s.deliver(t, lead); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(r.all()[1].body), "How can I help?") {
		t.Error("the transcript that was asked for is missing")
	}
}

func TestATenantShapesTheBody(t *testing.T) {
	t.Parallel()
	r := newEndpoint(t, nil)
	s := newSender(r.url)
	s.config["body"] = `{
		"event": type, "at": timestamp,
		"contact": {"full_name": data.person.name, "phones": [data.person.phone]},
		"hot": data.analysis.lead_score >= 80,
		"budget": data.analysis.budget.max,
		"said": data.transcript.map(s, s.speaker + ": " + s.text).join("\n"),
	}`
	if _, err := s.deliver(t, crmtest.NewLead("req_1")); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"event": "lead.created", "at": "2026-11-20T16:15:02Z", "hot": true, "budget": 30000.0,
		"contact": map[string]any{"full_name": "Dana Example", "phones": []any{"+13035550142"}},
		"said":    "agent: How can I help?\ncustomer: We have between twenty and thirty thousand for the kitchen.",
	}
	var got map[string]any
	if err := json.Unmarshal(r.all()[0].body, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestBodiesAreTriedWhenTheyAreSaved(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"a": data.person.name}`:            "",
		`[data]`:                             "",
		`{"a": data.analysis.budget.max}`:    "", // null where nobody said an amount
		`{"a": `:                             "1:",
		`{"a": date.person}`:                 "1:7: undeclared reference",
		`{"a": data.persons.name}`:           "no such key: persons",
		`{"a": data.analysis.next_steps[0]}`: "of which nothing is known",
		`data.person.name`:                   "must result in an object",
		`{"a": 1 + "x"}`:                     "1:9: ",
		`{"a": data.tenant_id.matches("(")}`: "error parsing regexp",
		`{"a": ["x","x","x","x","x","x","x","x","x","x"].map(a, ["x","x","x","x","x","x","x","x","x","x"].map(b, ["x","x","x","x","x","x","x","x","x","x"].map(c, ["x","x","x","x","x","x","x","x","x","x"].map(d, ["x","x","x","x","x","x","x","x","x","x"].map(e, ["x","x","x","x","x","x","x","x","x","x"].map(f, a+b+c+d+e+f))))))}`: "cost limit",
	} {
		s := newSender("https://crm.example.com/hook")
		s.config["body"] = body
		_, err := s.connect()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("body %.60s: error = %v, want %q", body, err, want)
		}
	}
}

func TestTheReceiversIDIsKept(t *testing.T) {
	t.Parallel()
	for answer, test := range map[string]struct {
		path, id string
		fault    crm.Fault
	}{
		`{"data":{"id":"lead_7"}}`:            {path: "data.id", id: "lead_7"},
		`{"data":[{"id":90071992547409931}]}`: {path: "data.0.id", id: "90071992547409931"},
		`{"data":{"id":""}}`:                  {path: "data.id", fault: crm.Invalid},
		`{"data":{"id":true}}`:                {path: "data.id", fault: crm.Invalid},
		`{"data":[]}`:                         {path: "data.0.id", fault: crm.Invalid},
		`[1]`:                                 {path: "data.id", fault: crm.Invalid},
		`thanks!`:                             {path: "data.id", fault: crm.Transient},
	} {
		r := newEndpoint(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) })
		s := newSender(r.url)
		s.config["id_path"] = test.path
		id, err := s.deliver(t, crmtest.NewLead("req_1"))
		if test.fault != "" {
			if err == nil || crm.FaultOf(err) != test.fault {
				t.Errorf("answer %s: error = %v, want %s", answer, err, test.fault)
			}
			continue
		}
		if err != nil || id != test.id {
			t.Errorf("answer %s: id = %q, %v, want %q", answer, id, err, test.id)
		}
	}
}

func TestRequestsCarryWhatTheTenantSets(t *testing.T) {
	t.Parallel()
	r := newEndpoint(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) })
	s := newSender(r.url + "/leads/{request_id}")
	s.config["method"], s.config["success_codes"] = "put", []int{201, 409}
	s.config["headers"] = map[string]string{"X-Source": "pipeline", "User-Agent": "ours"}
	for _, test := range []struct {
		auth, header, credentials string
		want                      map[string]string
	}{
		{"none", "", `{"secrets":["` + secret + `"]}`, map[string]string{"Authorization": ""}},
		{"bearer", "", `{"secrets":["` + secret + `"],"auth":{"token":"t0ken"}}`, map[string]string{"Authorization": "Bearer t0ken"}},
		{"basic", "", `{"secrets":["` + secret + `"],"auth":{"username":"u","password":"p"}}`, map[string]string{"Authorization": "Basic dTpw"}},
		{"header", "X-Api-Key", `{"secrets":["` + secret + `"],"auth":{"value":"k3y"}}`, map[string]string{"X-Api-Key": "k3y"}},
	} {
		s.config["auth"], s.config["auth_header"], s.credentials = test.auth, test.header, test.credentials
		if _, err := s.deliver(t, crmtest.NewLead("req_1")); err != nil {
			t.Fatalf("auth %s: %v", test.auth, err)
		}
		all := r.all()
		got := all[len(all)-1]
		if got.method != http.MethodPut || got.path != "/leads/req_1" {
			t.Errorf("request = %s %s", got.method, got.path)
		}
		test.want["X-Source"], test.want["User-Agent"], test.want["Content-Type"] = "pipeline", "ours", "application/json"
		for name, want := range test.want {
			if value := got.header.Get(name); value != want {
				t.Errorf("auth %s: %s = %q, want %q", test.auth, name, value, want)
			}
		}
	}
}

func TestTheConnectionTestDeliversNothing(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]crm.Fault{
		204: "", 404: "", 405: "", 400: "", 501: "",
		301: crm.Invalid, 401: crm.AuthRevoked, 403: crm.AuthRevoked, 410: crm.Closed, 503: crm.Transient,
	} {
		r := newEndpoint(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		c, err := newSender(r.url).connect()
		if err != nil {
			t.Fatal(err)
		}
		err = c.Test(t.Context())
		if (err == nil) != (want == "") || err != nil && faultOf(t, err).Fault != want {
			t.Errorf("status %d: error = %v, want %q", status, err, want)
		}
		if delivering := func(got received) bool { return got.method != http.MethodHead }; len(r.all()) != 1 || slices.ContainsFunc(r.all(), delivering) {
			t.Errorf("status %d: requests %v, want a HEAD", status, r.all())
		}
	}
}
