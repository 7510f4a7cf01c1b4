package setup_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/dashtest"
)

const (
	apiImports = "POST " + api + "/sources/callrail/imports"
	imports    = base + "/sources/callrail/imports"
)

// january are days with what an import may be asked for.
func january() url.Values {
	return url.Values{"from": {"2026-01-01"}, "to": {"2026-01-31"}, "batch": {"on"}, "push": {"on"}}
}

func estimate(calls int) dashtest.Answer {
	return dashtest.Answer{Body: object{"calls": calls, "recorded": 287, "minutes": 1105.5, "cost_usd": 9.42, "takes_minutes": 327.5}}
}

func TestAnImportIsEstimatedBeforeItIsOffered(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{apiImports: estimate(1310)})
	if page := s.Get(base + "/sources/callrail"); strings.Contains(page.Body, `action="`+imports+`"`) || !strings.Contains(page.Body, `action="`+imports+`/estimate"`) {
		t.Error("an import is offered without an estimate, or the estimate is not")
	}
	whole, part := s.Post(imports+"/estimate", january()), s.Post(imports+"/estimate", january(), "HX-Request", "true")
	for _, want := range []string{
		"Missing from Jan 1, 2026 to Jan 31, 2026: <strong>1,310 calls</strong>, 287 of them recorded, 1,105.5 minutes", "transcribed when it is cheap and into the CRMs",
		"<strong>$9.42</strong> and takes about 6 hours", `action="` + imports + `"`, `data-confirm="Import 1,310 calls for about $9.42?"`, `name="from" value="2026-01-01"`, `name="push" value="on"`,
	} {
		if !strings.Contains(whole.Body, want) || !strings.Contains(part.Body, want) {
			t.Errorf("the page or its part has no %s", want)
		}
	}
	if !strings.Contains(whole.Body, "<html") || strings.Contains(part.Body, "<html") {
		t.Error("the part is a page, or the page a part")
	}
	for _, call := range s.Calls(http.MethodPost) {
		if diff := cmp.Diff(`{"batch":true,"estimate":true,"from":"2026-01-01","push":true,"to":"2026-01-31"}`, strings.TrimSpace(call.Body)); diff != "" {
			t.Errorf("the API is asked (-want +got):\n%s", diff)
		}
	}
	s.Answer(apiImports, estimate(0))
	if page := s.Post(imports+"/estimate", january()); strings.Contains(page.Body, `action="`+imports+`"`) || !strings.Contains(page.Body, "There is nothing to bring in") {
		t.Error("an import of nothing is offered")
	}
}

func TestAnImportIsStarted(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{apiImports: {Status: http.StatusAccepted, Body: object{"job_id": "job_7", "kind": "import", "state": "queued"}}})
	page := s.Post(imports, url.Values{"from": {"2026-01-01"}, "to": {"2026-01-31"}})
	if page.Status != http.StatusSeeOther || page.Header.Get("Location") != base+"/sources/callrail" {
		t.Errorf("the answer is %d to %s", page.Status, page.Header.Get("Location"))
	}
	var got object
	sent(t, s, http.MethodPost, &got)
	if diff := cmp.Diff(object{"from": "2026-01-01", "to": "2026-01-31"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhyCallsCannotBeImportedStandsAtTheField(t *testing.T) {
	t.Parallel()
	refused := dashtest.Problem(http.StatusUnprocessableEntity, "invalid_settings")
	refused.Body.(object)["errors"] = []any{
		object{"field": "from", "message": "CallRail does not answer for what is older than 25 months"}, object{"field": "source_id", "message": "The API key is refused."},
	}
	s := site(t, map[string]dashtest.Answer{apiImports: refused})
	for _, path := range []string{imports, imports + "/estimate"} {
		page := s.Post(path, january())
		for _, want := range []string{`id="f-from-error">CallRail does not answer for what is older`, "Source: The API key is refused.", `value="2026-01-01"`, `name="batch" value="on" checked`} {
			if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, want) {
				t.Errorf("%s is answered %d without %s", path, page.Status, want)
			}
		}
	}
	asked := len(s.Calls(http.MethodPost))
	if page := s.Post(imports, url.Values{"from": {"soon"}, "to": {"2026-01-31"}}); page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, `id="f-from-error">it must be a day`) {
		t.Errorf("what is no day is answered %d", page.Status)
	}
	if len(s.Calls(http.MethodPost)) != asked {
		t.Error("what is no day is sent to the API")
	}
}

func TestTheJobsOfASourceAreItsOwn(t *testing.T) {
	t.Parallel()
	job := func(id, kind, source, state string) object {
		return object{"job_id": id, "kind": kind, "source_id": source, "state": state, "actor": "https://issuer.example.com#ann",
			"created_at": time.Unix(0, 0), "updated_at": time.Unix(0, 0), "report": object{"listed": 310, "looked": 100, "imported": 90, "present": 10}}
	}
	s := site(t, map[string]dashtest.Answer{
		"GET " + api + "/jobs":              {Body: object{"next_page_token": "more", "jobs": []any{job("job_1", "import", "callrail", "running"), job("job_2", "import", "other", "paused"), job("job_3", "retranscribe", "callrail", "queued"), job("job_4", "export", "", "done")}}},
		"POST " + api + "/jobs/job_1/pause": {Status: http.StatusNoContent},
	})
	page := s.Get(base + "/sources/callrail").Body
	for _, want := range []string{base + "/jobs/job_1/pause", base + "/jobs/job_1/cancel", `name="source_id" value="callrail"`, "kind=&amp;source_id=callrail", "job_3", "Retranscribe", "310", "Older ones are under"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(page, "job_2") || strings.Contains(page, "job_4") {
		t.Error("another source's job, or nobody's, is shown")
	}
	part := s.Get(base+"/jobs?source_id=other", "HX-Request", "true").Body
	if strings.Contains(part, "job_1") || !strings.Contains(part, "job_2/resume") {
		t.Errorf("the list of another source is %s", part)
	}
	if page := s.Post(base+"/jobs/job_1/pause", url.Values{"kind": {"import"}, "source_id": {"callrail"}}); page.Header.Get("Location") != base+"/sources/callrail" {
		t.Errorf("pausing leads to %s", page.Header.Get("Location"))
	}
}

func TestCallsFromBeforeAreForAdministratorsOfCallRail(t *testing.T) {
	t.Parallel()
	answers := all()
	answers[apiImports] = dashtest.Problem(http.StatusForbidden, "insufficient_role")
	answers["GET "+api+"/sources/web"] = dashtest.Answer{Body: source("form"), ETag: etag}
	answers["GET "+api+"/sources/web/deliveries"] = answers["GET "+api+"/sources/callrail/deliveries"]
	viewer := dashtest.New(t, access.TenantViewer, answers)
	if strings.Contains(viewer.Get(base+"/sources/callrail").Body, "Calls from before") {
		t.Error("a viewer finds imports")
	}
	if page := viewer.Post(imports, january()); page.Status != http.StatusForbidden {
		t.Errorf("a viewer's import is answered %d", page.Status)
	}
	if strings.Contains(site(t, answers).Get(base+"/sources/web").Body, "Calls from before") {
		t.Error("a source of web forms has calls from before")
	}
}
