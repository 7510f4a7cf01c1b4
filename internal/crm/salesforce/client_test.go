package salesforce

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

var noon = time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC)

const loginPath = "/services/oauth2/token"

// newClient returns a client of a server that grants tokens and always answers alike.
func newClient(t *testing.T, status int, header http.Header, body string) *client {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+loginPath, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"access_token":"t"}`))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	return connect(t, mux)
}

func connect(t *testing.T, handler http.Handler) *client {
	t.Helper()
	ts := httptest.NewServer(handler)
	t.Cleanup(ts.Close)
	c, err := NewAccounts(func() time.Time { return noon }).Connect(crm.Settings{
		Credentials: `{"client_id":"key","client_secret":"shh"}`, Config: []byte(`{"base_url":"` + ts.URL + `"}`),
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

func TestRefusalsMeanWhatSalesforceMeans(t *testing.T) {
	t.Parallel()
	const page = "<!DOCTYPE html><title>error</title>"
	tests := map[string]struct {
		status int
		body   string
		read   crm.Fault // of a read
		write  crm.Fault // of an upsert
		from   time.Duration
		to     time.Duration // when it may be repeated; 0: nothing is said
	}{
		"daily limit":      {403, `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`, crm.QuotaSpent, crm.QuotaSpent, 15 * time.Minute, 15 * time.Minute},
		"concurrent limit": {403, `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"ConcurrentPerOrgLongTxn Limit exceeded."}]`, crm.RateLimited, crm.RateLimited, 2 * time.Second, 8 * time.Second},
		"locked row":       {400, `[{"errorCode":"UNABLE_TO_LOCK_ROW","message":"unable to obtain exclusive access"}]`, crm.RateLimited, crm.RateLimited, time.Second, 5 * time.Second},
		"locked row, 500":  {500, `[{"errorCode":"UNABLE_TO_LOCK_ROW","message":"unable to obtain exclusive access"}]`, crm.RateLimited, crm.RateLimited, time.Second, 5 * time.Second},
		"burst of a proxy": {429, page, crm.RateLimited, crm.RateLimited, 30 * time.Second, 30 * time.Second},
		"burst":            {429, `[{"errorCode":"TOO_MANY"}]`, crm.RateLimited, crm.RateLimited, 30 * time.Second, 30 * time.Second},
		"unavailable":      {503, `[{"errorCode":"SERVER_UNAVAILABLE"}]`, crm.Transient, crm.Ambiguous, 0, 0},
		"maintenance page": {503, page, crm.Transient, crm.Ambiguous, 0, 0},
		"internal error":   {500, `[{"errorCode":"UNKNOWN_EXCEPTION"}]`, crm.Transient, crm.Ambiguous, 0, 0},
		"proxy's refusal":  {403, page, crm.Transient, crm.Transient, 0, 0},
		"proxy's 404":      {404, page, crm.Transient, crm.Transient, 0, 0},
		"proxy's 200":      {200, page, crm.Transient, crm.Ambiguous, 0, 0},
		"no id":            {200, `{}`, crm.Transient, crm.Ambiguous, 0, 0},
		"redirect":         {302, page, crm.Transient, crm.Transient, 0, 0},
		"missing":          {404, `[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]`, crm.Gone, crm.Invalid, 0, 0},
		"deleted":          {404, `[{"errorCode":"ENTITY_IS_DELETED","message":"entity is deleted","fields":[]}]`, crm.Gone, crm.Gone, 0, 0},
		"converted":        {400, `[{"errorCode":"CANNOT_UPDATE_CONVERTED_LEAD","message":"cannot reference converted lead"}]`, crm.Gone, crm.Gone, 0, 0},
		"session":          {401, `[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]`, crm.AuthExpired, crm.AuthExpired, 0, 0},
		"no api":           {403, `[{"errorCode":"API_DISABLED_FOR_ORG"}]`, crm.AuthRevoked, crm.AuthRevoked, 0, 0},
		"not this record":  {403, `[{"errorCode":"INSUFFICIENT_ACCESS_OR_READONLY"}]`, crm.Invalid, crm.Invalid, 0, 0},
		"several":          {300, `["/services/data/v67.0/sobjects/Lead/00Q1","/services/data/v67.0/sobjects/Lead/00Q2"]`, crm.Invalid, crm.Invalid, 0, 0},
		"invalid":          {400, `[{"errorCode":"INVALID_FIELD","message":"No such column 'X__c' on sobject of type Lead"}]`, crm.Invalid, crm.Invalid, 0, 0},
		"odd shape":        {400, `[{"errorCode":"INVALID_FIELD","fields":"X__c"}]`, crm.Invalid, crm.Invalid, 0, 0},
		"login":            {400, `{"error":"invalid_grant","error_description":"user hasn't approved this consumer"}`, crm.AuthRevoked, crm.AuthRevoked, 0, 0},
		"too many logins":  {400, `{"error":"invalid_grant","error_description":"login rate exceeded"}`, crm.RateLimited, crm.RateLimited, 10 * time.Minute, 10 * time.Minute},
		"login hiccup":     {400, `{"error":"unknown_error","error_description":"retry your request"}`, crm.Transient, crm.Transient, 0, 0},
		"success that was refused": {
			200, `{"id":null,"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required","fields":["X__c"]}]}`, crm.Transient, crm.Invalid, 0, 0,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, test.status, nil, test.body).get(t.Context(), leads, "00Q000000000001AAA", []string{"Id"})
			check(t, err, test.read, test.from, test.to)
			_, err = newClient(t, test.status, nil, test.body).upsert(t.Context(), leads, "key", payload{})
			check(t, err, test.write, test.from, test.to)
			hint := http.Header{"Retry-After": {"40"}}
			_, err = newClient(t, test.status, hint, test.body).get(t.Context(), leads, "00Q000000000001AAA", []string{"Id"})
			if test.to > 0 {
				check(t, err, test.read, 40*time.Second, 40*time.Second)
			}
		})
	}
}

func check(t *testing.T, err error, fault crm.Fault, from, to time.Duration) {
	t.Helper()
	var e *crm.Error
	if !errors.As(err, &e) {
		t.Fatalf("error = %v, want a *crm.Error", err)
	}
	if e.Fault != fault {
		t.Errorf("%v: fault %s, want %s", err, e.Fault, fault)
	}
	if e.RetryAt.IsZero() != (to == 0) || to > 0 && (e.RetryAt.Before(noon.Add(from)) || e.RetryAt.After(noon.Add(to))) {
		t.Errorf("%v: retry at %v, want between %v and %v from noon", err, e.RetryAt, from, to)
	}
}

func TestRefusedFieldsAreReadFromEitherPlace(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]fieldsError{
		`[{"errorCode":"INVALID_EMAIL_ADDRESS","message":"Email: invalid","fields":["Email"]}]`:                           {"Email": "INVALID_EMAIL_ADDRESS"},
		`[{"errorCode":"INVALID_FIELD","message":"No such column 'X__c' on sobject of type Lead"}]`:                       {"X__c": "INVALID_FIELD"},
		`[{"errorCode":"STRING_TOO_LONG","fields":["A","B"]},{"errorCode":"INVALID_CROSS_REFERENCE_KEY","fields":["C"]}]`: {"A": "STRING_TOO_LONG", "B": "STRING_TOO_LONG", "C": "INVALID_CROSS_REFERENCE_KEY"},
	} {
		err := newClient(t, 400, nil, body).update(t.Context(), leads, "00Q000000000001AAA", payload{})
		var refused fieldsError
		if !errors.As(err, &refused) {
			t.Errorf("%s: error = %v, want refused fields", body, err)
		}
		if diff := cmp.Diff(want, refused); diff != "" {
			t.Errorf("fields (-want +got):\n%s", diff)
		}
	}
}

func TestADuplicateIsReadInBothSpellings(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"duplicateResut", "duplicateResult"} {
		body := `[{"errorCode":"DUPLICATES_DETECTED","message":"Use one of these records?","` + key + `":{"allowSave":true,"duplicateRule":"Standard_Lead_Duplicate_Rule",
			"matchResults":[{"matchRecords":[{"matchConfidence":80,"record":{"Id":"00Q2"}},{"matchConfidence":100.0,"record":{"Id":"00Q1"}}]},
				{"matchRecords":[{"matchConfidence":90,"record":{"Id":"0031"}},{"matchConfidence":90,"record":{"Id":"00Q1"}}]}]}}]`
		_, err := newClient(t, 400, nil, body).upsert(t.Context(), leads, "key", payload{})
		var got duplicateError
		if !errors.As(err, &got) {
			t.Fatalf("%s: error = %v, want a duplicate", key, err)
		}
		want := duplicateError{rule: "Standard_Lead_Duplicate_Rule", allowSave: true, ids: []string{"00Q1", "0031", "00Q2"}}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(duplicateError{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
}

func TestATakenValueNamesFieldAndRecord(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]takenError{
		"duplicate value found: Pipeline_Key__c duplicates value on record with id: 00Q000000000001": {"Pipeline_Key__c", "00Q000000000001"},
		"duplicate value found: <unknown> duplicates value on record with id: <unknown>":             {},
	} {
		_, err := newClient(t, 400, nil, `[{"errorCode":"DUPLICATE_VALUE","message":"`+message+`","fields":[]}]`).upsert(t.Context(), leads, "key", payload{})
		var got takenError
		if !errors.As(err, &got) || got != want {
			t.Errorf("%s: error = %v with %+v, want %+v", message, err, got, want)
		}
	}
}

func TestTheOrgsOwnCountIsBelieved(t *testing.T) {
	t.Parallel()
	for info, stopped := range map[string]bool{
		"api-usage=94/100":                        false,
		"api-usage=95/100":                        true,
		"api-usage=101/100":                       true,
		"per-app-api-usage=99/100(appName=other)": false,
		"": false,
		"api-usage=10/100; per-app-api-usage=99/100(appName=other)": false,
		"api-usage=5/0": false,
	} {
		c := newClient(t, 200, http.Header{"Sforce-Limit-Info": {info}}, `{"Id":"00Q000000000001AAA"}`)
		for range 2 { // the first answer tells
			_, err := c.get(t.Context(), leads, "00Q000000000001AAA", []string{"Id"})
			if err != nil && !stopped {
				t.Errorf("%q: %v", info, err)
			}
		}
		_, err := c.get(t.Context(), leads, "00Q000000000001AAA", []string{"Id"})
		if got := err != nil && crm.FaultOf(err) == crm.QuotaSpent; got != stopped {
			t.Errorf("%q: error = %v, want stopped %t", info, err, stopped)
		}
	}
}

func TestATokenIsMintedOnceHoweverManyWantIt(t *testing.T) {
	t.Parallel()
	var logins, refusals atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+loginPath, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"access_token":"token` + strconv.Itoa(int(logins.Add(1))) + `"}`))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer token1" {
			refusals.Add(1)
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`[{"errorCode":"INVALID_SESSION_ID"}]`))
			return
		}
		_, _ = w.Write([]byte(`{"Id":"00Q000000000001AAA"}`))
	})
	c := connect(t, mux)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := c.get(t.Context(), leads, "00Q000000000001AAA", []string{"Id"}); err != nil {
				t.Errorf("get: %v", err)
			}
		})
	}
	wg.Wait()
	if got := logins.Load(); got != 2 || refusals.Load() == 0 {
		t.Errorf("%d logins after %d refusals, want 2", got, refusals.Load())
	}
}

