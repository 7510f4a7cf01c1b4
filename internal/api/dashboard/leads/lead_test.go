package leads_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/dashtest"
)

// detail is a whole request, with changes.
func detail(more object) dashtest.Answer {
	d := row("req_1", object{
		"timeline": []any{
			object{"at": "2026-03-02T16:04:05Z", "step": "webhook", "name": "received"},
			object{"at": "2026-03-02T16:04:41Z", "step": "transcribe", "name": "done", "duration_ms": 34120},
		},
		"run": 1, "reason": "", "hold": false, "started_at": "2026-03-02T16:00:00Z",
		"source_details": object{"city": "Denver", "campaign": "Spring"}, "corrections": []any{},
		"recording": object{"available": true, "duration_s": 62, "channels": 2, "content_type": "audio/mpeg", "absent": ""},
		"transcript": object{"origin": "speech", "segments": []any{
			object{"index": 0, "speaker": "agent", "start_s": 0, "end_s": 2.5, "text": "Thanks for calling."},
			object{"index": 1, "speaker": "customer", "start_s": 2.5, "end_s": 9, "text": "I would like a quote for my kitchen."},
		}},
		"analysis": object{
			"intent": "quote_request", "project_type": "kitchen", "timeline": "1_3_months", "budget": object{"signal": "high", "min": 40000, "max": nil},
			"is_lead": true, "spam": false, "lead_score": 86, "score_band": "hot", "analyzer": "model", "model": "gemini", "summary": "Wants a kitchen.",
			"score_breakdown": []any{object{"signal": "intent", "value": 1, "weight": 25, "points": 25, "reason": "asks for a quote"}},
			"confidence":      object{"overall": 0.9, "fields": object{"intent": 0.95}}, "sentiment": "positive",
			"customer": object{"name": "Jane Example", "email": "", "phone": "+13035550142", "address": ""}, "appointment": "none",
			"next_steps": []any{"Call back."}, "evidence": []any{object{"field": "intent", "segment": 1, "quote": "I would like a quote"}},
			"answers": []any{object{"id": "pets", "question": "Are there pets?", "type": "yes_no", "value": true, "segment": 1, "quote": "my kitchen", "confidence": 1}},
		},
		"deliveries": []any{
			object{"destination": "hubspot", "connector": "hubspot", "state": "parked", "revision": 1, "synced": 0, "attempts": 2, "calls": 4,
				"error": "The CRM refused the record.", "ledger": []any{}},
			object{"destination": "salesforce", "connector": "salesforce", "state": "done", "revision": 1, "synced": 1, "attempts": 0, "calls": 4, "outcome": "created",
				"link": "https://example.my.salesforce.com/00Q1", "ledger": []any{object{"step": "lead", "remote_id": "00Q1", "outcome": "created", "at": "2026-03-02T16:05:10Z"}}},
		},
		"cost": object{"total_usd": 0.0209, "estimated": true, "components": []any{object{"name": "speech", "quantity": 1.02, "unit": "minute", "unit_price_usd": 0.016, "cost_usd": 0.0164, "estimated": true}}},
	})
	for key, value := range more {
		d[key] = value
	}
	return dashtest.Answer{Body: d}
}

func TestALeadShowsItsClaimsWithTheirWords(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantAdmin, map[string]dashtest.Answer{"GET " + apiLead: detail(nil)})
	body := s.Get(lead).Body
	for _, want := range []string{
		"Jane Example", `href="tel:`, "Denver", "Wants a kitchen.", "Call back.",
		`data-segment="1" data-quote="I would like a quote"`, `id="s1"`, "95% sure", "High, from $40,000",
		"Are there pets?", "<span>Yes</span>", "25<span class=\"soft\">/25</span>", "Asks for a quote",
		"The CRM refused the record.", "2 failed attempts", `action="` + lead + `/deliveries/hubspot/retry"`,
		`href="https://example.my.salesforce.com/00Q1"`, "34.1 s", "$0.0209", `src="` + lead + `/recording"`, "1:02",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if strings.Contains(body, lead+"/deliveries/salesforce/retry") {
		t.Error("a delivery that is done can be tried again")
	}
}

