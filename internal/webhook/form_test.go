package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	forms    = "/v1/forms/tenant_forms"
	page     = "https://www.example.com"
	formBody = `{"name":"Robin Example","phone":"(303) 555-0142","email":"Robin@Example.com","message":"A new kitchen"}`
)

// serverForm is a form as the tenant's server sends it.
func serverForm(t testing.TB, target, body, key string) *http.Request {
	t.Helper()
	r := signedRequest(t, target, body, "")
	if key != "" {
		r.Header.Set("x-signature", callrail.SignSHA256([]byte(body), key))
	}
	return r
}

// visitorForm is a form as a page of the tenant sends it.
func visitorForm(t testing.TB, body string) *http.Request {
	t.Helper()
	r := signedRequest(t, forms+"?key=form-key", body, "")
	r.Header.Set("Origin", page)
	return r
}

func TestWhoMaySendForms(t *testing.T) {
	t.Parallel()
	accepted := answer{Status: 200, Outcome: "accepted"}
	with := func(r *http.Request, name, value string) *http.Request {
		r.Header.Set(name, value)
		return r
	}
	keyed := func(key string) *http.Request { return signedRequest(t, forms+"?key="+key, formBody, "") }
	for name, tt := range map[string]struct {
		request *http.Request
		want    answer
	}{
		"signed":                             {serverForm(t, forms, formBody, formsKey), accepted},
		"signed with the key before":         {serverForm(t, forms, formBody, formsOldKey), accepted},
		"signed with another key":            {serverForm(t, forms, formBody, demoKey), unauthorized},
		"signed with no key":                 {serverForm(t, forms, formBody, "") /* and no form key */, unauthorized},
		"signed, of another body":            {with(serverForm(t, forms, formBody, ""), "X-Signature", callrail.SignSHA256([]byte("{}"), formsKey)), unauthorized},
		"signed in another form":             {with(serverForm(t, forms, formBody, ""), "X-Signature", callrail.SignSHA1([]byte(formBody), formsKey)), unauthorized},
		"signed for calls":                   {signedRequest(t, forms, formBody, formsKey), unauthorized},
		"signed, for a tenant without forms": {serverForm(t, "/v1/forms/tenant_demo", formBody, demoKey), unauthorized},
		"signed, for nobody":                 {serverForm(t, "/v1/forms/tenant_nobody", formBody, formsKey), unauthorized},
		"signed with a key not known yet":    {serverForm(t, "/v1/forms/tenant_keyless", formBody, formsKey), unavailable},
		"badly signed, with a form key":      {with(with(keyed("form-key"), "Origin", page), "X-Signature", "sha256=00"), unauthorized},
		"from a page":                        {with(keyed("form-key"), "Origin", page), accepted},
		"from a page with a port":            {with(keyed("next-form-key"), "Origin", "https://EXAMPLE.com:8443"), accepted},
		"from a page, by its address":        {with(keyed("form-key"), "Referer", page+"/contact?x=1"), accepted},
		"from a page with the usual port":    {with(keyed("form-key"), "Origin", page+":443"), accepted},
		"from another page":                  {with(keyed("form-key"), "Origin", "https://www.example.com.evil.example"), unauthorized},
		"from the page without encryption":   {with(keyed("form-key"), "Origin", "http://www.example.com"), unauthorized},
		"from a page with a foreign origin":  {with(with(keyed("form-key"), "Origin", "null"), "Referer", page), unauthorized},
		"from nowhere":                       {keyed("form-key"), unauthorized},
		"with another key":                   {with(keyed("form-keys"), "Origin", page), unauthorized},
		"with an empty key":                  {with(keyed(""), "Origin", page), unauthorized},
		"with a key of a suspended source":   {with(keyed("closed-key"), "Origin", page), unauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			got := f.send(t, tt.request)
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(answer{}, "RequestID")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if stored := len(f.store.intakes); stored != 1 && tt.want.Status == 200 || stored != 0 && tt.want.Status != 200 {
				t.Errorf("%d forms stored", stored)
			}
		})
	}
}

func TestEveryRefusedFormTriesAsManyKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	replies := map[string]bool{}
	for _, target := range []string{forms, "/v1/forms/tenant_nobody", "/v1/forms/tenant_demo", forms + "?key=no", "/v1/forms/tenant_nobody?key=no"} {
		for _, key := range []string{"wrong key", ""} {
			w := httptest.NewRecorder()
			f.ServeHTTP(w, serverForm(t, target, formBody, key))
			replies[fmt.Sprint(w.Code, w.Header(), w.Body)] = true
		}
	}
	if len(replies) != 1 {
		t.Errorf("refusals differ:\n%v", replies)
	}
	if len(f.limits.taken) != 0 {
		t.Error("a stranger used up the tenant's limit")
	}
}

func TestARefusedFormTriesAsManyKeysWhoeverItIsFor(t *testing.T) {
	t.Parallel()
	keys := NewKeyRing(secrets{"tenant-tenant_forms-forms": formsKey, "tenant-tenant_forms-forms_old": formsOldKey}, "")
	directory := tenant.NewDirectory(loader(tenants), tenant.Options{Interval: time.Second, Prepare: keys.Load})
	if err := directory.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := &handler{Deps: Deps{Tenants: directory, Keys: keys}, decoy: "nobody's key"}
	for _, id := range []string{"tenant_forms", "tenant_demo", "tenant_new", "tenant_off", "tenant_nobody"} {
		for _, signature := range []string{callrail.SignSHA256([]byte(formBody), "nobody's key"), "sha256=00", ""} {
			r := signedRequest(t, forms, formBody, "")
			r.Header.Set("X-Signature", signature)
			route := chi.NewRouteContext()
			route.URLParams.Add("tenant_id", id)
			r = r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, route))
			s := &submission{header: r.Header, body: []byte(formBody)}
			if err := h.authenticateForm(r, s); !errors.Is(err, errFormUnauthorized) {
				t.Errorf("%s: err = %v", id, err)
			}
			if s.tried != leastKeys {
				t.Errorf("%s, signature %q: %d keys tried, want %d", id, signature, s.tried, leastKeys)
			}
		}
	}
}

