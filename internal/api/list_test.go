package api_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func TestListsAreAskedForWhatIsWanted(t *testing.T) {
	t.Parallel()
	w, first := finished(t)
	second := w.call(t, demo, "CAL2")
	token := w.token(t, access.TenantViewer, demo)
	at := w.detail(t, second).ReceivedAt.Format("2006-01-02T15:04:05.999999999Z07:00")
	for query, want := range map[string][]string{
		"":                                 {second, first},
		"source=Google+Ads&crm_state=done": {first},
		"min_score=80&max_score=90":        {first},
		"min_score=0":                      {first},
		"score_band=hot&intent=quote_request&project_type=kitchen&timeline=1_3_months&budget=high": {first},
		"intent=spam":                                {},
		"source_id=callrail":                         {},
		"received_after=" + at:                       {second},
		"received_before=" + at:                      {first},
		"phone=" + url.QueryEscape("(303) 555-0142"): {second, first},
		"phone=3035550199":                           {},
		"email=nobody@example.com":                   {},
		"q=kitchen":                                  {first},
		"q=Jane+kitchen&status=completed":            {first},
		"q=bathroom":                                 {},
	} {
		page := decode[api.RequestPage](t, w.get(t, requestsPath(demo)+"?"+query, token))
		got := []string{}
		for _, r := range page.Requests {
			got = append(got, r.RequestID)
		}
		if diff := cmp.Diff(want, got); diff != "" || page.NextPageToken != "" {
			t.Errorf("%s: next %q, %s", query, page.NextPageToken, diff)
		}
	}
}

func TestARowHasTheFieldsThatAreAskedFor(t *testing.T) {
	t.Parallel()
	w, id := finished(t)
	token := w.token(t, access.TenantViewer, demo)
	type page struct {
		Requests []map[string]any `json:"requests"`
	}
	got := decode[page](t, w.get(t, requestsPath(demo)+"?fields=lead_score,caller,timeline,lead_score", token))
	row := got.Requests[0]
	if diff := cmp.Diff([]string{"caller", "lead_score", "request_id", "timeline"}, slices.Sorted(maps.Keys(row))); diff != "" {
		t.Error(diff)
	}
	if row["request_id"] != id || row["lead_score"] != 86.0 || row["timeline"] != "1_3_months" {
		t.Errorf("got %v", row)
	}
	all := decode[page](t, w.get(t, requestsPath(demo), token)).Requests[0]
	named := decode[page](t, w.get(t, requestsPath(demo)+"?fields="+strings.Join(slices.Sorted(maps.Keys(all)), ","), token)).Requests[0]
	if diff := cmp.Diff(all, named); diff != "" {
		t.Errorf("all by name: %s", diff)
	}
}

func TestListsThatCannotBeMadeAreRefused(t *testing.T) {
	t.Parallel()
	w, _ := finished(t)
	w.call(t, demo, "CAL2")
	token := w.token(t, access.TenantViewer, demo)
	next := decode[api.RequestPage](t, w.get(t, requestsPath(demo)+"?limit=1&kind=call", token)).NextPageToken
	if next == "" || strings.Contains(next, "303") {
		t.Fatalf("page token: got %q", next)
	}
	for query, want := range map[string]api.Problem{
		"phone=555-0142":                       {Code: api.ProblemCodeInvalidRequest, Parameter: "phone"},
		"email=nobody":                         {Code: api.ProblemCodeInvalidRequest, Parameter: "email"},
		"q=+":                                  {Code: api.ProblemCodeInvalidRequest, Parameter: "q"},
		"fields=lead_score,transcript":         {Code: api.ProblemCodeInvalidRequest, Parameter: "fields"},
		"kind=form&page_token=" + next:         {Code: api.ProblemCodeInvalidPageToken, Parameter: "page_token"},
		"page_token=" + next:                   {Code: api.ProblemCodeInvalidPageToken, Parameter: "page_token"},
		"kind=call&q=a&page_token=" + next:     {Code: api.ProblemCodeInvalidPageToken, Parameter: "page_token"},
		"limit=1&kind=call&page_token=" + next: {},
	} {
		got := w.get(t, requestsPath(demo)+"?"+query, token)
		problem := decode[api.Problem](t, got)
		if want.Code == "" && got.status == http.StatusOK {
			continue
		}
		if got.status != http.StatusBadRequest || problem.Code != want.Code || problem.Parameter != want.Parameter {
			t.Errorf("%s: got %d %s", query, got.status, got.body)
		}
	}
}

// wordless is a tenant in a database without full-text search.
type wordless struct{ api.Scope }

func (w wordless) List(context.Context, store.Filter) (store.Page, error) {
	return store.Page{}, fmt.Errorf("list: %w", store.ErrNoSearch)
}

func TestWithoutFullTextSearchThatIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s api.Scope) api.Scope { return wordless{s} })
	got := w.get(t, requestsPath(demo)+"?q=kitchen", w.token(t, access.TenantViewer, demo))
	if p := decode[api.Problem](t, got); p.Code != api.ProblemCodeSearchUnavailable {
		t.Errorf("got %d %s", got.status, got.body)
	}
}
