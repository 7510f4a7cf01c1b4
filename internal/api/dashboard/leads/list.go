package leads

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

const (
	pageRows = 25
	// maxReads bounds how often the API is asked for one page: with a filter that few rows
	// pass it may answer with fewer rows than it was asked for, or none.
	maxReads = 5
)

// listPage is the data of list.html.
type listPage struct {
	Filter  filter
	First   []choice
	More    []choice
	Rows    []client.Request
	Next    string // token of the next page
	Further bool   // this is not the first page
	Problem string // why the filter cannot be used
}

func showList(w http.ResponseWriter, r *web.Request) error {
	query := r.URL.Query()
	data := listPage{Filter: filterOf(query), Further: query.Get("page_token") != ""}
	data.First, data.More = choices()
	if err := data.read(r, query); err != nil {
		return err
	}
	v := web.View{Title: "Leads", Nav: "leads", Modules: []string{"leads.js"}, Data: data}
	if r.Partial() {
		return r.Fragment(w, "leads/list.html", "results", v)
	}
	return r.Render(w, "leads/list.html", v)
}

// read fills the rows in. A filter that the API refuses is a sentence, no failure.
func (l *listPage) read(r *web.Request, query url.Values) error {
	params, wrong := l.Filter.params(r.Zone(), pageRows, query.Get("page_token"))
	if wrong != "" {
		l.Problem = "Please check the value of " + web.Label(wrong) + "."
		return nil
	}
	for range maxReads {
		page, err := web.Read[client.RequestPage](r.API.ListRequests(r.Context(), r.TenantID(), params))
		if web.Refused(err, "invalid_request", "search_unavailable", "invalid_page_token") {
			l.Problem, _ = web.Sentence(err)
			return nil
		}
		if err != nil {
			return err
		}
		l.Rows, l.Next = append(l.Rows, page.Requests...), page.NextPageToken
		if page.NextPageToken == "" || len(l.Rows) >= pageRows {
			return nil
		}
		params.PageToken, params.Limit = &page.NextPageToken, max(1, pageRows-len(l.Rows))
	}
	return nil
}

// follow lets the API's event stream through: each event is a request that changed.
func follow(w http.ResponseWriter, r *web.Request) error {
	r.Forward(w, "/v1/tenants/"+r.TenantID()+"/events")
	return nil
}

// everyPage calls each for the rows of all pages. Asking too fast is waited out.
func everyPage(r *web.Request, params *client.ListRequestsParams, each func([]client.Request) error) error {
	for {
		page, err := web.Read[client.RequestPage](r.API.ListRequests(r.Context(), r.TenantID(), params))
		if web.Refused(err, "rate_limited") {
			if err := sleep(r.Context(), time.Second); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if err := each(page.Requests); err != nil || page.NextPageToken == "" {
			return err
		}
		params.PageToken = &page.NextPageToken
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
