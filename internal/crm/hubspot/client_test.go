package hubspot

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

var noon = time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC) // in Denver

// newClient returns a client of a server that always answers alike.
func newClient(t *testing.T, status int, header http.Header, body string) *client {
	t.Helper()
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(ts.Close)
	return connect(t, ts.URL)
}

func connect(t *testing.T, url string) *client {
	t.Helper()
	c, err := NewAccounts(func() time.Time { return noon }).Connect(crm.Settings{
		Credentials: "key", Config: []byte(`{"base_url":"` + url + `"}`),
	}, http.DefaultClient)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	connector, ok := c.(*Connector)
	if !ok {
		t.Fatalf("connector is a %T", c)
	}
	connector.account.learn(details{TimeZone: "America/Denver"})
	return connector.client
}

func TestRefusalsMeanWhatHubSpotMeans(t *testing.T) {
	t.Parallel()
	const page = "<!DOCTYPE html><title>error</title>"
	midnight := time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC) // in Denver
	tests := map[string]struct {
		status  int
		header  http.Header
		body    string
		read    crm.Fault // of a read
		write   crm.Fault // of a create
		retryAt time.Time
	}{
		"burst": {429, nil, `{"policyName":"TEN_SECONDLY_ROLLING"}`, crm.RateLimited, crm.RateLimited, noon.Add(10 * time.Second)},
		"burst with a hint": {
			429, http.Header{"Retry-After": {"30"}}, `{"policyName":"TEN_SECONDLY_ROLLING"}`, crm.RateLimited, crm.RateLimited, noon.Add(30 * time.Second),
		},
		"secondly":            {429, nil, `{"policyName":"SECONDLY"}`, crm.RateLimited, crm.RateLimited, noon.Add(time.Second)},
		"429 page":            {429, nil, page, crm.RateLimited, crm.RateLimited, noon.Add(10 * time.Second)},
		"daily":               {429, nil, `{"policyName":"DAILY"}`, crm.QuotaSpent, crm.QuotaSpent, midnight},
		"locked":              {423, nil, `{}`, crm.RateLimited, crm.RateLimited, noon.Add(2 * time.Second)},
		"migrating":           {477, http.Header{"Retry-After": {"3600"}}, `{}`, crm.RateLimited, crm.RateLimited, noon.Add(time.Hour)},
		"unavailable":         {503, nil, page, crm.Transient, crm.Ambiguous, time.Time{}},
		"internal error":      {500, nil, `{"status":"error"}`, crm.Transient, crm.Ambiguous, time.Time{}},
		"proxy's refusal":     {403, nil, page, crm.RateLimited, crm.RateLimited, noon.Add(5 * time.Minute)},
		"proxy's 404":         {404, nil, page, crm.Transient, crm.Transient, time.Time{}},
		"proxy's 200":         {200, nil, page, crm.Transient, crm.Ambiguous, time.Time{}},
		"200 without an id":   {200, nil, `{}`, crm.Transient, crm.Ambiguous, time.Time{}},
		"redirect":            {302, http.Header{"X-None": {"1"}}, page, crm.Transient, crm.Transient, time.Time{}},
		"missing record":      {404, nil, `{"category":"OBJECT_NOT_FOUND"}`, crm.Gone, crm.Gone, time.Time{}},
		"expired":             {401, nil, `{"category":"EXPIRED_AUTHENTICATION"}`, crm.AuthExpired, crm.AuthExpired, time.Time{}},
		"wrong key":           {401, nil, `{"category":"INVALID_AUTHENTICATION"}`, crm.AuthRevoked, crm.AuthRevoked, time.Time{}},
		"missing scope":       {403, nil, `{"category":"MISSING_SCOPES"}`, crm.AuthRevoked, crm.AuthRevoked, time.Time{}},
		"account is gone":     {400, nil, `{"status":"BAD_HUB"}`, crm.AuthRevoked, crm.AuthRevoked, time.Time{}},
		"invalid":             {400, nil, `{"category":"VALIDATION_ERROR"}`, crm.Invalid, crm.Invalid, time.Time{}},
		"fields of odd shape": {400, nil, `{"category":"VALIDATION_ERROR","errors":[{"context":{"propertyName":"x"}}]}`, crm.Invalid, crm.Invalid, time.Time{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, test.status, test.header, test.body).get(t.Context(), lookup{typ: contacts, id: "51"})
			check(t, err, test.read, test.retryAt)
			_, err = newClient(t, test.status, test.header, test.body).create(t.Context(), contacts, map[string]string{}, nil)
			check(t, err, test.write, test.retryAt)
		})
	}
}

func check(t *testing.T, err error, fault crm.Fault, retryAt time.Time) {
	t.Helper()
	var e *crm.Error
	if !errors.As(err, &e) {
		t.Fatalf("error = %v, want a *crm.Error", err)
	}
	if e.Fault != fault || !e.RetryAt.Equal(retryAt) {
		t.Errorf("%v: fault %s, retry at %v; want %s, %v", err, e.Fault, e.RetryAt, fault, retryAt)
	}
}

