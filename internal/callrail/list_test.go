package callrail

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var march = Window{
	From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 1, 12, 30, 59, 0, time.UTC), Page: 1,
}

func TestCallsAreListedForOneCompanyByTheMinute(t *testing.T) {
	t.Parallel()
	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		query.Del("fields")
		want := "company_id=COM1&end_date=2026-03-01T12%3A30&page=1&per_page=250&start_date=2026-03-01T00%3A00&time_zone=Etc%2FUTC"
		if r.URL.Path != "/v3/a/ACC1/calls.json" || query.Encode() != want {
			t.Errorf("asked for %s?%s", r.URL.Path, query.Encode())
		}
		answer(http.StatusOK, `{"page":1,"total_pages":2,"total_records":251,"calls":[
			{"id":"CAL1","company_id":"COM1","call_type":"answered","duration":61,"customer_phone_number":"+13035550142",
			 "customer_name":"Jane Example","transcription":"I would like a quote"},
			{"id":"CAL2","company_id":"COM2","duration":5},
			{"company_id":"COM1","duration":5},
			{"id":"CAL3","company_id":"COM1","call_type":"in_progress"}]}`)(w, r)
	})
	page, err := c.Calls(t.Context(), testAccess, march)
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 2 || page.Records != 251 || !page.More {
		t.Fatalf("got %d items, %d records, more %t", len(page.Items), page.Records, page.More)
	}
	if !page.Items[0].Over() || page.Items[1].Over() {
		t.Error("a call in progress is taken for one that ended, or the other way round")
	}
	want := &request.Request{
		Kind: request.Call, Namespace: request.NamespaceCall, ExternalID: "CAL1",
		Caller: request.Caller{Name: "Jane Example", Phone: "+13035550142"},
		Details: request.Details{
			CompanyResourceID: "COM1", CallType: "answered", DurationS: 61, CallerIDName: "Jane Example",
		},
	}
	if diff := cmp.Diff(want, page.Items[0].Request("US")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFormsAreListedWithWhatTheAPIParsed(t *testing.T) {
	t.Parallel()
	c := newClient(t, answer(http.StatusOK, `{"page":1,"total_pages":1,"total_records":1,"form_submissions":[
		{"id":"FOR0001","company_id":"COM1","customer_email":"jane@example.com","form_data":{"message":"New deck"},"submitted_at":"2026-03-01T10:00:00.000Z"}]}`))
	page, err := c.Forms(t.Context(), testAccess, march)
	if err != nil || len(page.Items) != 1 || page.More {
		t.Fatalf("got %+v, %v", page, err)
	}
	got := page.Items[0].Request("US")
	if got.Kind != request.Form || got.Namespace != request.NamespaceForm || got.Caller.Email != "jane@example.com" ||
		len(got.Details.Fields) != 1 || got.StartedAt.IsZero() {
		t.Errorf("got %+v", got)
	}
}

func TestTheStateOfTheWebhooksIsTheirIntegrations(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"integrations":[{"id":1,"type":"Slack","state":"active"},{"id":2,"type":"Webhooks","state":"disabled"}]}`: "disabled",
		`{"integrations":[]}`: "",
	} {
		got, err := newClient(t, answer(http.StatusOK, body)).WebhookState(t.Context(), testAccess)
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v", body, got, err)
		}
	}
}