func TestAViewerSeesNoControls(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{"GET " + apiLead: detail(nil)})
	_, main, _ := strings.Cut(s.Get(lead).Body, "<main")
	if strings.Contains(main, "<form") {
		t.Error("a viewer's page has a form")
	}
}

func TestEveryStateOfALeadSaysWhatToDo(t *testing.T) {
	t.Parallel()
	none := object{"analysis": nil, "transcript": nil, "deliveries": []any{}, "lead_score": nil, "score_band": nil}
	with := func(more object) dashtest.Answer {
		for key, value := range none {
			if _, set := more[key]; !set {
				more[key] = value
			}
		}
		return detail(more)
	}
	for name, test := range map[string]struct {
		answer dashtest.Answer
		says   string
	}{
		"received":     {with(object{"status": "received", "reason": "no recording yet"}), "It waits: no recording yet"},
		"failed":       {with(object{"status": "failed", "reason": "speech refused it"}), "gave up on this Call"},
		"erased":       {with(object{"status": "erased"}), "was erased"},
		"no recording": {with(object{"recording": object{"available": false, "absent": "not_recorded"}}), "Switch recording on"},
		"expired":      {with(object{"recording": object{"available": false, "absent": "expired"}}), "retention"},
		"silence":      {with(object{"transcript": object{"origin": "speech", "segments": []any{}}}), "Nobody said a word"},
		"no CRM":       {with(object{"crm_state": "none"}), "It went to no CRM"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := dashtest.New(t, access.TenantAdmin, map[string]dashtest.Answer{"GET " + apiLead: test.answer})
			if got := s.Get(lead); got.Status != http.StatusOK || !strings.Contains(got.Body, test.says) {
				t.Errorf("%d, without %q", got.Status, test.says)
			}
		})
	}
}

func TestACorrectionHasTheFieldsOwnType(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		field, value string
		want         any
	}{
		"a word":        {"project_type", "basement", "basement"},
		"yes or no":     {"is_lead", "false", false},
		"a number":      {"lead_score", "42", 42.0},
		"a budget":      {"budget", "high", map[string]any{"signal": "high"}},
		"not a number":  {"lead_score", "many", "many"}, // the API refuses it
		"a text":        {"customer.name", " Jane ", "Jane"},
		"an empty text": {"customer.email", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := dashtest.New(t, access.TenantAdmin, map[string]dashtest.Answer{
				"POST " + apiLead + "/corrections": {Body: object{"corrections": []any{}}},
				"GET " + apiLead:                   detail(nil),
			})
			got := s.Post(lead+"/corrections", url.Values{"field": {test.field}, "value": {test.value}, "push": {"on"}})
			if got.Status != http.StatusSeeOther || got.Header.Get("Location") != lead {
				t.Fatalf("got %d to %q", got.Status, got.Header.Get("Location"))
			}
			var sent any
			if err := json.Unmarshal([]byte(s.Calls(http.MethodPost)[0].Body), &sent); err != nil {
				t.Fatal(err)
			}
			want := map[string]any{"push": true, "corrections": []any{map[string]any{"field": test.field, "value": test.want}}}
			if diff := cmp.Diff(want, sent); diff != "" {
				t.Errorf("the API is sent (-want +got):\n%s", diff)
			}
			if body := s.Get(lead).Body; !strings.Contains(body, "is corrected. The records in CRMs follow.") {
				t.Error("the page does not say what was done")
			}
			if body := s.Get(lead).Body; strings.Contains(body, "is corrected.") {
				t.Error("it is said twice")
			}
		})
	}
}

