package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func (d *ingestDeps) SignedGet(_ context.Context, object string, _ time.Duration) (string, error) {
	return "https://storage.example.com/" + object + "?signed", nil
}

// order sends a body as JSON, as an administrator of the demo tenant, and checks the answer
// against the document.
func (w *world) order(t *testing.T, method, path, body string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.url+"/v1/tenants/"+demo+path, strings.NewReader(body))
	must(t, err)
	r.Header = http.Header{"Authorization": {"Bearer " + w.token(t, access.TenantAdmin, demo)}}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return w.roundTrip(t, r)
}

// orders checks the status of an answer.
func (w *world) orders(t *testing.T, method, path, body string, want int) reply {
	t.Helper()
	got := w.order(t, method, path, body)
	if got.status != want {
		t.Fatalf("%s %s: got %d %s, want %d", method, path, got.status, got.body, want)
	}
	return got
}

// audited returns the demo tenant's audit log, oldest first.
func (w *world) audited(t *testing.T) []string {
	t.Helper()
	lines, _, err := w.store.ForTenant(demo).AuditLog(t.Context(), store.AuditFilter{Limit: 100})
	must(t, err)
	var all []string
	for _, l := range lines {
		all = append([]string{l.Action}, all...)
		if strings.Contains(l.Target, "303555") || strings.Contains(l.Target, "example.com") {
			t.Errorf("the audit log names a person: %+v", l)
		}
	}
	return all
}

func TestAPersonIsLookedUpOptedOutAndErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	id := w.call(t, demo, "CAL1")
	w.call(t, other, "CAL2") // the same telephone
	w.orders(t, http.MethodPut, "/requests/"+id+"/hold", "", http.StatusNoContent)
	w.orders(t, http.MethodPost, "/privacy/opt-outs", `{"phone":"(303) 555-0142"}`, http.StatusNoContent)
	state := decode[api.PersonState](t, w.orders(t, http.MethodPost, "/privacy/lookup", `{"phone":"303-555-0142"}`, http.StatusOK))
	if state.Requests != 1 || state.Held != 1 || state.OptedOutAt == nil || state.ErasedAt != nil {
		t.Errorf("got %+v", state)
	}
	w.orders(t, http.MethodDelete, "/requests/"+id, "", http.StatusConflict) // held
	w.orders(t, http.MethodDelete, "/requests/"+id+"/hold", "", http.StatusNoContent)
	w.orders(t, http.MethodPost, "/privacy/opt-ins", `{"phone":"+13035550142"}`, http.StatusNoContent)
	state = decode[api.PersonState](t, w.orders(t, http.MethodPost, "/privacy/lookup", `{"phone":"303-555-0142","email":"jane@example.com"}`, http.StatusOK))
	if state.Held != 0 || state.OptedOutAt != nil {
		t.Errorf("got %+v", state)
	}
	erasure := decode[api.Job](t, w.orders(t, http.MethodPost, "/privacy/erasures", `{"phone":"303-555-0142"}`, http.StatusAccepted))
	deletion := decode[api.Job](t, w.orders(t, http.MethodDelete, "/requests/"+id, "", http.StatusAccepted))
	if erasure.Kind != "erase" || erasure.State != "queued" || deletion.Kind != "erase" {
		t.Errorf("got %+v and %+v", erasure, deletion)
	}
	found, err := w.store.ForTenant(demo).Job(t.Context(), erasure.JobID)
	must(t, err)
	if strings.Contains(string(found.Input), "303555") || !strings.Contains(string(found.Input), "people") {
		t.Errorf("the job's input: %s", found.Input)
	}
	want := []string{
		"tenant.put", "request.hold", "privacy.opt_out", "request.release", "privacy.opt_in", "privacy.erase", "request.delete",
	}
	if diff := cmp.Diff(want, w.audited(t)); diff != "" {
		t.Errorf("audit log: %s", diff)
	}
}

func TestAPersonMustBeOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, path := range []string{"erasures", "exports", "opt-outs", "opt-ins", "lookup"} {
		for _, body := range []string{`{}`, `{"phone":"12"}`, `{"email":"nobody"}`, `{"phone":"303-555-0142","email":"nobody"}`} {
			got := w.order(t, http.MethodPost, "/privacy/"+path, body)
			if got.status != http.StatusUnprocessableEntity || decode[api.Problem](t, got).Code != api.ProblemCodeInvalidPerson {
				t.Errorf("%s %s: got %d %s", path, body, got.status, got.body)
			}
		}
	}
	if jobs, err := w.store.ForTenant(demo).Jobs(t.Context(), store.JobFilter{Limit: 1}); err != nil || len(jobs) > 0 {
		t.Errorf("a job was made: %v, %v", jobs, err)
	}
}

