package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	openapi "github.com/your-org/multi-tenant-pipeline/docs/api"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func TestEveryCodeOfTheDocumentHasAnAnswerAndNoOther(t *testing.T) {
	t.Parallel()
	document := load(t, string(openapi.Document))
	documented := map[ProblemCode]bool{}
	for _, code := range document.Components.Schemas["Problem"].Value.Properties["code"].Value.Enum {
		documented[ProblemCode(code.(string))] = true
	}
	for code := range documented {
		if a := answers[code]; a.status < 400 || a.detail == "" {
			t.Errorf("%s has no answer", code)
		}
	}
	for code := range answers {
		if !documented[code] {
			t.Errorf("%s is not in the document", code)
		}
	}
	for name, response := range document.Components.Responses {
		media := response.Value.Content["application/problem+json"]
		if media == nil {
			continue
		}
		example := media.Example.(map[string]any)
		a := answers[ProblemCode(example["code"].(string))]
		want := []any{float64(a.status), http.StatusText(a.status), a.detail}
		if diff := cmp.Diff(want, []any{example["status"], example["title"], example["detail"]}); diff != "" {
			t.Errorf("the example of %s (-answer +document):\n%s", name, diff)
		}
	}
}

func TestAnErrorIsAnsweredInFixedWords(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err        error
		status     int
		code       ProblemCode
		retryAfter string
		detail     string
	}{
		"not found":         {fmt.Errorf("read: %w", store.ErrNotFound), 404, ProblemCodeNotFound, "", ""},
		"held":              {fmt.Errorf("retry: %w", store.ErrHeld), 409, ProblemCodeBusy, "", ""},
		"a conflict":        {fmt.Errorf("put: %w", store.ErrConflict), 409, ProblemCodeConflict, "", whyOtherwise},
		"taken":             {fmt.Errorf("put: %w", store.ErrTaken), 409, ProblemCodeConflict, "", "belongs to another tenant"},
		"under legal hold":  {conflict(whyHeld), 409, ProblemCodeConflict, "", "Release it first"},
		"too large":         {fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 1}), 413, ProblemCodeTooLarge, "", ""},
		"the store is away": {fmt.Errorf("read: %w", store.ErrUnavailable), 503, ProblemCodeUnavailable, "5", ""},
		"too often":         {refuseFor(ProblemCodeRateLimited, 1500*time.Millisecond), 429, ProblemCodeRateLimited, "2", ""},
		"anything else":     {errors.New("secret detail"), 500, ProblemCodeInternal, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			answerError(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody), test.err)
			var got Problem
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if w.Code != test.status || got.Code != test.code || got.Status != test.status || w.Header().Get("Retry-After") != test.retryAfter || !strings.Contains(got.Detail, test.detail) {
				t.Errorf("got %d %v %s", w.Code, w.Header(), w.Body)
			}
			if strings.Contains(w.Body.String(), "secret detail") || strings.Contains(w.Body.String(), "retry:") {
				t.Errorf("the answer tells the error: %s", w.Body)
			}
		})
	}
}

func TestARefusalNamesTheFieldsThatAreWrong(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	wrong := FieldError{Field: "settings.weights.intent", Message: "must be between 0 and 100"}
	answerError(w, httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/", http.NoBody), refuseWith(ProblemCodeInvalidSettings, wrong))
	var got Problem
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]FieldError{wrong}, got.Errors); diff != "" || w.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d (-want +got):\n%s", w.Code, diff)
	}
}

const bodies = `openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /things:
    put:
      security: []
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              additionalProperties: false
              properties:
                name: {type: string, maxLength: 3}
                a/b: {type: integer}
                list: {type: array, items: {allOf: [{type: object, properties: {n: {type: integer, maximum: 9}}}]}}
                either: {oneOf: [{type: integer}, {type: object, properties: {x: {type: boolean}}}]}
      responses: {"204": {description: done}}
    get:
      security: []
      responses: {"204": {description: done}}
`

func TestABodyIsCheckedAgainstTheDocument(t *testing.T) {
	t.Parallel()
	operations, err := operationsOf(load(t, bodies))
	if err != nil {
		t.Fatal(err)
	}
	const mime = "application/json"
	for name, test := range map[string]struct {
		method, mime, body string
		want               ProblemCode // empty: accepted
		parameter          string
	}{
		"good":                     {http.MethodPut, mime, `{"name":"ann"}`, "", ""},
		"with a charset":           {http.MethodPut, mime + "; charset=utf-8", `{"name":"ann"}`, "", ""},
		"a field too long":         {http.MethodPut, mime, `{"name":"anna"}`, ProblemCodeInvalidRequest, "/name"},
		"a field missing":          {http.MethodPut, mime, `{}`, ProblemCodeInvalidRequest, "/name"},
		"a field that is unknown":  {http.MethodPut, mime, `{"name":"a","first":"b"}`, ProblemCodeInvalidRequest, "/first"},
		"a name with a slash":      {http.MethodPut, mime, `{"name":"a","a/b":"x"}`, ProblemCodeInvalidRequest, "/a~1b"},
		"deep in a list":           {http.MethodPut, mime, `{"name":"a","list":[{"n":1},{"n":10}]}`, ProblemCodeInvalidRequest, "/list/1/n"},
		"within an alternative":    {http.MethodPut, mime, `{"name":"a","either":{"x":7}}`, ProblemCodeInvalidRequest, "/either/x"},
		"another type of value":    {http.MethodPut, mime, `[]`, ProblemCodeInvalidRequest, ""},
		"not JSON":                 {http.MethodPut, mime, `{`, ProblemCodeInvalidRequest, ""},
		"nothing":                  {http.MethodPut, mime, ``, ProblemCodeInvalidRequest, ""},
		"a form":                   {http.MethodPut, "application/x-www-form-urlencoded", `name=ann`, ProblemCodeUnsupportedMediaType, ""},
		"no type":                  {http.MethodPut, "", `{"name":"ann"}`, ProblemCodeUnsupportedMediaType, ""},
		"a body that nobody reads": {http.MethodGet, "text/plain", `hello`, "", ""},
		"more than is read":        {http.MethodPut, mime, `{"name":"` + strings.Repeat("a", maxBody) + `"}`, ProblemCodeTooLarge, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), test.method, "/things", strings.NewReader(test.body))
			r.Header.Set("Content-Type", test.mime)
			r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, maxBody)
			err := validate(r, operations[test.method+" /things"], nil)
			if test.want == "" {
				if err != nil {
					t.Errorf("got %v, want it accepted", err)
				}
				return
			}
			got := refusalOf(err)
			if err == nil || got.code != test.want || got.parameter != test.parameter {
				t.Errorf("got %+v, want %s at %q", got, test.want, test.parameter)
			}
		})
	}
}

func FuzzPointer(f *testing.F) {
	f.Add("a/b", "~")
	f.Fuzz(func(t *testing.T, a, b string) {
		parts := strings.Split(pointer([]string{a, b}), "/")
		decode := strings.NewReplacer("~1", "/", "~0", "~").Replace
		if len(parts) != 3 || decode(parts[1]) != a || decode(parts[2]) != b {
			t.Errorf("pointer of %q, %q: %q", a, b, parts)
		}
	})
}
