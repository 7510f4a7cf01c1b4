package api_test

import (
	"net/http"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
)

func TestAnImportSaysWhichSourceItAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	input, err := reconcile.Order{SourceID: "callrail"}.Input()
	must(t, err)
	must(t, w.store.ForTenant(demo).CreateJob(t.Context(), job.Job{ID: "job_1", Kind: job.Import, Input: input, Actor: "ann"}))
	must(t, w.store.ForTenant(demo).CreateJob(t.Context(), job.Job{ID: "job_2", Kind: job.Export, Input: []byte(`{"source_id":"no order of an import"}`), Actor: "ann"}))
	found := map[string]string{}
	for _, j := range decode[api.JobPage](t, w.orders(t, http.MethodGet, "/jobs", "", http.StatusOK)).Jobs {
		found[j.JobID] = j.SourceID
	}
	if len(found) != 2 || found["job_1"] != "callrail" || found["job_2"] != "" {
		t.Errorf("the jobs are of %v", found)
	}
}
