package callrail

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func decode(t testing.TB, body string) *Payload {
	t.Helper()
	p, err := Decode([]byte(body))
	if err != nil {
		t.Fatalf("Decode(%q): %v", body, err)
	}
	return p
}

// samplePostCall is what both encodings of the sample call stand for.
func samplePostCall() *request.Request {
	return &request.Request{
		Kind: request.Call, Namespace: request.NamespaceCall, ExternalID: "CAL019a0000000070008000000000000001",
		StartedAt: time.Date(2026, 11, 20, 16, 15, 2, 120e6, time.UTC),
		Caller:    request.Caller{Phone: "+13035550142"},
		Details: request.Details{
			Direction: "inbound", CallType: "answered", Answered: true, FirstCall: true, DurationS: 187, RecordingS: 185,
			HasRecording: true, CallerIDName: "EXAMPLE DANA", City: "Denver", State: "CO", Country: "US",
			BusinessPhone: "+13035550100", TrackingPhone: "+13035550111",
			CompanyID: "100000001", CompanyResourceID: "COM019a0000000070008000000000000002",
			PersonID: "PER019a0000000070008000000000000003", Source: "Google Ads", SourceName: "Website Pool",
			Medium: "cpc", Campaign: "Kitchen Remodel", GCLID: "test-gclid-1",
			LandingPage: "https://www.example.com/kitchen?gclid=test-gclid-1", Tags: []string{"kitchen"},
		},
	}
}

