package custom

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

const (
	// throttleTime is how long to stay away from a receiver that asks for less, and does not
	// say for how long.
	throttleTime = 30 * time.Second
	maxWords     = 500 // bytes of an answer that a tenant is shown
)

// silence is the error of a request without an answer. Whether it arrived does not matter.
func silence(op string, err error) *crm.Error {
	e := crm.Call{Op: op}.Silence(err, false)
	if e.Fault == crm.Invalid {
		e.Message = "The address is not on the public internet, or not HTTPS."
	}
	return e
}

// refusal is the error of an answer other than success. Its words are the receiver's.
func (c *client) refusal(a answer) *crm.Error {
	now := c.now()
	e := &crm.Error{Fault: crm.Invalid, Op: opSend, Status: a.status, Message: a.words(), RetryAt: crm.RetryAfter(a.header, now)}
	switch {
	case a.status < http.StatusBadRequest && a.status >= http.StatusMultipleChoices:
		e.Code, e.Message = "REDIRECT", redirected(a.header.Get("Location"))
	case a.status < http.StatusMultipleChoices:
		e.Code = "NOT_SUCCESS" // a success that the tenant's settings do not list
	case a.status == http.StatusGone:
		e.Fault = crm.Closed
	case a.status == http.StatusTooManyRequests:
		e.Fault = crm.RateLimited
		if e.RetryAt.IsZero() {
			e.RetryAt = now.Add(throttleTime)
		}
	case a.status >= http.StatusInternalServerError, a.passes(), a.isPage():
		e.Fault = crm.Transient
	case a.status == http.StatusUnauthorized, a.status == http.StatusForbidden:
		e.Fault = crm.AuthRevoked
	}
	if e.Fault == crm.RateLimited || e.Fault == crm.Transient {
		c.window.Pause(e.RetryAt) // for the integration's other deliveries, too
	} else {
		e.RetryAt = time.Time{}
	}
	return e
}

// passes reports whether a refusal is a matter of time: a time-out, or a request with the
// same id that is still being worked on.
func (a answer) passes() bool {
	return a.status == http.StatusRequestTimeout || a.status == http.StatusConflict || a.status == http.StatusTooEarly
}

// isPage reports whether the answer is a page for people: not the receiver's own, but of
// something before it, which says nothing about the delivery.
func (a answer) isPage() bool {
	kind, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	return err == nil && kind == "text/html"
}

func redirected(location string) string {
	says := "The address redirects, which is not followed."
	if location != "" {
		says += " Enter the final one: " + clean(location)
	}
	return says
}

// words returns the beginning of the answer.
func (a answer) words() string {
	text := clean(string(a.body))
	if text == "" {
		return "(status " + strconv.Itoa(a.status) + " without words)"
	}
	return text
}

// clean cuts a stranger's text to what can be shown.
func clean(text string) string {
	cut := len(text) > maxWords
	if cut {
		text = text[:maxWords]
	}
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if cut {
		text += "…"
	}
	return text
}

// id returns the value at a path of the answer. An answer that is not JSON is something
// else's: the event is sent again, and the receiver will know it.
func (a answer) id(path string) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber() // ids may be longer than a float holds
	var at any
	if err := decoder.Decode(&at); err != nil {
		return "", &crm.Error{Fault: crm.Transient, Op: opSend, Status: a.status, Err: errors.New("the answer is not JSON")}
	}
	for name := range strings.SplitSeq(path, ".") {
		at = child(at, name)
	}
	switch v := at.(type) {
	case json.Number:
		return v.String(), nil
	case string:
		if v != "" {
			return v, nil
		}
	}
	return "", &crm.Error{
		Fault: crm.Invalid, Op: opSend, Status: a.status, Code: "NO_ID", Fields: []string{"id_path"},
		Message: "The answer has no id at " + path + ". It is: " + a.words(),
	}
}

// child returns a member of an object or an element of a list, nil if there is none.
func child(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		return v[name]
	case []any:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(v) {
			return v[i]
		}
	}
	return nil
}
