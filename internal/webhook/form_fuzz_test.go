package webhook

import (
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// FuzzReadForm: whatever is sent as a form, what is read of it can be stored, and nothing of it
// is in the error.
func FuzzReadForm(f *testing.F) {
	f.Add("", []byte(formBody), "")
	f.Add("application/x-www-form-urlencoded", []byte("name=Robin+Example&_gotcha=&id=%00"), "order-1")
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nRobin\r\n--x\r\nContent-Disposition: form-data; name=\"plan\"; filename=\"a.pdf\"\r\n\r\n%PDF\r\n--x--\r\n"), "")
	f.Add("multipart/form-data", []byte("--\r\n"), "")
	f.Add("text/plain", []byte(`{"a":{"b":[1,null,{"c":"\ud800"}]},"a":2}`), "")
	f.Fuzz(func(t *testing.T, contentType string, body []byte, key string) {
		got, err := readForm(http.Header{"Content-Type": {contentType}, headerIdempotencyKey: {key}}, body)
		if err != nil {
			if text := string(body); len(text) > 20 && strings.Contains(err.Error(), text) {
				t.Errorf("the error quotes the form: %v", err)
			}
			return
		}
		if len(got.fields) == 0 && !got.trapped || len(got.id) > maxFormID || !utf8.ValidString(got.id) {
			t.Errorf("%q is taken as %+v", body, got)
		}
		for _, field := range got.fields {
			if field.Name == honeypot || field.Value == "" || !utf8.ValidString(field.Name) || !utf8.ValidString(field.Value) || strings.ContainsRune(field.Value, 0) {
				t.Errorf("%q has the field %q", body, field)
			}
		}
		backwards := slices.Clone(got.fields)
		slices.Reverse(backwards)
		names := map[string]bool{}
		for _, field := range got.fields {
			names[field.Name] = true
		}
		if len(names) == len(backwards) && contentHash(backwards) != contentHash(got.fields) {
			t.Errorf("%q is another form in another order", body)
		}
	})
}

// FuzzFields: an answer is the same in all ways in which a form is sent.
func FuzzFields(f *testing.F) {
	f.Add("project", "a new kitchen")
	f.Add("a[b][]", "é & = + % \r\n \"\\")
	f.Add("id ", "--x")
	f.Fuzz(func(t *testing.T, name, value string) {
		value = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(value, "\x00", ""), ""))
		special := func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`"\.[]`, r) }
		if value == "" || name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, special) || strings.TrimSpace(name) != name ||
			slices.Contains([]string{honeypot, "id", "submission_id"}, name) {
			return
		}
		var parts strings.Builder
		w := multipart.NewWriter(&parts)
		if w.WriteField(name, value) != nil || w.Close() != nil {
			t.Fatal("the form cannot be written")
		}
		want := []request.Field{{Name: name, Value: value}}
		for contentType, body := range map[string]string{
			w.FormDataContentType():             parts.String(),
			"application/x-www-form-urlencoded": url.Values{name: {value}}.Encode(),
		} {
			got, err := readForm(http.Header{"Content-Type": {contentType}}, []byte(body))
			if err != nil {
				t.Errorf("%s %q: %v", contentType, body, err)
			} else if diff := cmp.Diff(want, got.fields); diff != "" {
				t.Errorf("%s %q (-want +got):\n%s", contentType, body, diff)
			}
		}
	})
}

// FuzzForms: a form is taken only if a key of the tenant signed these very bytes, or a page of
// the tenant sent it with its form key.
func FuzzForms(f *testing.F) {
	hook := newFixture(f)
	f.Add([]byte(formBody), callrail.SignSHA256([]byte(formBody), formsKey), "", "")
	f.Add([]byte(formBody), callrail.SignSHA256([]byte(formBody), demoKey), "", "")
	f.Add([]byte(formBody), "sha256=", "form-key", page)
	f.Add([]byte("name=Robin"), "", "form-key", page)
	f.Add([]byte("name=Robin"), "", "closed-key", page)
	f.Add([]byte("name=Robin"), "", "", "null")
	f.Fuzz(func(t *testing.T, body []byte, signature, key, origin string) {
		r := signedRequest(t, forms+"?key="+url.QueryEscape(key), string(body), "")
		r.Header["X-Signature"], r.Header["Origin"] = []string{signature}, []string{origin}
		before := len(hook.store.intakes)
		got := hook.send(t, r)
		signed := callrail.Verify(http.Header{callrail.HeaderSHA256: {signature}}, body, []string{formsKey, formsOldKey}) != callrail.Unverified
		fromPage := signature == "" && (key == "form-key" || key == "next-form-key") && slices.Contains([]string{page, "https://example.com:8443"}, normalOrigin(origin))
		if !signed && !fromPage && (got.Status != http.StatusUnauthorized || len(hook.store.intakes) != before) {
			t.Errorf("%q with %q, key %q from %q: %+v", body, signature, key, origin, got)
		}
		for _, in := range hook.store.intakes[before:] {
			if in.Request.TenantID != "tenant_forms" || in.Request.SourceID != "web" || in.Request.Handling.Public != fromPage {
				t.Errorf("%q was kept as %+v", body, in.Request)
			}
		}
		hook.store.intakes, hook.store.rows = nil, map[string]string{}
		hook.log.Reset()
	})
}

// FuzzDrain: a message of the intake topic is taken in only if it was verified before it was
// kept, or its signature is good now.
func FuzzDrain(f *testing.F) {
	hook := newFixture(f)
	sent := func(target, signature, body, tenantID string) {
		f.Add(target, signature, []byte(body), tenantID, "")
	}
	sent(endpoint, callrail.SignSHA256([]byte(call), demoKey), call, "")
	sent(endpoint, callrail.SignSHA256([]byte(call), otherKey), call, "")
	sent(endpoint+"/tenant_demo/post_call", "sha256=00", call, "tenant_demo")
	sent(forms+"?key=form-key", "", formBody, "")
	sent("https://evil.example.com/"+endpoint, "", "\xff", "tenant_other")
	sent("/%zz", "", "", "tenant_nobody")
	f.Fuzz(func(t *testing.T, target, signature string, body []byte, tenantID, sourceID string) {
		message := encodeJSON(t, rawDelivery{
			Target: target, Header: http.Header{callrail.HeaderSHA256: {signature}}, Body: body, ArrivedAt: hook.now.Add(-settle),
			TenantID: tenantID, SourceID: sourceID,
		})
		err := hook.Drain(t.Context(), message)
		h := http.Header{callrail.HeaderSHA256: {signature}}
		keys := []string{demoKey, demoOldKey, otherKey, bootstrapKey}
		for _, in := range hook.store.intakes {
			if err != nil {
				t.Errorf("%q was taken in, and comes again: %v", message, err)
			}
			if tenantID == "" && callrail.Verify(h, body, keys) == callrail.Unverified {
				t.Errorf("%q was taken in without a signature, as %+v", message, in.Request)
			}
			if tenantID != "" && in.Request.TenantID != tenantID {
				t.Errorf("%q was verified as %q, and taken in as %q", message, tenantID, in.Request.TenantID)
			}
		}
		hook.store.intakes, hook.store.rows = nil, map[string]string{}
		hook.log.Reset()
	})
}

func encodeJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