func TestARequestThatIsNotThereCannotBeHeldOrDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	theirs := w.call(t, other, "CAL1")
	for _, id := range []string{theirs, "req_nothing"} {
		w.orders(t, http.MethodPut, "/requests/"+id+"/hold", "", http.StatusNotFound)
		w.orders(t, http.MethodDelete, "/requests/"+id+"/hold", "", http.StatusNotFound)
		w.orders(t, http.MethodDelete, "/requests/"+id, "", http.StatusNotFound)
	}
	gone := w.call(t, demo, "CAL1")
	_, err := w.store.ForTenant(demo).EraseRequest(t.Context(), gone)
	must(t, err)
	w.orders(t, http.MethodPut, "/requests/"+gone+"/hold", "", http.StatusConflict)
	w.orders(t, http.MethodDelete, "/requests/"+gone, "", http.StatusConflict)
	if r, err := w.store.ForTenant(other).Request(t.Context(), theirs); err != nil || r.Hold || r.Status == request.Erased {
		t.Errorf("the neighbour's request: %+v, %v", r, err)
	}
}

func TestAJobIsSteeredAndItsResultFetched(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	export := decode[api.Job](t, w.orders(t, http.MethodPost, "/privacy/exports", `{"email":"jane@example.com"}`, http.StatusAccepted))
	path := "/jobs/" + export.JobID
	w.orders(t, http.MethodGet, path+"/download", "", http.StatusConflict) // not done yet
	w.orders(t, http.MethodPost, path+"/resume", "", http.StatusConflict)
	w.orders(t, http.MethodPost, path+"/pause", "", http.StatusNoContent)
	if got := decode[api.Job](t, w.orders(t, http.MethodGet, path, "", http.StatusOK)); got.State != "paused" {
		t.Errorf("got %+v", got)
	}
	w.orders(t, http.MethodPost, path+"/resume", "", http.StatusNoContent)
	claim, err := w.store.Operator().ClaimJob(t.Context(), job.Ref{TenantID: demo, ID: export.JobID}, time.Minute)
	must(t, err)
	report, err := json.Marshal(map[string]any{"requests": 2, "expires_at": time.Now().Add(time.Hour)})
	must(t, err)
	must(t, claim.Save(t.Context(), job.Update{State: job.Done, Report: report}))
	link := decode[api.DownloadLink](t, w.orders(t, http.MethodGet, path+"/download", "", http.StatusOK))
	if link.URL != "https://storage.example.com/exports/"+demo+"/"+export.JobID+".zip?signed" || !link.ExpiresAt.After(time.Now()) {
		t.Errorf("got %+v", link)
	}
	w.orders(t, http.MethodPost, path+"/cancel", "", http.StatusConflict)
	next := decode[api.Job](t, w.orders(t, http.MethodPost, "/privacy/exports", `{"email":"jane@example.com"}`, http.StatusAccepted))
	w.orders(t, http.MethodPost, "/jobs/"+next.JobID+"/cancel", "", http.StatusNoContent)
	for _, what := range []string{"", "/download", "/pause", "/resume", "/cancel"} {
		method := http.MethodPost
		if what == "" || what == "/download" {
			method = http.MethodGet
		}
		w.orders(t, method, "/jobs/job_nothing"+what, "", http.StatusNotFound)
	}
	want := []string{"tenant.put", "privacy.export", "job.pause", "job.resume", "export.read", "privacy.export", "job.cancel"}
	if diff := cmp.Diff(want, w.audited(t)); diff != "" {
		t.Errorf("audit log: %s", diff)
	}

	page := decode[api.JobPage](t, w.orders(t, http.MethodGet, "/jobs?limit=1", "", http.StatusOK))
	if len(page.Jobs) != 1 || page.Jobs[0].JobID != next.JobID || page.NextPageToken == "" {
		t.Fatalf("got %+v", page)
	}
	page = decode[api.JobPage](t, w.orders(t, http.MethodGet, "/jobs?limit=1&page_token="+page.NextPageToken, "", http.StatusOK))
	if len(page.Jobs) != 1 || page.Jobs[0].JobID != export.JobID || page.NextPageToken != "" {
		t.Errorf("got %+v", page)
	}
}

func TestAnExportThatHasExpiredIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	export := decode[api.Job](t, w.orders(t, http.MethodPost, "/privacy/exports", `{"email":"jane@example.com"}`, http.StatusAccepted))
	claim, err := w.store.Operator().ClaimJob(t.Context(), job.Ref{TenantID: demo, ID: export.JobID}, time.Minute)
	must(t, err)
	must(t, claim.Save(t.Context(), job.Update{State: job.Done, Report: json.RawMessage(`{"expires_at":"2020-01-01T00:00:00Z"}`)}))
	w.orders(t, http.MethodGet, "/jobs/"+export.JobID+"/download", "", http.StatusNotFound)
}