func TestBothEncodingsOfACallAreTheSameRequest(t *testing.T) {
	t.Parallel()
	for name, contentType := range map[string]string{"post_call.json": TypeJSON, "post_call.form": TypeForm} {
		p := decode(t, string(read(t, name)))
		if p.Type != contentType || p.Kind() != PostCall {
			t.Errorf("%s: type %q, kind %q", name, p.Type, p.Kind())
		}
		got, err := p.Request(PostCall, "US")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(samplePostCall(), got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestCallModifiedReadsMixedTypes(t *testing.T) {
	t.Parallel()
	p := decode(t, string(read(t, "call_modified.json")))
	if p.Kind() != CallModified {
		t.Errorf("kind %q", p.Kind())
	}
	want := samplePostCall()
	want.Details.Note, want.Details.LeadStatus = "Wants a quote", "good_lead"
	want.Details.SourceSummary = "Caller asked for a kitchen remodel quote."
	got, err := p.Request(CallModified, "US")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFormSubmission(t *testing.T) {
	t.Parallel()
	want := &request.Request{
		Kind: request.Form, Namespace: request.NamespaceForm, ExternalID: "FRM019a0000000070008000000000000005",
		StartedAt: time.Date(2026, 11, 20, 17, 2, 11, 500e6, time.UTC),
		Caller:    request.Caller{Name: "Robin Sample", Phone: "+13035550177", Email: "robin@example.com"},
		Details: request.Details{
			CompanyID: "100000001", CompanyResourceID: "COM019a0000000070008000000000000002",
			PersonID: "PER019a0000000070008000000000000006", Source: "Google Organic", Medium: "organic",
			GCLID: "test-gclid-2", LandingPage: "https://www.example.com/bath?gclid=test-gclid-2",
			Referrer: "https://www.google.com/", FormURL: "https://www.example.com/quote",
			Fields: []request.Field{
				{Name: "your_name", Value: "Robin Sample"}, {Name: "email_address", Value: "robin@example.com"},
				{Name: "phone_number", Value: "303-555-0177"}, {Name: "project", Value: "Bathroom"},
				{Name: "message", Value: "Two bathrooms, hoping to start in spring."}, {Name: "address_zip", Value: "80202"},
			},
		},
	}
	p := decode(t, string(read(t, "form_submission.json")))
	if p.Kind() != FormSubmission {
		t.Errorf("kind %q", p.Kind())
	}
	got, err := p.Request(FormSubmission, "US")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFormDataInEveryNesting(t *testing.T) {
	t.Parallel()
	want := []request.Field{{Name: "name", Value: "Robin"}, {Name: "rooms", Value: "bath, hall"}, {Name: "name", Value: "Sample"}}
	for name, body := range map[string]string{
		"JSON":                         `{"resource_id":"FRM1","form_data":{"name":"Robin","rooms":["bath","hall"],"name":"Sample"}}`,
		"JSON in a text":               `{"resource_id":"FRM1","form_data":"{\"name\":\"Robin\",\"rooms\":[\"bath\",\"hall\"],\"name\":\"Sample\"}"}`,
		"brackets":                     `resource_id=FRM1&form_data[name]=Robin&form_data[rooms][]=bath&form_data[rooms][]=hall&form_data[name]=Sample`,
		"brackets, escaped":            `resource_id=FRM1&form_data%5Bname%5D=Robin&form_data%5Brooms%5D%5B%5D=bath&form_data%5Brooms%5D%5B%5D=hall&form_data%5Bname%5D=Sample`,
		"JSON in a form-encoded value": `resource_id=FRM1&form_data=%7B%22name%22%3A%22Robin%22%2C%22rooms%22%3A%5B%22bath%22%2C%22hall%22%5D%2C%22name%22%3A%22Sample%22%7D`,
	} {
		got, err := decode(t, body).Request(FormSubmission, "US")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Details.Fields); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestTagsInEveryEncoding(t *testing.T) {
	t.Parallel()
	want := []string{"kitchen", "vip"}
	for _, body := range []string{
		`{"resource_id":"CAL1","tags":["kitchen","vip"]}`,
		`{"resource_id":"CAL1","tags":"[\"kitchen\",\"vip\"]"}`,
		`{"resource_id":"CAL1","tags":[{"name":"kitchen"},{"name":"vip"}]}`,
		`resource_id=CAL1&tags[]=kitchen&tags[]=vip`,
		`resource_id=CAL1&tags=kitchen&tags=vip`,
		`resource_id=CAL1&tags=["kitchen","vip"]`,
	} {
		got, err := decode(t, body).Request(PostCall, "US")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Details.Tags); diff != "" {
			t.Errorf("%s (-want +got)\n%s", body, diff)
		}
	}
}

func TestLenientTypes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		body               string
		seconds            int
		answered, voiceful bool
	}{
		{`{"id":"CAL1","duration":"13","answered":"true","voicemail":"false"}`, 13, true, false},
		{`{"id":"CAL1","duration":13,"answered":true,"voicemail":false}`, 13, true, false},
		{`{"id":"CAL1","duration":13.0,"answered":1,"voicemail":0}`, 13, true, false},
		{`{"id":"CAL1","duration":"","answered":"","voicemail":null}`, 0, false, false},
		{`{"id":"CAL1","duration":null,"answered":null}`, 0, false, false},
		{`{"id":"CAL1","duration":{"s":13},"answered":[true],"voicemail":"True"}`, 0, false, true},
		{`{"id":"CAL1","duration":-5,"answered":"maybe"}`, 0, false, false},
		{`{"id":"CAL1","duration":1e300}`, 0, false, false},
		{`{"id":"CAL1","duration":"NaN"}`, 0, false, false},
		{`id=CAL1&duration=13&answered=false&voicemail=true`, 13, false, true},
	} {
		got, err := decode(t, tt.body).Request(PostCall, "US")
		if err != nil {
			t.Fatal(err)
		}
		d := got.Details
		if d.DurationS != tt.seconds || d.Answered != tt.answered || d.Voicemail != tt.voiceful {
			t.Errorf("%s: %d s, answered %v, voicemail %v", tt.body, d.DurationS, d.Answered, d.Voicemail)
		}
	}
}

func TestUnreadableBodies(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"cut short":                 `{"resource_id":"CAL1"`,
		"two objects":               `{"resource_id":"CAL1"}{"resource_id":"CAL2"}`,
		"text after the object":     `{"resource_id":"CAL1"} trailing`,
		"a comma too many":          `{"resource_id":"CAL1",}`,
		"bad UTF-8":                 "{\"resource_id\":\"CAL\xff\"}",
		"bad UTF-8 in a form":       "resource_id=CAL\xff",
		"escaped bad UTF-8":         "resource_id=CAL%ff",
		"a bad escape":              "resource_id=%zz",
		"too deep":                  `{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
		"too many values":           `{"a":[` + strings.Repeat("1,", maxValues) + `1]}`,
		"too many pairs":            strings.Repeat("a=1&", maxValues+1),
		"a fault beside a secret":   `{"id":"secret" $}`,
		"an escape beside a secret": "secret%zz=1",
	} {
		_, err := Decode([]byte(body))
		if !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: err = %v, want ErrUnreadable", name, err)
		}
		if err != nil && strings.ContainsAny(err.Error(), "$%") {
			t.Errorf("%s: the error quotes the body: %v", name, err)
		}
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ body, want string }{
		{`{"resource_id":"CAL1","call_id":"CAL2","id":3}`, "CAL1"},
		{`{"call_id":"CAL2","id":3}`, "CAL2"},
		{`{"resource_id":"","id":3}`, "3"},
		{`{"resource_id":null,"call_id":" CAL2 "}`, "CAL2"},
		{`{"resource_id":{"a":1}}`, ""},
		{`{}`, ""},
		{``, ""},
		{`[1,2]`, ""},
		{`{"resource_id":"` + strings.Repeat("x", maxID+1) + `"}`, ""},
		{"\ufeff \n{\"resource_id\":\"CAL1\"}", "CAL1"},
		{"resource_id=CAL1", "CAL1"},
	} {
		got, err := decode(t, tt.body).ID()
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("ID of %.40q = %q, %v, want %q", tt.body, got, err, tt.want)
		}
	}
}

// A stranger's body is looked through before anything is known of it.
func TestClaimsAreBounded(t *testing.T) {
	t.Parallel()
	var form, fields strings.Builder
	for i := range 900 {
		fmt.Fprintf(&form, "company_id=%d&", i)
		fmt.Fprintf(&fields, `"company_id":"%d",`, i)
	}
	for _, body := range []string{form.String(), "{" + fields.String() + `"x":""}`} {
		if got := len(Peek([]byte(body)).Companies); got > maxClaims {
			t.Errorf("%d companies are claimed", got)
		}
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body         string
		tenants, companies []string
	}{
		{"the quick start's body", `{"call_id":"CAL1","tenant_id":"tenant_demo","callrail_company_id":"12345"}`, []string{"tenant_demo"}, []string{"12345"}},
		{"a number and a resource id", `{"company_id":12345,"company_resource_id":"COM1"}`, nil, []string{"12345", "COM1"}},
		{"form-encoded", `tenant_id=tenant%5Fdemo&company_id=12345`, []string{"tenant_demo"}, []string{"12345"}},
		{"an escaped key", `tenant%5Fid=tenant_demo`, []string{"tenant_demo"}, nil},
		{"two tenants", `{"tenant_id":"a","tenant_id":"b"}`, []string{"a", "b"}, nil},
		{"the same tenant twice", `tenant_id=a&tenant_id=a`, []string{"a"}, nil},
		{"nested ones do not count", `{"form_data":{"tenant_id":"a"},"x":[{"tenant_id":"b"}],"tenant_id":"c"}`, []string{"c"}, nil},
		{"not a text", `{"tenant_id":{"a":1},"company_id":null}`, nil, nil},
		{"nothing", ``, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := Claims{Tenants: tt.tenants, Companies: tt.companies}
			if diff := cmp.Diff(want, Peek([]byte(tt.body))); diff != "" {
				t.Errorf("Peek (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(want, decode(t, tt.body).Claims()); diff != "" {
				t.Errorf("Claims (-want +got)\n%s", diff)
			}
		})
	}
	if got := Peek([]byte(`{"tenant_id":"a","broken`)); len(got.Tenants) != 1 {
		t.Errorf("Peek of a broken body = %v, want what stands before the fault", got)
	}
}

func TestGCLIDHides(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"id":"CAL1","gclid":"click"}`,
		`{"id":"CAL1","landing_page_url":"https://www.example.com/?gclid=click"}`,
		`{"id":"FRM1","form_data":{"gclid":"click"}}`,
		`{"id":"CAL1","milestones":{"first_touch":{"landing_page_url_params":{"gclid":"click"}}}}`,
		`{"id":"CAL1","milestones":{"last_touch":{"landing_page_url_params":"utm_source=x&gclid=click"}}}`,
		`id=CAL1&milestones[first_touch][landing_page_url_params]=gclid%3Dclick`,
	} {
		p := decode(t, body)
		got, err := p.Request(p.Kind(), "US")
		if err != nil || got.Details.GCLID != "click" {
			t.Errorf("%s: gclid %q, %v", body, got.Details.GCLID, err)
		}
	}
}

func TestPhoneOfACaller(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"+13035550142": "+13035550142", "(303) 555-0142": "+13035550142", "7378742883": "", "266696687": "",
		"12345": "12345", "": "",
	} {
		got, err := decode(t, `{"id":"CAL1","customer_phone_number":"`+raw+`"}`).Request(PostCall, "US")
		if err != nil || got.Caller.Phone != want {
			t.Errorf("phone %q = %q, %v, want %q", raw, got.Caller.Phone, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"post_call.json", "post_call.form", "form_submission.json", "call_modified.json"} {
		f.Add(read(f, name))
	}
	f.Add([]byte(`a[b][]=1&a[]=2&a[b]=3&a=4&[=5&a[[]]=6`))
	f.Add([]byte("\ufeff{\"tags\":\"[[[\",\"milestones\":\"{}\",\"id\":1e999}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		Peek(body)
		p, err := Decode(body)
		if !bytes.Equal(before, body) {
			t.Fatal("the body was changed")
		}
		if err != nil {
			return
		}
		kind := p.Kind()
		if !kind.Valid() {
			t.Errorf("kind %q", kind)
		}
		for _, k := range Kinds() {
			r, err := p.Request(k, "US")
			if err != nil {
				continue
			}
			if r.ExternalID == "" || r.Details.DurationS < 0 || r.StartedAt.Year() > 9999 {
				t.Errorf("request %+v", r)
			}
		}
	})
}