func TestTheAddressThatTheLoginNamesMustBeSafe(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]crm.Fault{
		"http://169.254.169.254":             crm.Invalid,
		"http://acme.my.salesforce.com":      crm.Invalid,
		"ftp://acme.my.salesforce.com":       crm.Invalid,
		"https://acme.my.salesforce.com?x=1": crm.Invalid,
	} {
		mux := http.NewServeMux()
		mux.HandleFunc("POST "+loginPath, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"access_token":"t","instance_url":"` + address + `"}`))
		})
		if _, err := connect(t, mux).get(t.Context(), leads, "00Q1", []string{"Id"}); err == nil || crm.FaultOf(err) != want {
			t.Errorf("%s: error = %v, want %s", address, err, want)
		}
	}
}

func TestAnUpdateByAnOldVersionIsReadAgainForItsID(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+loginPath, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"access_token":"t"}`)) })
	mux.HandleFunc("PATCH /", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /services/data/v67.0/query", func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query().Get("q"); !strings.Contains(q, `WHERE Pipeline_Key__c = 'it\'s'`) {
			t.Errorf("query = %s", q)
		}
		_, _ = w.Write([]byte(`{"totalSize":1,"done":true,"records":[{"Id":"00T000000000001AAA"}]}`))
	})
	got, err := connect(t, mux).upsert(t.Context(), tasks, "it's", payload{})
	if err != nil || got.ID != "00T000000000001AAA" || got.Created {
		t.Errorf("saved = %+v, %v", got, err)
	}
}

func TestNumbersAreSearchedAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for number, want := range map[string][]string{
		"+13035550142":  {"+13035550142", "13035550142", "3035550142", "(303) 555-0142", "303-555-0142", "303.555.0142", "+1 303-555-0142", "1-303-555-0142"},
		"+442079460958": {"+442079460958", "020 7946 0958", "02079460958", "+44 20 7946 0958"},
		"+1":            {"+1", "1"},
	} {
		got := phoneForms(number)
		for _, form := range want {
			if !slices.Contains(got, form) {
				t.Errorf("forms of %s lack %q: %q", number, form, got)
			}
		}
	}
}

func TestStrangersCannotWriteQueries(t *testing.T) {
	t.Parallel()
	if got, want := quote(`o'brien\' OR Name != '`), `'o\'brien\\\' OR Name != \''`; got != want {
		t.Errorf("quoted = %s, want %s", got, want)
	}
}

func TestOpenLeadsComeBeforeConvertedOnes(t *testing.T) {
	t.Parallel()
	want := "SELECT Id,Email FROM Lead WHERE Email = 'a' OR Phone IN ('1') ORDER BY IsConverted, LastModifiedDate DESC LIMIT 50"
	if got := anyOf(leads, []string{"Id", "Email"}, []string{"Email = 'a'", "Phone IN ('1')"}); got != want {
		t.Errorf("query = %s, want %s", got, want)
	}
}
