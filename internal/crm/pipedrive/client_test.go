package pipedrive

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// reply is what a server says to anything.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) serve(t *testing.T) string {
	t.Helper()
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range r.header {
			w.Header()[name] = values
		}
		w.WriteHeader(r.status)
		_, _ = w.Write([]byte(r.body))
	}))
	t.Cleanup(ts.Close)
	return ts.URL
}

func connect(t *testing.T, url string) *client {
	t.Helper()
	c, err := NewAccounts(func() time.Time { return noon }).Connect(crm.Settings{
		Credentials: "token", Config: []byte(`{"base_url":"` + url + `"}`),
	}, http.DefaultClient)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	connector, ok := c.(*Connector)
	if !ok {
		t.Fatalf("connector is a %T", c)
	}
	return connector.client
}

func TestRefusalsMeanWhatPipedriveMeans(t *testing.T) {
	t.Parallel()
	const page = "<!DOCTYPE html><title>error</title>"
	nextDay := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	spent := http.Header{"X-Daily-Ratelimit-Token-Remaining": {"0"}}
	tests := map[string]struct {
		reply   reply
		read    crm.Fault // of a read
		write   crm.Fault // of a create
		retryAt time.Time
	}{
		"burst": {reply{429, nil, `{"success":false,"error":"Request over limit"}`}, crm.RateLimited, crm.RateLimited, noon.Add(2 * time.Second)},
		"burst with seconds that remain": {
			reply{429, http.Header{"X-Ratelimit-Reset": {"30"}}, `{"success":false}`}, crm.RateLimited, crm.RateLimited, noon.Add(30 * time.Second),
		},
		"burst with a time of day": {
			reply{429, http.Header{"X-Ratelimit-Reset": {"1795176000"}}, `{"success":false}`}, crm.RateLimited, crm.RateLimited, noon.Add(2 * time.Second),
		},
		"429 page":            {reply{429, nil, page}, crm.RateLimited, crm.RateLimited, noon.Add(2 * time.Second)},
		"daily":               {reply{429, spent, `{"success":false}`}, crm.QuotaSpent, crm.QuotaSpent, nextDay},
		"Cloudflare":          {reply{403, nil, page}, crm.RateLimited, crm.RateLimited, noon.Add(5 * time.Minute)},
		"unavailable":         {reply{503, nil, page}, crm.Transient, crm.Ambiguous, time.Time{}},
		"internal error":      {reply{500, nil, `{"success":false}`}, crm.Transient, crm.Ambiguous, time.Time{}},
		"proxy's 404":         {reply{404, nil, page}, crm.Transient, crm.Transient, time.Time{}},
		"gateway's 404":       {reply{404, nil, `{"message":"no Route matched"}`}, crm.Transient, crm.Transient, time.Time{}},
		"empty 404":           {reply{404, nil, ""}, crm.Transient, crm.Transient, time.Time{}},
		"proxy's 200":         {reply{200, nil, page}, crm.Transient, crm.Ambiguous, time.Time{}},
		"empty 200":           {reply{200, nil, ""}, crm.Transient, crm.Ambiguous, time.Time{}},
		"200 without an id":   {reply{200, nil, `{"success":true,"data":null}`}, crm.Transient, crm.Ambiguous, time.Time{}},
		"200 that is failure": {reply{200, nil, `{"success":false,"error":"no"}`}, crm.Invalid, crm.Invalid, time.Time{}},
		"redirect":            {reply{302, nil, page}, crm.Transient, crm.Transient, time.Time{}},
		"missing record":      {reply{404, nil, `{"success":false,"error":"Lead not found"}`}, crm.Gone, crm.Gone, time.Time{}},
		"missing endpoint":    {reply{404, nil, `{"success":false,"error":"Unknown method ."}`}, crm.Invalid, crm.Invalid, time.Time{}},
		"deleted record":      {reply{200, nil, `{"success":true,"data":{"id":51,"is_deleted":true}}`}, crm.Gone, "", time.Time{}},
		"wrong token":         {reply{401, nil, `{"success":false,"error":"unauthorized access","errorCode":401}`}, crm.AuthRevoked, crm.AuthRevoked, time.Time{}},
		"missing scope":       {reply{403, nil, `{"success":false,"error":"Scope and URL mismatch"}`}, crm.AuthRevoked, crm.AuthRevoked, time.Time{}},
		"feature is capped":   {reply{403, nil, `{"success":false,"code":"feature_capping_deals_limit"}`}, crm.Invalid, crm.Invalid, time.Time{}},
		"unpaid":              {reply{402, nil, `{"success":false,"error":"Company account is not open"}`}, crm.Invalid, crm.Invalid, time.Time{}},
		"version has ended":   {reply{410, nil, `{"success":false,"error":"gone"}`}, crm.Invalid, crm.Invalid, time.Time{}},
		"unprocessable":       {reply{422, nil, `{"success":false,"error":{"message":"odd shape"}}`}, crm.Invalid, crm.Invalid, time.Time{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := connect(t, test.reply.serve(t)).get(t.Context(), leads, "51")
			check(t, err, test.read, test.retryAt)
			_, err = connect(t, test.reply.serve(t)).create(t.Context(), leads, values{})
			check(t, err, test.write, test.retryAt)
		})
	}
}

