package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// specimen is how an operation is called so that it succeeds. What stands in braces, in the
// path and here, is what furnish made.
type specimen struct {
	query    string
	body     string
	path     map[string]string // other things for the path's parameters
	status   int               // 0: 200
	shows    bool              // the answer holds the canary
	spoils   bool              // it cannot be done again with the same things
	platform bool              // it needs no tenant
}

const (
	person = `{"phone":"+13035550142"}`
	reason = `{"reason":"migration"}`
	range_ = "from={today}&to={today}"
)

// specimens are all operations of the document that need a token; the tests fail for one
// that is not here.
var specimens = map[string]specimen{
	"getMe":        {platform: true},
	"listTenants":  {shows: true, platform: true},
	"createTenant": {body: `{"tenant_id":"tenant_{new}","name":"New"}`, status: http.StatusCreated, spoils: true, platform: true},
	"getTenant":    {shows: true},
	"putTenant": {body: `{"name":"canary-hummingbird","time_zone":"UTC","region":"US",
		"settings":{"notifications":{"email":[{"name":"owner","to":["owner@example.com"]}]}}}`, shows: true},
	"testNotification": {path: map[string]string{"channel": "email:owner"}},
	"suspendTenant":    {status: http.StatusNoContent}, "activateTenant": {status: http.StatusNoContent},
	"putSecret": {body: `{"value":"x"}`},

	"listSources": {shows: true}, "getSource": {shows: true},
	"putSource":           {body: `{"kind":"form","name":"canary-hummingbird"}`, path: map[string]string{"source_id": "web"}, shows: true},
	"deleteSource":        {status: http.StatusNoContent, spoils: true},
	"connectSource":       {},
	"addSigningKey":       {body: `{}`, status: http.StatusCreated, spoils: true},
	"removeSigningKey":    {status: http.StatusNoContent, spoils: true},
	"getSourceDeliveries": {query: range_, shows: true},
	"createImport":        {body: `{"from":"{today}","to":"{today}"}`, status: http.StatusAccepted},

	"listIntegrations": {shows: true}, "getIntegration": {shows: true},
	"putIntegration":    {body: `{"kind":"hubspot","name":"canary-hummingbird","config":{"base_url":"{hubspot}"}}`, shows: true},
	"deleteIntegration": {status: http.StatusNoContent, spoils: true},
	"testIntegration":   {}, "listIntegrationFields": {},
	"previewMapping":      {body: `{"request_id":"{request_id}","mapping":[{"record":"contact","field":"jobtitle","value":"analysis.summary"}]}`, shows: true},
	"listStuckDeliveries": {path: map[string]string{"integration_id": "parked"}, shows: true},
	"retryIntegration":    {path: map[string]string{"integration_id": "parked"}, spoils: true},

	"getWorkflow":    {shows: true},
	"putWorkflow":    {body: `{"rules":[{"name":"canary-hummingbird","actions":{"tags":["x"]}}]}`, shows: true},
	"dryRunWorkflow": {body: `{"request_id":"{request_id}"}`, shows: true},

	"listRequests":   {shows: true},
	"createRequest":  {body: `{"kind":"text","text":"Hello","caller":{"phone":"+13035550142"}}`, status: http.StatusCreated},
	"streamRequests": {}, "getRequest": {shows: true},
	"deleteRequest":       {status: http.StatusAccepted, spoils: true},
	"getRecording":        {shows: true},
	"retryRequest":        {body: `{"from":"notify"}`, status: http.StatusAccepted, spoils: true},
	"correctRequest":      {body: `{"corrections":[{"field":"summary","value":"canary-hummingbird"}]}`, shows: true},
	"deleteCorrection":    {path: map[string]string{"field": "summary"}, status: http.StatusNoContent, spoils: true},
	"createRescore":       {body: `{"from":"{today}","to":"{today}"}`, status: http.StatusAccepted, spoils: true},
	"createReanalysis":    {body: `{"from":"{today}","to":"{today}"}`, status: http.StatusAccepted, spoils: true},
	"listCorrectionCases": {shows: true},
	"holdRequest":         {status: http.StatusNoContent}, "releaseRequest": {status: http.StatusNoContent},
	"retryDelivery": {path: map[string]string{"integration_id": "parked"}, status: http.StatusAccepted, spoils: true},

	"getStats": {query: range_ + "&group_by=source", shows: true}, "getCosts": {query: range_ + "&group_by=source", shows: true},
	"getOutcomes": {query: range_}, "getTimings": {query: range_}, "getBacklog": {platform: true}, "getQuotas": {platform: true},
	"getPlatformOutcomes": {query: range_, platform: true}, "getPlatformTimings": {query: range_, platform: true},
	"getBudget": {}, "getPlatformStats": {query: range_, platform: true}, "getPrices": {platform: true},

	"listPauses":          {shows: true},
	"putPause":            {body: reason, path: map[string]string{"subject": "model"}, status: http.StatusNoContent},
	"deletePause":         {path: map[string]string{"subject": "all"}, status: http.StatusNoContent, spoils: true},
	"listPlatformPauses":  {platform: true},
	"putPlatformPause":    {body: reason, path: map[string]string{"subject": "model"}, status: http.StatusNoContent, platform: true},
	"deletePlatformPause": {path: map[string]string{"subject": "model"}, status: http.StatusNoContent, spoils: true, platform: true},
	"listDeadLetters":     {shows: true, platform: true}, "redriveDeadLetters": {spoils: true, platform: true},
	"redriveDeadLetter":     {status: http.StatusNoContent, spoils: true, platform: true},
	"dismissDeadLetter":     {status: http.StatusNoContent, spoils: true, platform: true},
	"listTenantDeadLetters": {shows: true},
	"listAudit":             {shows: true},

	"createExport": {body: person, status: http.StatusAccepted}, "createErasure": {body: person, status: http.StatusAccepted},
	"lookUpPerson": {body: person}, "optOut": {body: person, status: http.StatusNoContent}, "optIn": {body: person, status: http.StatusNoContent},
	"listJobs": {shows: true}, "getJob": {shows: true},
	"getJobDownload": {path: map[string]string{"job_id": "{exported}"}, spoils: true},
	"pauseJob":       {status: http.StatusNoContent, spoils: true},
	"resumeJob":      {path: map[string]string{"job_id": "{paused}"}, status: http.StatusNoContent, spoils: true},
	"cancelJob":      {status: http.StatusNoContent, spoils: true},
}

