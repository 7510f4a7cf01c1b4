package setup

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
)

const jobsShown = 25

// jobList is the jobs of a page: of one kind, or of all.
type jobList struct {
	Kind   string // empty: all
	Source string // of imports and other work for a source: whose; empty: all
	Jobs   []client.Job
	Next   string // token of the next page
	Active bool   // one is under way: the list is read again by itself
}

// readJobs reads the newest jobs, or the page with a token. A kind and a source that are not empty
// leave out the others.
func readJobs(r *web.Request, kind, source string) (jobList, error) {
	params := &client.ListJobsParams{Limit: jobsShown}
	if token := r.URL.Query().Get("page_token"); token != "" {
		params.PageToken = &token
	}
	page, err := web.Read[client.JobPage](r.API.ListJobs(r.Context(), r.TenantID(), params))
	if err != nil {
		return jobList{}, err
	}
	found := jobList{Kind: kind, Source: source, Next: page.NextPageToken}
	for _, j := range page.Jobs {
		if kind != "" && j.Kind != kind || source != "" && j.SourceID != source {
			continue
		}
		found.Jobs = append(found.Jobs, j)
		found.Active = found.Active || j.State == "queued" || j.State == "running"
	}
	return found, nil
}

// showJobs answers with the list alone, for htmx.
func showJobs(w http.ResponseWriter, r *web.Request) error {
	query := r.URL.Query()
	found, err := readJobs(r, query.Get("kind"), query.Get("source_id"))
	if err != nil {
		return err
	}
	if !r.Partial() {
		return r.Redirect(w, at(r, "privacy"), "")
	}
	return r.Fragment(w, "setup/privacy.html", "jobs", web.View{Data: found})
}

// changeJob pauses, resumes or cancels a job, and returns to where it was asked for.
func changeJob(w http.ResponseWriter, r *web.Request) error {
	id, back := r.Param("job_id"), at(r, "privacy")
	switch source := r.PostFormValue("source_id"); {
	case source != "":
		back = at(r, "sources", source)
	case r.PostFormValue("kind") == string(job.Rescore):
		back = at(r, "scoring")
	}
	change, said := r.API.PauseJob, "The job is paused."
	switch r.Param("change") {
	case "pause":
	case "resume":
		change, said = r.API.ResumeJob, "The job goes on."
	case "cancel":
		change, said = r.API.CancelJob, "The job is canceled. What it has done stays."
	default:
		return &web.Problem{Problem: client.Problem{Status: http.StatusNotFound, Code: "not_found"}}
	}
	_, err := web.Read[struct{}](change(r.Context(), r.TenantID(), id))
	return done(w, r, back, said, err)
}

// downloadJob leads to the signed address of a result, which is good for minutes.
func downloadJob(w http.ResponseWriter, r *web.Request) error {
	link, err := web.Read[client.DownloadLink](r.API.GetJobDownload(r.Context(), r.TenantID(), r.Param("job_id")))
	if err != nil {
		return r.RedirectRefused(w, at(r, "privacy"), err)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r.Request, link.URL, http.StatusSeeOther)
	return nil
}

func jobState(j client.Job) any {
	tones := map[string]string{"queued": "busy", "running": "busy", "paused": "warn", "done": "good", "failed": "bad"}
	tone, known := tones[j.State]
	if !known {
		tone = "off"
	}
	return web.State(tone, web.Label(j.State))
}

// figure is one line of a job's report.
type figure struct{ Name, Value string }

// report returns what a job's report says in figures and words; its lists are left out.
func report(j client.Job) []figure {
	var lines []figure
	for _, name := range slices.Sorted(maps.Keys(j.Report)) {
		switch value := j.Report[name].(type) {
		case float64:
			lines = append(lines, figure{web.Label(name), strconv.FormatFloat(value, 'f', -1, 64)})
		case bool:
			lines = append(lines, figure{web.Label(name), map[bool]string{true: "Yes", false: "No"}[value]})
		case string:
			if at, err := time.Parse(time.RFC3339, value); err == nil {
				value = at.Format("Jan 2, 2006")
			}
			lines = append(lines, figure{web.Label(name), value})
		case []any:
			lines = append(lines, figure{web.Label(name), strconv.Itoa(len(value))})
		}
	}
	return lines
}
