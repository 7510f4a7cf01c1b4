package pipedrive

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// How long to stay away when Pipedrive does not say so.
const (
	cloudflareTime = 5 * time.Minute // whoever keeps asking after a 429 is blocked for minutes
)

// errorBody is Pipedrive's answer as far as it says how a call ended. Both versions of the
// API and their parts differ in what they fill in.
type errorBody struct {
	Success   *bool      `json:"success"`
	Error     flexString `json:"error"`
	ErrorInfo flexString `json:"error_info"`
	Message   flexString `json:"message"`
	Code      flexString `json:"code"`
	ErrorCode flexString `json:"errorCode"`
}

// flexString reads a string and takes anything else as its JSON text.
type flexString string

// UnmarshalJSON implements json.Unmarshaler.
func (s *flexString) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		*s = flexString(text)
		return nil
	}
	*s = flexString(raw)
	return nil
}

// refusal is the error of a call that Pipedrive, or something on the way to it, answered
// with a status other than success.
func (c *client) refusal(call crm.Call, a crm.Answer) error {
	now, status := c.now(), a.Status
	body, ours := parseError(a.Body)
	e := &crm.Error{Op: call.Op, Status: status, Code: body.code(), Message: body.words()}
	switch {
	case status == http.StatusTooManyRequests:
		c.throttled(e, call, a.Header)
	case status >= http.StatusInternalServerError:
		return call.Unclear(status, nil)
	case status == http.StatusForbidden && !ours:
		e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(crm.RetryAfter(a.Header, now), now.Add(cloudflareTime))
		c.account.general.Pause(e.RetryAt)
	case !ours: // a proxy's page; a 404 among them must not be taken for a missing record
		e.Fault = crm.Transient
	case status == http.StatusUnauthorized && c.tokens != nil:
		e.Fault = crm.AuthExpired
	case status == http.StatusUnauthorized, status == http.StatusForbidden && body.lacksScope():
		e.Fault = crm.AuthRevoked
	case status == http.StatusNotFound && body.Success == nil: // a gateway's
		e.Fault = crm.Transient
	case status == http.StatusNotFound && !body.unknownMethod():
		e.Fault = crm.Gone
	default: // also 402 (the company must pay) and 410 (the end of an API's version)
		return body.invalid(call, status)
	}
	return e
}

// throttled tells the kinds of 429 apart and lets the account's other deliveries wait, too.
func (c *client) throttled(e *crm.Error, call crm.Call, h http.Header) {
	now := c.now()
	if dayIsSpent(h) {
		e.Fault, e.RetryAt = crm.QuotaSpent, midnight(now)
		c.account.spend(e.RetryAt)
		return
	}
	told := resetAt(h, now)
	if told.IsZero() {
		told = crm.RetryAfter(h, now)
	}
	e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(told, now.Add(window))
	if call.Search {
		c.account.search.Pause(e.RetryAt)
		return
	}
	c.account.general.Pause(e.RetryAt)
}

// parseError reads how a call ended. False: it is not Pipedrive's answer, which always is
// an object, but some proxy's.
func parseError(raw []byte) (errorBody, bool) {
	var body errorBody
	err := json.Unmarshal(raw, &body)
	return body, err == nil
}

// invalid is the error of a call that Pipedrive refused for what it says.
func (b errorBody) invalid(call crm.Call, status int) *crm.Error {
	return &crm.Error{
		Fault: crm.Invalid, Op: call.Op, Status: status, Code: b.code(),
		Message: b.words(), Fields: b.fields(),
	}
}

func (b errorBody) code() string {
	code := string(cmp.Or(b.Code, b.ErrorCode))
	if len(code) > 64 || strings.ContainsAny(code, " {[") {
		return "" // codes are logged; this is none
	}
	return code
}

func (b errorBody) text() string { return string(cmp.Or(b.Error, b.Message)) }

// lacksScope tells an app without a permission from a user who may not do something: the
// first needs a new connection.
func (b errorBody) lacksScope() bool { return strings.Contains(strings.ToLower(b.text()), "scope") }

// unknownMethod tells a path that does not exist from a record that does not.
func (b errorBody) unknownMethod() bool {
	return strings.HasPrefix(strings.ToLower(b.text()), "unknown method")
}

// genericInfo is what error_info says when it says nothing.
const genericInfo = "Please check developers.pipedrive.com"

// words returns what Pipedrive says, for the tenant.
func (b errorBody) words() string {
	words := b.text()
	if info := string(b.ErrorInfo); info != "" && !strings.HasPrefix(info, genericInfo) {
		words = strings.TrimSpace(words + " " + info)
	}
	return crm.CutWords(words)
}

var (
	// "Validation failed: value.currency: is required; custom_fields.0123…: …", as reported in
	// pipedrive/client-nodejs#651.
	failedPrefix = regexp.MustCompile(`(?i)^validation (?:failed|error):?\s*`)
	failedField  = regexp.MustCompile(`^"?([a-zA-Z0-9_.\[\]]+)"?:\s`)
	// A key of 40 characters is a field wherever it stands, and so is a word with an
	// underscore. Other words are only if they are quoted.
	namedField = regexp.MustCompile(`\b[0-9a-f]{40}\b|\b[a-z]+(?:_[a-z]+)+\b|'[a-z]+'|"[a-z]+"`)
)

// fields returns the names of the fields that were refused, as far as the text names them.
func (b errorBody) fields() []string {
	text := b.text()
	var names []string
	if rest := failedPrefix.ReplaceAllString(text, ""); rest != text {
		for part := range strings.SplitSeq(rest, ";") {
			if m := failedField.FindStringSubmatch(strings.TrimSpace(part)); m != nil {
				names = append(names, topName(m[1]))
			}
		}
	}
	names = slices.DeleteFunc(names, isContainer)
	if len(names) == 0 {
		for _, name := range namedField.FindAllString(text, -1) {
			names = append(names, strings.Trim(name, `'"`))
		}
		names = slices.DeleteFunc(names, isContainer)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isContainer tells the object that holds all custom fields from a field.
func isContainer(name string) bool { return name == "custom_fields" }

// topName returns the field that a path leads into: the value of "value.currency".
func topName(path string) string {
	path = strings.TrimPrefix(path, "custom_fields.")
	name, _, _ := strings.Cut(path, ".")
	name, _, _ = strings.Cut(name, "[")
	return name
}

// fieldsOf returns the fields that an error names.
func fieldsOf(err error) []string {
	var e *crm.Error
	if errors.As(err, &e) && e.Fault == crm.Invalid {
		return e.Fields
	}
	return nil
}