// furnish gives the demo tenant one of everything that the API shows, with the canary in it,
// and returns what stands for what in specimens.
func (w *world) furnish(t *testing.T) map[string]string {
	t.Helper()
	x := storetest.Furnish(t, w.store, demo, canary)
	a := w.admin(t, demo)
	a.send(t, http.MethodPut, "", specimens["putTenant"].body, http.StatusOK)
	a.send(t, http.MethodPut, "/sources/callrail", `{"kind":"callrail","name":"`+canary+`","company_id":"12345","company_resource_id":"COM1",
		"account_id":"ACC1","api_key":"`+callRailKey+`","signing_key":"`+signingKey+`"}`, http.StatusOK)
	for range 2 {
		a.send(t, http.MethodPost, "/sources/callrail/signing-keys", `{}`, http.StatusCreated)
	}
	a.send(t, http.MethodPut, "/integrations/hubspot", `{"kind":"hubspot","name":"`+canary+`","credentials":"`+hubSpotToken+`",
		"config":{"base_url":"`+w.outside.hubSpot+`"}}`, http.StatusOK)
	a.send(t, http.MethodPut, "/workflow", `{"rules":[{"name":"`+canary+`","actions":{"tags":["x"]}}]}`, http.StatusOK)
	must(t, w.store.Operator().PutPause(t.Context(), tenant.Pause{Subject: tenant.PauseModel, Reason: "x", Actor: "x"}))
	w.clearJobs(t)
	keys := decode[struct {
		Keys []string `json:"signing_keys"`
	}](t, a.send(t, http.MethodGet, "/sources/callrail", "", http.StatusOK)).Keys
	return map[string]string{
		"tenant_id": demo, "request_id": x.Done, "source_id": "callrail", "integration_id": "hubspot", "purpose": "slack",
		"key_id": keys[0], "job_id": x.Job, "paused": x.Paused, "exported": w.exported(t, x.Job), "letter_id": x.Letter,
		"subject": "all", "field": "summary", "hubspot": w.outside.hubSpot,
		"today": time.Now().UTC().Format(time.DateOnly), "new": strings.TrimPrefix(x.Job, "job_"),
	}
}

// clearJobs ends the jobs beside which there may be no other.
func (w *world) clearJobs(t *testing.T) {
	t.Helper()
	scope := w.store.ForTenant(demo)
	for _, kind := range []string{job.Rescore, job.Reanalyze} {
		begun, err := scope.Jobs(t.Context(), store.JobFilter{Kind: kind, State: job.Queued, Limit: 1})
		must(t, err)
		for _, j := range begun {
			_, err := scope.CancelJob(t.Context(), "x", j.ID)
			must(t, err)
		}
	}
}

// exported returns a finished export.
func (w *world) exported(t *testing.T, like string) string {
	t.Helper()
	id := like + "_done"
	must(t, w.store.ForTenant(demo).CreateJob(t.Context(), job.Job{ID: id, Kind: job.Export, Input: []byte(`{}`), Actor: canary}))
	claim, err := w.store.Operator().ClaimJob(t.Context(), job.Ref{TenantID: demo, ID: id}, time.Minute)
	must(t, err)
	report := fmt.Appendf(nil, `{"expires_at":%q}`, time.Now().Add(time.Hour).Format(time.RFC3339))
	must(t, claim.Save(t.Context(), job.Update{State: job.Done, Report: report}))
	return id
}

// specimenCall is a request that is ready to be sent.
type specimenCall struct{ method, path, body string }

// fill makes the call of an operation, for a tenant, with things.
func (s specimen) fill(method, template, tenantID string, things map[string]string) specimenCall {
	values := maps.Clone(things)
	values["tenant_id"] = tenantID
	replace := func(text string) string {
		for name, value := range values {
			text = strings.ReplaceAll(text, "{"+name+"}", value)
		}
		return text
	}
	for name, value := range s.path {
		values[name] = replace(value)
	}
	call := specimenCall{method: method, path: replace(template), body: replace(s.body)}
	if s.query != "" {
		call.path += "?" + replace(s.query)
	}
	return call
}

// by sends the call with a token of the role.
func (w *world) by(t *testing.T, role access.Role, tenantID string, call specimenCall) reply {
	t.Helper()
	return w.sendAs(t, w.token(t, role, tenantID), call)
}

func (w *world) sendAs(t *testing.T, token string, call specimenCall) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), call.method, w.url+call.path, strings.NewReader(call.body))
	must(t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if call.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return w.roundTrip(t, r)
}