func TestRefusedFieldsAreReadFromEitherPlace(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"from the list": `{"category":"VALIDATION_ERROR","message":"not valid",
			"errors":[{"message":"Unknown.","code":"PROPERTY_DOESNT_EXIST","context":{"propertyName":["budget_band"]}}]}`,
		"from the message": `{"category":"VALIDATION_ERROR",
			"message":"Property values were not valid: [{\"isValid\":false,\"message\":\"Unknown.\",\"error\":\"PROPERTY_DOESNT_EXIST\",\"name\":\"budget_band\"}]"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, 400, nil, body).update(t.Context(), deals, "77", nil)
			var e *crm.Error
			var refused fieldsError
			if !errors.As(err, &e) || !errors.As(err, &refused) {
				t.Fatalf("error = %v, want refused fields", err)
			}
			want := fieldsError{"budget_band": "PROPERTY_DOESNT_EXIST"}
			if diff := cmp.Diff(want, refused); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if e.Message != "Unknown." || e.Code != "PROPERTY_DOESNT_EXIST" {
				t.Errorf("message %q, code %q", e.Message, e.Code)
			}
		})
	}
}

func TestAConflictNamesTheExistingRecord(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"category":"CONFLICT","message":"Contact already exists. Existing ID: 51"}`: "51",
		`{"category":"CONFLICT","message":"Contact already exists."}`:                 "",
	} {
		_, err := newClient(t, 409, nil, body).create(t.Context(), contacts, nil, nil)
		var there existsError
		if !errors.As(err, &there) || there.id != want {
			t.Errorf("error = %v with id %q, want %q", err, there.id, want)
		}
	}
}

func TestAnUpsertSucceedsOnlyWithARecord(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		want   crm.Fault
	}{
		"nothing":      {200, `{"status":"COMPLETE","results":[]}`, crm.Ambiguous},
		"a refusal":    {207, `{"results":[],"errors":[{"code":"INVALID_OPTION","context":{"propertyName":["dealstage"]}}]}`, crm.Invalid},
		"words":        {207, `{"results":[],"errors":[{"code":"INTERNAL","message":"Not now."}]}`, crm.Transient},
		"an odd array": {200, `{"results":[{"new":true}]}`, crm.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, test.status, nil, test.body).upsert(t.Context(), lookup{typ: deals, id: "req_1", idProperty: requestID}, nil)
			if err == nil || crm.FaultOf(err) != test.want {
				t.Errorf("error = %v, want %s", err, test.want)
			}
		})
	}
}

func TestAnAssociationSucceedsOnlyWithALink(t *testing.T) {
	t.Parallel()
	from, to := lookup{typ: deals, id: "77"}, lookup{typ: contacts, id: "51"}
	for body, ok := range map[string]bool{
		`{"results":[]}`: false,
		`{"results":[{"from":{"id":"77"},"to":{"id":"52"}}]}`: false,
		`{"results":[{"from":{"id":"77"},"to":{"id":"51"}}]}`: true,
	} {
		if err := newClient(t, 200, nil, body).associate(t.Context(), from, to); (err == nil) != ok {
			t.Errorf("answer %s: error = %v, want success %t", body, err, ok)
		}
	}
}

func TestTheAccountsOwnCountIsBelieved(t *testing.T) {
	t.Parallel()
	header := http.Header{"X-Hubspot-Ratelimit-Remaining": {"0"}, "X-Hubspot-Ratelimit-Interval-Milliseconds": {"10000"}}
	c := newClient(t, 200, header, `{"id":"51"}`)
	if _, err := c.get(t.Context(), lookup{typ: contacts, id: "51"}); err != nil {
		t.Fatalf("get: %v", err)
	}
	_, err := c.get(t.Context(), lookup{typ: contacts, id: "51"})
	check(t, err, crm.RateLimited, noon.Add(10*time.Second))
}

func TestAThrottledSearchLeavesOtherCallsAlone(t *testing.T) {
	t.Parallel()
	c := newClient(t, 429, nil, `{"policyName":"SECONDLY"}`)
	_, err := c.search(t.Context(), contacts, phoneFilters("+13035550142"), contactProperties)
	check(t, err, crm.RateLimited, noon.Add(time.Second))
	if err := c.account.general.Wait(t.Context()); err != nil {
		t.Errorf("wait for another call: %v", err)
	}
}

func TestErrorsDoNotHoldAddresses(t *testing.T) {
	t.Parallel()
	ts := httptest.NewServer(http.NotFoundHandler())
	ts.Close()
	_, err := connect(t, ts.URL).get(t.Context(), lookup{typ: contacts, id: "dana@example.com", idProperty: "email"})
	if crm.FaultOf(err) != crm.Transient || strings.Contains(err.Error(), "dana") {
		t.Errorf("error = %v, want transient and without the address", err)
	}
}

func TestPhoneSearchUsesTheNationalNumber(t *testing.T) {
	t.Parallel()
	for phone, want := range map[string]string{"+13035550142": "3035550142", "+442079460958": "2079460958"} {
		groups := phoneFilters(phone)
		if len(groups) != 5 {
			t.Errorf("%d groups, HubSpot allows 5", len(groups))
		}
		if got := groups[0].Filters[0].Value; got != want {
			t.Errorf("searchable form of %s = %q, want %q", phone, got, want)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		``:                                     "",
		`{}`:                                   "",
		`{"base_url":"http://127.0.0.1:8080"}`: "",
		`{"base_url":"http://api.hubapi.com"}`: "https",
		`{"base_url":"ftp//"}`:                 "not an address",
		`{"api_version":"v3"}`:                 "date version",
		`{"properties":"off"}`:                 "create or keep",
		`{"ambiguous":"guess"}`:                "attach, create or review",
		`{"owner_id":"casey"}`:                 "must be numbers",
		`{"search_lag_ms":-1}`:                 "negative",
		`{"portal_id":"1/../x","properties":"no"}`: "create or keep",
		`{"pipeline":7}`: "parse hubspot settings",
	} {
		_, err := parseConfig([]byte(config))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("settings %s: error = %v, want %q", config, err, want)
		}
	}
}
