package hubspot

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

// Statuses that HubSpot uses in its own way.
const (
	statusLocked    = 423 // the record is being written; the lock lasts two seconds
	statusMigrating = 477 // the account is moving to another data centre, for up to hours
)

// How long to stay away when HubSpot does not say so.
const (
	lockTime       = 2 * time.Second
	secondlyTime   = time.Second
	windowTime     = 10 * time.Second
	migrationTime  = 10 * time.Minute
	cloudflareTime = 5 * time.Minute
)

// errorBody is HubSpot's answer to what it refuses. Every field may be missing.
type errorBody struct {
	Status     string       `json:"status"`
	Message    string       `json:"message"`
	Category   string       `json:"category"`
	PolicyName string       `json:"policyName"`
	Errors     []fieldError `json:"errors"`
}

type fieldError struct {
	Message string `json:"message"`
	Code    string `json:"code"`
	Context struct {
		PropertyName []string `json:"propertyName"`
	} `json:"context"`
	Name  string `json:"name"`  // older form
	Error string `json:"error"` // older form
}

// fieldsError is the cause of an Invalid error that names properties: code by name.
type fieldsError map[string]string

func (r fieldsError) Error() string { return "properties refused" }

// existsError is the cause of an error that says that the record is there already.
type existsError struct{ id string } // empty: HubSpot did not say which

func (e existsError) Error() string { return "record exists" }

// refusal is the error of a call that HubSpot, or something on the way to it, answered
// with a status other than success.
func (c *client) refusal(call crm.Call, a crm.Answer) error {
	now := c.now()
	retryAt := crm.RetryAfter(a.Header, now)
	body, ours := parseError(a.Body)
	status := a.Status
	e := &crm.Error{Op: call.Op, Status: status, Code: body.Category, Message: body.words(), RetryAt: retryAt}
	switch {
	case status == http.StatusTooManyRequests:
		c.throttled(e, call, body.PolicyName)
	case status == statusLocked:
		e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(retryAt, now.Add(lockTime))
	case status == statusMigrating:
		e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(retryAt, now.Add(migrationTime))
	case status >= http.StatusInternalServerError:
		e.Fault = crm.FaultOf(call.Unclear(status, nil))
	case status == http.StatusForbidden && !ours:
		e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(retryAt, now.Add(cloudflareTime))
	case !ours: // a proxy's page; a 404 among them must not be taken for a missing record
		e.Fault = crm.Transient
	case status == http.StatusUnauthorized && body.Category == "EXPIRED_AUTHENTICATION":
		e.Fault = crm.AuthExpired
	case status == http.StatusUnauthorized, status == http.StatusForbidden, body.Status == "BAD_HUB":
		e.Fault = crm.AuthRevoked
	case status == http.StatusNotFound:
		e.Fault = crm.Gone
	default:
		e.Fault = crm.Invalid
		e.Err = body.cause(status)
		e.Fields, e.Code = body.fields(e.Code)
	}
	return e
}

// throttled tells the kinds of 429 apart and lets the account's other deliveries wait, too.
func (c *client) throttled(e *crm.Error, call crm.Call, policy string) {
	now := c.now()
	e.Code = cmp.Or(policy, e.Code)
	window := c.account.general
	switch {
	case policy == "DAILY":
		e.Fault, e.RetryAt = crm.QuotaSpent, c.account.midnight(now)
	case call.Search:
		e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(e.RetryAt, now.Add(secondlyTime))
		window = c.account.search
	case policy == "SECONDLY":
		e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(e.RetryAt, now.Add(secondlyTime))
	default:
		e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(e.RetryAt, now.Add(windowTime))
	}
	window.Pause(e.RetryAt)
}

// parseError reads an error body. False: it is not HubSpot's, but some proxy's page.
func parseError(raw []byte) (errorBody, bool) {
	var body errorBody
	if len(raw) == 0 {
		return body, true
	}
	err := json.Unmarshal(raw, &body)
	var shape *json.UnmarshalTypeError // a field of another shape than documented: read the others
	if err != nil && !errors.As(err, &shape) {
		return errorBody{}, false
	}
	body.Errors = append(body.Errors, body.embedded()...)
	return body, true
}

// embedded reads the list of field errors that HubSpot also writes into its message.
func (b errorBody) embedded() []fieldError {
	start := strings.Index(b.Message, "[{")
	end := strings.LastIndex(b.Message, "}]")
	if len(b.Errors) > 0 || start < 0 || end < start {
		return nil
	}
	var list []fieldError
	if err := json.Unmarshal([]byte(b.Message[start:end+2]), &list); err != nil {
		return nil
	}
	return list
}

func (e fieldError) code() string { return cmp.Or(e.Code, e.Error) }

func (e fieldError) names() []string {
	if e.Name != "" {
		return []string{e.Name}
	}
	return e.Context.PropertyName
}

// fields returns the refused properties, and the first one's code.
func (b errorBody) fields(code string) (names []string, _ string) {
	for _, e := range b.Errors {
		for _, name := range e.names() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(b.Errors) > 0 {
		code = cmp.Or(b.Errors[0].code(), code)
	}
	return names, code
}

var existingID = regexp.MustCompile(`Existing ID: (\d+)`)

// codeTaken refuses a value of a unique property that another record has.
const codeTaken = "CONFLICTING_UNIQUE_VALUE"

func (b errorBody) cause(status int) error {
	fields := make(fieldsError)
	for _, e := range b.Errors {
		for _, name := range e.names() {
			fields[name] = e.code()
		}
	}
	taken := slices.ContainsFunc(b.Errors, func(e fieldError) bool { return e.code() == codeTaken })
	if status == http.StatusConflict || taken {
		var id string
		if m := existingID.FindStringSubmatch(b.Message); m != nil {
			id = m[1]
		}
		return existsError{id}
	}
	if len(fields) > 0 {
		return fields
	}
	return nil
}

// words returns what HubSpot says, for the tenant.
func (b errorBody) words() string {
	var all []string
	for _, e := range b.Errors {
		if e.Message != "" && !slices.Contains(all, e.Message) {
			all = append(all, e.Message)
		}
	}
	words := cmp.Or(strings.Join(all, " "), b.Message)
	return crm.CutWords(words)
}
