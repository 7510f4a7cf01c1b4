package webhook

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestTheSameContentWithinTenMinutesIsOneForm(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.send(t, visitorForm(t, formBody))
	reordered := `{"message":"A new kitchen","email":"Robin@Example.com","phone":"(303) 555-0142","name":"Robin Example"}`
	f.now = f.now.Add(6 * time.Minute)
	for name, r := range map[string]*http.Request{
		"again": visitorForm(t, formBody), "in another order": visitorForm(t, reordered), "by the server": serverForm(t, forms, formBody, formsKey),
	} {
		if got, want := f.send(t, r), (answer{Status: 200, Outcome: "duplicate", RequestID: first.RequestID}); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	f.now = f.now.Add(5 * time.Minute) // another stretch: the store decides by the time of the earlier one
	if got := f.send(t, visitorForm(t, formBody)); got.Outcome != "duplicate" || got.RequestID != first.RequestID {
		t.Errorf("in the next stretch: %+v", got)
	}
	if got := f.send(t, visitorForm(t, `{"name":"Robin Example","message":"A new bath"}`)); got.Outcome != "accepted" {
		t.Errorf("other content: %+v", got)
	}
	f.now = f.now.Add(20 * time.Minute)
	if got := f.send(t, visitorForm(t, formBody)); got.Outcome != "accepted" || got.RequestID == first.RequestID {
		t.Errorf("half an hour later: %+v", got)
	}
	in := f.store.intakes[0]
	if in.Within != 10*time.Minute || len(in.Alike) != 1 || in.Alike[0] == in.Request.ID || in.Change {
		t.Errorf("intake %+v", in)
	}
}

func TestAServersIDStandsForTheForm(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	send := func(body, key string) answer {
		r := serverForm(t, forms, body, formsKey)
		r.Header.Set("Idempotency-Key", key)
		return f.send(t, r)
	}
	id := request.ID("tenant_forms", "form", "order-1")
	for _, step := range []struct{ body, key, outcome string }{
		{`{"name":"Robin Example"}`, "order-1", "accepted"},
		{`{"name":"Robin Example"}`, "order-1", "duplicate"},
		{`{"name":"Robin Example","message":"A new kitchen"}`, "order-1", "updated"},
		{`{"name":"Robin Example","id":"order-1"}`, "something else", "updated"},
	} {
		if got, want := send(step.body, step.key), (answer{Status: 200, Outcome: step.outcome, RequestID: id}); got != want {
			t.Errorf("%s: got %+v, want %+v", step.body, got, want)
		}
	}
	if got := send(`{"name":"Robin Example"}`, "order-2"); got.Outcome != "accepted" {
		t.Errorf("the same content under another id: %+v", got)
	}
}

func TestAVisitorsIDUsesUpNobodysElse(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	send := func(body string) answer { return f.send(t, visitorForm(t, body)) }
	first := send(`{"submission_id":"s-1","name":"Robin Example"}`)
	if got := send(`{"submission_id":"s-1","name":"Robin Example"}`); got.Outcome != "duplicate" || got.RequestID != first.RequestID {
		t.Errorf("again: %+v", got)
	}
	if got := send(`{"submission_id":"s-1","name":"Dana Example"}`); got.Outcome != "accepted" {
		t.Errorf("somebody else's under the same id: %+v", got)
	}
	if got := f.send(t, serverForm(t, forms, `{"submission_id":"s-1","name":"Robin Example"}`, formsKey)); got.Outcome != "accepted" {
		t.Errorf("the server's form of that id: %+v", got)
	}
}

func TestTheHoneypotStoresNothingAndSaysNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	got := f.send(t, visitorForm(t, `{"name":"Robot","_gotcha":"yes"}`))
	if got.Status != 200 || got.Outcome != "accepted" || !strings.HasPrefix(got.RequestID, "req_") {
		t.Errorf("got %+v", got)
	}
	if len(f.store.intakes) != 0 || len(f.limits.taken) != 0 || !cmp.Equal(*f.counts, counts{"tenant_forms/web/ignored/honeypot"}) {
		t.Errorf("stored %d, limits %q, counted %q", len(f.store.intakes), f.limits.taken, *f.counts)
	}
	if got := f.send(t, visitorForm(t, `{"name":"Robin","_gotcha":""}`)); got.Outcome != "accepted" || len(f.store.intakes) != 1 {
		t.Errorf("an empty honeypot: %+v", got)
	}
}

func TestOnlyAllowedPagesMayPost(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ target, origin, allowed string }{
		"the tenant's":      {forms + "?key=form-key", page, page},
		"another":           {forms + "?key=form-key", "https://evil.example", ""},
		"without the key":   {forms, page, ""},
		"without an origin": {forms + "?key=form-key", "", ""},
		"of nobody":         {"/v1/forms/tenant_nobody?key=form-key", page, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			r := httptest.NewRequestWithContext(t.Context(), http.MethodOptions, tt.target, nil)
			r.Header.Set("Origin", tt.origin)
			r.Header.Set("Access-Control-Request-Method", "POST")
			w := httptest.NewRecorder()
			f.ServeHTTP(w, r)
			if w.Code != http.StatusNoContent || w.Header().Get("Vary") != "Origin" || w.Header().Get("Access-Control-Allow-Origin") != tt.allowed {
				t.Errorf("status %d, headers %v", w.Code, w.Header())
			}
			if methods := w.Header().Get("Access-Control-Allow-Methods"); (methods == "POST") != (tt.allowed != "") {
				t.Errorf("methods %q", methods)
			}
		})
	}
	f := newFixture(t)
	for _, tt := range []struct {
		r    *http.Request
		want string
	}{{visitorForm(t, formBody), page}, {serverForm(t, forms, formBody, formsKey), ""}, {visitorForm(t, `{"name":`), page}} {
		w := httptest.NewRecorder()
		f.ServeHTTP(w, tt.r)
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != tt.want {
			t.Errorf("allowed %q, want %q", got, tt.want)
		}
	}
}

func TestCardNumbersAreNotStored(t *testing.T) {
	t.Parallel()
	const number = "4111 1111 1111 1111"
	for name, send := range map[string]func(*fixture){
		"in a web form": func(f *fixture) { f.send(t, visitorForm(t, `{"message":"Charge `+number+`","cvv":"123"}`)) },
		"in CallRail's form": func(f *fixture) {
			f.send(t, signedRequest(t, endpoint+"/tenant_demo/form_submission", `{"resource_id":"FRM1","form_data":{"message":"Charge `+number+`","cvv":"123"}}`, demoKey))
		},
		"in CallRail's transcript": func(f *fixture) {
			f.send(t, signedRequest(t, endpoint+"/tenant_demo/post_call", `{"resource_id":"CAL1","transcription":"Caller: `+number+`, cvv 123"}`, demoKey))
		},
		"in a text": func(f *fixture) {
			f.send(t, signedRequest(t, endpoint+"/tenant_demo/text_received", `{"resource_id":"SCI1","content":"`+number+` cvv 123"}`, demoKey))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			send(f)
			in := f.store.intakes[0]
			kept := string(in.Body) + request.Field{Value: in.Request.Details.Text + in.Request.Details.SourceTranscript}.Value
			for _, field := range in.Request.Details.Fields {
				kept += field.Value
			}
			if strings.Contains(kept, "1111") || strings.Contains(kept, "123") || strings.Count(kept, "[card number]") != 2 || strings.Count(kept, "[card code]") != 2 {
				t.Errorf("kept %s", kept)
			}
		})
	}
}