func check(t *testing.T, err error, fault crm.Fault, retryAt time.Time) {
	t.Helper()
	var e *crm.Error
	if fault == "" && err == nil {
		return
	}
	if !errors.As(err, &e) {
		t.Fatalf("error = %v, want a *crm.Error", err)
	}
	if e.Fault != fault || !e.RetryAt.Equal(retryAt) {
		t.Errorf("%v: fault %s, retry at %v; want %s, %v", err, e.Fault, e.RetryAt, fault, retryAt)
	}
}

func TestRefusedFieldsAreReadFromTheText(t *testing.T) {
	t.Parallel()
	const key = "0123456789abcdef0123456789abcdef01234567"
	for text, want := range map[string][]string{
		"Validation failed: value.currency: is required; owner_id: Invalid user": {"owner_id", "value"},
		"Validation failed: custom_fields." + key + ": must be a string":         {key},
		"Validation failed: custom_fields: Field " + key + " does not exist":     {key},
		"Field job_title needs Contact Sync":                                     {"job_title"},
		"Validation failed: label_ids[0]: no such label":                         {"label_ids"},
		"Parameter '" + key + "' is not allowed for this request":                {key},
		"Invalid value for 'stage_id'":                                           {"stage_id"},
		"The value is not valid for the title":                                   nil, // words are not fields
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			_, err := connect(t, reply{400, nil, `{"success":false,"error":"` + text + `"}`}.serve(t)).create(t.Context(), deals, values{})
			if diff := cmp.Diff(want, fieldsOf(err)); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestASpentDayAsksNothingUntilMidnight(t *testing.T) {
	t.Parallel()
	asked := 0
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("x-daily-ratelimit-token-remaining", "0")
		_, _ = w.Write([]byte(`{"success":true,"data":{"id":51}}`))
	}))
	defer ts.Close()
	c := connect(t, ts.URL)
	if _, err := c.get(t.Context(), persons, "51"); err != nil {
		t.Fatalf("get with the last of the budget: %v", err)
	}
	_, err := c.get(t.Context(), persons, "51")
	check(t, err, crm.QuotaSpent, time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	if asked != 1 {
		t.Errorf("asked %d times, want 1", asked)
	}
}

func TestAnEmptyWindowLetsTheOthersWait(t *testing.T) {
	t.Parallel()
	header := http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"60"}}
	c := connect(t, reply{200, header, `{"success":true,"data":{"id":51,"items":[]}}`}.serve(t))
	if _, err := c.search(t.Context(), "phone", "3035550142", false); err != nil {
		t.Fatalf("search: %v", err)
	}
	_, err := c.search(t.Context(), "phone", "3035550142", false)
	check(t, err, crm.RateLimited, noon.Add(time.Minute))
	if _, err := c.get(t.Context(), persons, "51"); err != nil {
		t.Errorf("get after an empty window of searches: %v", err)
	}
	_, err = c.get(t.Context(), persons, "51")
	check(t, err, crm.RateLimited, noon.Add(time.Minute))
}

func TestAnAnswerThatIsNotReadIsAmbiguousForACreateAlone(t *testing.T) {
	t.Parallel()
	ts := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer ts.Close()
	_, err := connect(t, ts.URL).create(t.Context(), notes, values{})
	check(t, err, crm.Ambiguous, time.Time{})
	_, err = connect(t, ts.URL).update(t.Context(), notes, "901", values{})
	check(t, err, crm.Transient, time.Time{})
	_, err = connect(t, "http://127.0.0.1:1").create(t.Context(), notes, values{})
	check(t, err, crm.Transient, time.Time{})
}

func TestListsAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		"/api/v1/leads?limit=100":          `{"success":true,"data":[{"id":"a"}],"additional_data":{"pagination":{"more_items_in_collection":true,"next_start":1}}}`,
		"/api/v1/leads?limit=100&start=1":  `{"success":true,"data":[{"id":"b"}],"additional_data":{"pagination":{"more_items_in_collection":false}}}`,
		"/api/v2/deals?limit=100":          `{"success":true,"data":[{"id":1}],"additional_data":{"next_cursor":"x"}}`,
		"/api/v2/deals?cursor=x&limit=100": `{"success":true,"data":[{"id":2}],"additional_data":{"next_cursor":null}}`,
		"/api/v1/leads/archived?limit=100": `{"success":true,"data":null,"additional_data":null}`,
		"/api/v2/deals/archived?limit=100": `{"success":true,"data":[]}`,
	}
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(pages[r.URL.String()]))
	}))
	defer ts.Close()
	c := connect(t, ts.URL)
	for path, want := range map[string][]string{
		"/api/v1/leads": {"a", "b"}, "/api/v2/deals": {"1", "2"}, "/api/v1/leads/archived": nil, "/api/v2/deals/archived": nil,
	} {
		var got []string
		for o, err := range c.list(t.Context(), crm.Call{Op: "list", Path: path}) {
			if err != nil {
				t.Fatalf("list %s: %v", path, err)
			}
			got = append(got, o.id())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}
