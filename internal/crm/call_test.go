package crm_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

func TestACallBecomesARequest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call            crm.Call
		url, kind, body string
	}{
		"nothing to send": {crm.Call{Method: http.MethodGet, Path: "/x", Query: url.Values{"q": {"a b"}}}, "https://crm.example.com/x?q=a+b", "", ""},
		"JSON":            {crm.Call{Method: http.MethodPost, Path: "/x", Body: map[string]string{"a": "b"}}, "https://crm.example.com/x", "application/json", `{"a":"b"}`},
		"a form":          {crm.Call{Method: http.MethodPost, Path: "/x", Body: url.Values{"a": {"b c"}}}, "https://crm.example.com/x", "application/x-www-form-urlencoded", "a=b+c"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := test.call.Request(t.Context(), "https://crm.example.com/")
			if err != nil {
				t.Fatalf("Request: %v", err)
			}
			body, err := io.ReadAll(req.Body)
			if err != nil {
				t.Fatalf("read body: %v", err)
			}
			got := []string{req.URL.String(), req.Header.Get("Content-Type"), string(body)}
			if diff := cmp.Diff([]string{test.url, test.kind, test.body}, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestABodyThatCannotBeEncodedIsInvalid(t *testing.T) {
	t.Parallel()
	_, err := crm.Call{Method: http.MethodPost, Body: make(chan int)}.Request(t.Context(), "https://crm.example.com")
	if got := crm.FaultOf(err); got != crm.Invalid {
		t.Errorf("got %v, want %v", got, crm.Invalid)
	}
}

func TestSilenceIsAmbiguousOnlyIfARecordMayHaveBeenMade(t *testing.T) {
	t.Parallel()
	lost := &url.Error{Op: "Get", URL: "https://crm.example.com/?q=%2B13035550142", Err: io.ErrUnexpectedEOF}
	tests := map[string]struct {
		creates, sent bool
		err           error
		want          crm.Fault
	}{
		"a create that was sent":     {true, true, lost, crm.Ambiguous},
		"a create that was not sent": {true, false, lost, crm.Transient},
		"a read that was sent":       {false, true, lost, crm.Transient},
		"an address that is blocked": {true, false, &url.Error{Err: outbound.ErrBlocked}, crm.Invalid},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := crm.Call{Op: "create contact", Creates: test.creates}.Silence(test.err, test.sent)
			if err.Fault != test.want {
				t.Errorf("got %v, want %v", err.Fault, test.want)
			}
			if strings.Contains(err.Error(), "3035550142") {
				t.Errorf("error quotes the address: %v", err)
			}
		})
	}
}

func TestAnAnswerThatIsTooLongIsEmpty(t *testing.T) {
	t.Parallel()
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "12345")
	}))
	defer ts.Close()
	for limit, want := range map[int64]string{4: "", 5: "12345"} {
		call := crm.Call{Op: "get contact", Method: http.MethodGet}
		req, err := call.Request(t.Context(), ts.URL)
		if err != nil {
			t.Fatalf("Request: %v", err)
		}
		a, err := call.Send(ts.Client(), req, limit)
		if err != nil {
			t.Fatalf("Send: %v", err)
		}
		if string(a.Body) != want || (a.Err == nil) != (want != "") || want == "" && !errors.Is(a.Err, outbound.ErrTooLarge) {
			t.Errorf("limit %d: got %q and %v, want %q", limit, a.Body, a.Err, want)
		}
	}
}

func TestAPersonIsMarkedByTheSurestKey(t *testing.T) {
	t.Parallel()
	// The values are in tenants' CRMs: they never change.
	const own, email, phone = "41d43872152f2e4178d7aa94621ff1bc", "0d7ad72f4423595b51a61dfeedf5f813", "61495afeb46f3ec2777673f0492a1641"
	tests := map[string]struct {
		person crm.Person
		keys   []string
	}{
		"nobody":         {crm.Person{}, []string{own}},
		"an address":     {crm.Person{Email: "dana@example.com"}, []string{own, email}},
		"a number, too":  {crm.Person{Email: "dana@example.com", Phone: "+13035550142"}, []string{own, email, phone}},
		"a number alone": {crm.Person{Phone: "+13035550142"}, []string{own, phone}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lead := crm.Lead{Request: &request.Request{ID: "req_1"}, Person: test.person}
			if diff := cmp.Diff(test.keys, crm.PersonKeys(lead)); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			if got, want := crm.PersonKey(lead), test.keys[len(test.keys)-1]; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