func TestActionsAskTheAPIAndSayWhatItRefuses(t *testing.T) {
	t.Parallel()
	for path, api := range map[string]string{
		"/retry":                          "POST " + apiLead + "/retry",
		"/hold":                           "PUT " + apiLead + "/hold",
		"/hold/release":                   "DELETE " + apiLead + "/hold",
		"/deliveries/hubspot/retry":       "POST " + apiLead + "/deliveries/hubspot/retry",
		"/corrections/customer.name/undo": "DELETE " + apiLead + "/corrections/customer.name",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			s := dashtest.New(t, access.TenantAdmin, map[string]dashtest.Answer{api: {Status: http.StatusAccepted}, "GET " + apiLead: detail(nil)})
			method, _, _ := strings.Cut(api, " ")
			if got := s.Post(lead+path, url.Values{"from": {"analyze"}}); got.Status != http.StatusSeeOther || len(s.Calls(method)) != 1 {
				t.Fatalf("got %d %s", got.Status, got.Body)
			}
			if body := s.Get(lead).Body; !strings.Contains(body, `class="notice good"`) {
				t.Error("the page does not say that it is done")
			}
			s.Answer(api, dashtest.Problem(http.StatusConflict, "busy"))
			s.Post(lead+path, url.Values{})
			if body := s.Get(lead).Body; !strings.Contains(body, `<p class="notice bad">Detail of busy.`) {
				t.Error("the page does not say that it was refused")
			}
		})
	}
}

func TestALegalHoldSaysWhoPutItThere(t *testing.T) {
	t.Parallel()
	answers := map[string]dashtest.Answer{
		"GET " + apiLead: detail(object{"hold": true}),
		"GET /v1/tenants/tenant_a/audit": {Body: object{"next_page_token": "", "entries": []any{object{
			"audit_id": "a", "at": "2026-03-03T16:04:05Z", "actor": "https://issuer.example.com#ann@example.com", "action": "request.hold", "target": "req_1",
		}}}},
	}
	s := dashtest.New(t, access.TenantAdmin, answers)
	body := s.Get(lead).Body
	for _, want := range []string{`<span class="state warn">Held</span>`, "By ann@example.com, ", "Mar 3, 9:04 AM", `action="` + lead + `/hold/release"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	var asked string
	for _, call := range s.Calls(http.MethodGet) {
		if strings.HasSuffix(call.Path, "/audit") {
			asked = call.Query
		}
	}
	if asked != "limit=1&action=request.hold&target=req_1" {
		t.Errorf("the audit log is asked %q", asked)
	}
	s.Answer("GET "+apiLead, detail(nil))
	if body := s.Get(lead).Body; !strings.Contains(body, "Not held") || !strings.Contains(body, `action="`+lead+`/hold"`) || strings.Contains(body, "/hold/release") {
		t.Error("a lead that is not held can be released, or not be held")
	}
}

func TestAViewerSeesALegalHoldAndNoMore(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{"GET " + apiLead: detail(object{"hold": true})})
	_, main, _ := strings.Cut(s.Get(lead).Body, "<main")
	if !strings.Contains(main, "Neither retention nor an erasure touches this lead") || strings.Contains(main, "<form") {
		t.Error("the state is missing, or there is a form")
	}
	for _, call := range s.Calls(http.MethodGet) {
		if strings.HasSuffix(call.Path, "/audit") {
			t.Error("the page asks for the audit log, which a viewer may not read")
		}
	}
	s.Answer("GET "+apiLead, detail(nil))
	if strings.Contains(s.Get(lead).Body, "Not held") {
		t.Error("a viewer is told of a hold that there is not")
	}
}

func TestThePlayerIsSentToTheSignedAddress(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{"GET " + apiLead + "/recording": {Body: object{
		"url": "https://media.example.com/a?signature=x", "expires_at": "2026-03-02T16:09:05Z", "content_type": "audio/mpeg", "duration_s": 62,
	}}})
	got := s.Get(lead + "/recording")
	if got.Status != http.StatusFound || got.Header.Get("Location") != "https://media.example.com/a?signature=x" {
		t.Errorf("got %d to %q", got.Status, got.Header.Get("Location"))
	}
}

func TestTheEventStreamIsTheAPIs(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{"GET /v1/tenants/tenant_a/events": {Body: "event: ping\ndata: {}\n\n"}})
	if got := s.Get("/dashboard/tenants/tenant_a/events", "Last-Event-ID", "e1"); got.Body != "event: ping\ndata: {}\n\n" {
		t.Errorf("got %d %q", got.Status, got.Body)
	}
	calls := s.Calls(http.MethodGet)
	if got := calls[len(calls)-1].Header.Get("Last-Event-ID"); got != "e1" {
		t.Errorf("the stream goes on from %q", got)
	}
}