func TestWhatIsStoredOfAForm(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := `{"fullName":"Robin Example","phone":"(303) 555-0142","email":"Robin@Example.com","message":"A new kitchen","rooms":["kitchen","bath"],
		"utm_source":"Google Ads","utm_campaign":"kitchen","landing_page":"https://www.example.com/?gclid=abc","empty":"","submission_id":"s-1"}`
	got := f.send(t, serverForm(t, forms, body, formsKey))
	in := f.store.intakes[0]
	want := &request.Request{
		TenantID: "tenant_forms", ID: request.ID("tenant_forms", "form", "s-1"), SourceID: "web",
		Kind: request.Form, Namespace: "form", ExternalID: "s-1",
		Caller: request.Caller{Name: "Robin Example", Phone: "+13035550142", Email: "robin@example.com"},
		Details: request.Details{
			Source: "Google Ads", SourceName: "Website", Campaign: "kitchen", LandingPage: "https://www.example.com/?gclid=abc", GCLID: "abc",
			Fields: []request.Field{
				{Name: "fullName", Value: "Robin Example"}, {Name: "phone", Value: "(303) 555-0142"}, {Name: "email", Value: "Robin@Example.com"},
				{Name: "message", Value: "A new kitchen"}, {Name: "rooms", Value: "kitchen, bath"},
			},
		},
	}
	if diff := cmp.Diff(want, in.Request, cmpopts.IgnoreFields(request.Request{}, "TraceParent")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if string(in.Body) != body || len(in.BodyHash) != 64 || !in.Change || len(in.Alike) != 0 {
		t.Errorf("intake %+v", in)
	}
	if want := (answer{Status: 200, Outcome: "accepted", RequestID: want.ID}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if want := []string{"transcribed tenant_forms " + want.ID}; !cmp.Equal(f.announcer.told, want) {
		t.Errorf("announced %q, want %q", f.announcer.told, want)
	}
	if want := (counts{"tenant_forms/web/accepted/web_form"}); !cmp.Equal(*f.counts, want) {
		t.Errorf("counted %q, want %q", *f.counts, want)
	}
}

func TestAPublicFormIsMarked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	r := visitorForm(t, "name=Robin+Example&message=A+new+kitchen")
	r.Header.Set("Referer", page+"/contact")
	f.send(t, r)
	got := f.store.intakes[0].Request
	if !got.Handling.Public || got.Details.FormURL != page+"/contact" || got.Caller.Name != "Robin Example" {
		t.Errorf("got %+v", got)
	}
	f.send(t, serverForm(t, forms, `{"name":"Dana Example"}`, formsKey))
	if f.store.intakes[1].Request.Handling.Public {
		t.Error("a signed form is marked as public")
	}
}

func TestFormsInEveryEncoding(t *testing.T) {
	t.Parallel()
	var multi bytes.Buffer
	w := multipart.NewWriter(&multi)
	for _, field := range [][2]string{{"name", "Robin Example"}, {"message", "A new kitchen"}} {
		if err := w.WriteField(field[0], field[1]); err != nil {
			t.Fatal(err)
		}
	}
	file, err := w.CreateFormFile("photo", "kitchen.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write([]byte{0xff, 0xd8, 0xff}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	plain := []request.Field{{Name: "name", Value: "Robin Example"}, {Name: "message", Value: "A new kitchen"}}
	for name, tt := range map[string]struct {
		contentType, body string
		want              []request.Field
	}{
		"JSON":                  {"application/json", `{"name":"Robin Example","message":"A new kitchen"}`, plain},
		"JSON without saying":   {"", `{"name":"Robin Example","message":"A new kitchen"}`, plain},
		"form-encoded":          {"application/x-www-form-urlencoded", "name=Robin+Example&message=A%20new%20kitchen&empty=", plain},
		"multipart with a file": {w.FormDataContentType(), multi.String(), append(plain[:2:2], request.Field{Name: "photo", Value: "kitchen.jpg"})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			r := visitorForm(t, tt.body)
			r.Header.Set("Content-Type", tt.contentType)
			f.send(t, r)
			if diff := cmp.Diff(tt.want, f.store.intakes[0].Request.Details.Fields); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if strings.Contains(string(f.store.intakes[0].Body), "\xff") {
				t.Error("the file was kept")
			}
		})
	}
}

func TestFormsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		contentType, body string
		want              answer
	}{
		"broken JSON":        {"application/json", `{"name":`, answer{Status: 400, Code: "unreadable"}},
		"broken escape":      {"", "name=%zz", answer{Status: 400, Code: "unreadable"}},
		"not UTF-8":          {"", "name=\xff", answer{Status: 400, Code: "unreadable"}},
		"multipart, cut off": {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nRob", answer{Status: 400, Code: "unreadable"}},
		"no boundary":        {"multipart/form-data", "--x--", answer{Status: 400, Code: "unreadable"}},
		"no answers":         {"application/json", `{"name":"","message":null}`, answer{Status: 400, Code: "empty"}},
		"a long id":          {"application/json", `{"name":"Robin","id":"` + strings.Repeat("x", 300) + `"}`, answer{Status: 400, Code: "invalid_id"}},
		"too large":          {"application/json", `{"name":"` + strings.Repeat("x", maxBody) + `"}`, answer{Status: 413, Code: "too_large"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			r := visitorForm(t, tt.body)
			r.Header.Set("Content-Type", tt.contentType)
			if diff := cmp.Diff(tt.want, f.send(t, r)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(f.store.intakes) != 0 {
				t.Error("it was stored")
			}
			if tt.want.Status == 400 && !cmp.Equal(*f.counts, counts{"tenant_forms/web/rejected/" + tt.want.Code}) {
				t.Errorf("counted %q", *f.counts)
			}
		})
	}
}

func TestOverTheLimit(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err        error
		want       answer
		retryAfter string
	}{
		"of the minute":   {&limit.ExceededError{After: 1500 * time.Millisecond}, answer{Status: 429, Code: "rate_limited"}, "2"},
		"of the day":      {&limit.ExceededError{Daily: true, After: time.Hour}, answer{Status: 429, Code: "quota_exceeded"}, "3600"},
		"store is away":   {errors.New("unavailable"), unavailable, ""},
		"within the same": {nil, answer{Status: 200, Outcome: "accepted"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.limits.err = tt.err
			w := httptest.NewRecorder()
			f.ServeHTTP(w, visitorForm(t, formBody))
			if w.Code != tt.want.Status || w.Header().Get("Retry-After") != tt.retryAfter || w.Header().Get("Access-Control-Allow-Origin") != page {
				t.Errorf("status %d, headers %v", w.Code, w.Header())
			}
			if stored := len(f.store.intakes) == 1; stored != (tt.err == nil) {
				t.Errorf("stored: %v", stored)
			}
			if !cmp.Equal(f.limits.taken, []string{"tenant_forms forms"}) {
				t.Errorf("taken %q", f.limits.taken)
			}
		})
	}
}
