package setup

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// form is what the fields of a page show: what is saved or was typed, by the names that the API
// gives them, and what is wrong with it.
type form struct {
	Values   url.Values
	ETag     string   // of the state that a change is bound to
	Notice   string   // why nothing was saved; empty: nothing was refused
	Problems []string // what is wrong, field by field
	Changed  bool     // somebody else was faster
	wrong    map[string]string
}

// sent returns the form that was sent. One that cannot be read is refused: it must not be taken for
// an empty one.
func sent(r *web.Request) (form, error) {
	if err := r.ParseForm(); err != nil {
		return form{}, &web.Problem{Problem: client.Problem{
			Status: http.StatusRequestEntityTooLarge, Code: "too_large", Detail: "The form could not be read: it is too large, or was cut off on its way.",
		}}
	}
	return form{ETag: r.PostForm.Get("etag"), Values: r.PostForm}, nil
}

// bound returns the If-Match of a change. A form that does not say what it has seen has seen nothing.
func (f form) bound() *string {
	etag := cmp.Or(f.ETag, `"unseen"`)
	return &etag
}

// tagged decodes an answer into what it is given, and returns the answer's ETag.
func tagged(into any) func(*http.Response, error) (string, error) {
	return func(res *http.Response, err error) (string, error) { return web.ReadTagged(into, res, err) }
}

// Get returns the value of a field.
func (f form) Get(name string) string { return f.Values.Get(name) }

// Has reports whether one of a field's values is the given one, for boxes of the same name.
func (f form) Has(name, value string) bool {
	for _, have := range f.Values[name] {
		if have == value {
			return true
		}
	}
	return false
}

// Wrong returns what is wrong with a field, empty if nothing is.
func (f form) Wrong(name string) string { return f.wrong[name] }

// mark notes what is wrong with a field. What is wrong with a part of it, like the second of its
// lines, stands beside the whole as well.
func (f *form) mark(name, message string) {
	if f.wrong == nil {
		f.wrong = map[string]string{}
	}
	f.Problems = append(f.Problems, fieldName(name)+": "+message)
	for {
		if f.wrong[name] == "" {
			f.wrong[name] = message
		}
		cut := strings.LastIndexByte(name, '.')
		if cut < 0 {
			return
		}
		name = name[:cut]
	}
}

// refuse shows why the API did not save the form; false: err is for an error page.
func (f *form) refuse(err error) bool {
	var p *web.Problem
	if !errors.As(err, &p) {
		return false
	}
	switch p.Code {
	case "changed":
		f.Changed = true
		f.Notice = "Somebody else has changed this since you opened the page. Nothing is lost: what you typed is still here, and not saved. Look at what is saved now, then save again to put yours in its place."
	case "invalid_request", "invalid_settings", "invalid_person":
		f.Notice = "Nothing was saved yet. Please check what is marked."
		for _, e := range faultsOf(p) {
			f.mark(placeOf(e.Field), e.Message)
		}
		if len(f.Problems) == 0 {
			f.Notice = p.Detail
		}
	case "conflict", "busy", "too_large":
		f.Notice, _ = web.Sentence(err)
	default:
		return false
	}
	return true
}

// faultsOf returns what is wrong field by field; what does not fit the API's document has a place
// and no words.
func faultsOf(p *web.Problem) []client.FieldError {
	if len(p.Errors) > 0 || p.Parameter == "" {
		return p.Errors
	}
	name := strings.ReplaceAll(strings.Trim(p.Parameter, "/"), "/", ".")
	return []client.FieldError{{Field: name, Message: "this value is not accepted: it is too long, too large, or has characters that do not belong here"}}
}

var index = regexp.MustCompile(`\[(\d+)\]`)

// placeOf turns the place of a mistake into a field's name: config.mapping[0].value 1:5 is
// mapping.0.value, and settings.weights is what stands before the weights.
func placeOf(path string) string {
	path, _, _ = strings.Cut(path, " ")
	path = strings.TrimPrefix(path, "config.mapping")
	if strings.HasPrefix(path, "[") {
		path = "mapping" + path
	}
	return index.ReplaceAllString(path, ".$1")
}

// fieldName names a field for people: settings.budget.monthly_usd is Budget monthly usd.
func fieldName(name string) string {
	return web.Label(strings.TrimPrefix(name, "settings."))
}

// fail marks what could not be read from a form.
func (f *form) fail(wrong []client.FieldError) {
	f.Notice = "Nothing was saved yet. Please check what is marked."
	for _, e := range wrong {
		f.mark(e.Field, e.Message)
	}
}
