package salesforce

import (
	"cmp"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// How long to stay away when Salesforce does not say so, which it never does.
const (
	lockTime    = 3 * time.Second // a row that another transaction holds
	busyTime    = 5 * time.Second // too many long requests at the same time
	burstTime   = 30 * time.Second
	loginTime   = 10 * time.Minute // too many logins of the user; counted by the hour
	notUnique   = "KEY_NOT_UNIQUE"
	keyMissing  = "KEY_FIELD_MISSING"
	converted   = "CANNOT_UPDATE_CONVERTED_LEAD"
	duplicated  = "DUPLICATES_DETECTED"
	sameValue   = "DUPLICATE_VALUE"
	limitCode   = "REQUEST_LIMIT_EXCEEDED"
	lockedCode  = "UNABLE_TO_LOCK_ROW"
	sessionCode = "INVALID_SESSION_ID"
)

// apiError is one entry of Salesforce's answer to what it refuses. Every field may be missing.
type apiError struct {
	Code       string           `json:"errorCode"`
	StatusCode string           `json:"statusCode"` // the code's name inside of a result
	Message    string           `json:"message"`
	Fields     []string         `json:"fields"`
	Duplicates *duplicateResult `json:"duplicateResult"`
	Misspelt   *duplicateResult `json:"duplicateResut"` // how it is spelt in fact
}

func (e apiError) code() string { return cmp.Or(e.Code, e.StatusCode) }

// duplicateResult says which records a duplicate rule takes for the same.
type duplicateResult struct {
	AllowSave    bool   `json:"allowSave"`
	Rule         string `json:"duplicateRule"`
	MatchResults []struct {
		MatchRecords []struct {
			Confidence float64 `json:"matchConfidence"`
			Record     struct {
				ID string `json:"Id"`
			} `json:"record"`
		} `json:"matchRecords"`
	} `json:"matchResults"`
}

// oauthError is the token endpoint's answer to what it refuses.
type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// fieldsError is the cause of an Invalid error that names fields: code by name.
type fieldsError map[string]string

func (fieldsError) Error() string { return "fields refused" }

// takenError is the cause of an error that says that another record has a unique value.
type takenError struct{ field, id string } // empty: Salesforce did not say

func (takenError) Error() string { return "value is taken" }

// duplicateError is the cause of an error of a duplicate rule.
type duplicateError struct {
	rule      string
	allowSave bool     // the rule only warns
	ids       []string // best match first
}

func (duplicateError) Error() string { return "duplicate rule" }

// refusal is the error of a call that Salesforce, or something on the way to it, answered
// with a status other than success.
func (c *client) refusal(call crm.Call, a crm.Answer) error {
	status := a.Status
	retryAt := crm.RetryAfter(a.Header, c.now())
	if status == http.StatusMultipleChoices { // the body lists the records
		return &crm.Error{
			Fault: crm.Invalid, Op: call.Op, Status: status, Code: notUnique, Fields: []string{c.config.KeyField},
			Message: "Several records have the same key. Mark the field as Unique in Salesforce and remove the copies, then retry.",
		}
	}
	if login, ok := parseLogin(a.Body); ok {
		return c.loginRefused(call, status, login, retryAt)
	}
	list, ours := parseErrors(a.Body)
	if !ours { // a proxy's page or one about maintenance; a 404 among them is no missing record
		list = nil
	}
	if !ours && status != http.StatusTooManyRequests && status < http.StatusInternalServerError {
		return &crm.Error{Fault: crm.Transient, Op: call.Op, Status: status, RetryAt: retryAt}
	}
	return c.classify(call, status, list, retryAt)
}

// classify says what a list of errors means. The first one with a meaning of its own decides.
func (c *client) classify(call crm.Call, status int, list []apiError, retryAt time.Time) error {
	e := &crm.Error{Op: call.Op, Status: status, RetryAt: retryAt, Message: words(list)}
	first := apiError{}
	if len(list) > 0 {
		first = list[0]
	}
	e.Code = first.code()
	now := c.now()
	switch {
	case e.Code == limitCode && strings.Contains(first.Message, "TotalRequests"):
		e.Fault, e.RetryAt = crm.QuotaSpent, cmp.Or(retryAt, now.Add(quotaPoll))
		c.account.spend(e.Message, e.RetryAt)
	case e.Code == limitCode:
		e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(retryAt, now.Add(jittered(busyTime)))
		c.account.general.Pause(e.RetryAt)
	case status == http.StatusTooManyRequests:
		e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(retryAt, now.Add(burstTime))
		c.account.general.Pause(e.RetryAt)
	case e.Code == lockedCode:
		e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(retryAt, now.Add(jittered(lockTime)))
	case status >= http.StatusInternalServerError, e.Code == "QUERY_TIMEOUT", e.Code == "UNKNOWN_EXCEPTION":
		e.Fault = crm.FaultOf(call.Unclear(status, nil))
	case e.Code == sessionCode:
		e.Fault = crm.AuthExpired
	case strings.HasPrefix(e.Code, "INSUFFICIENT_ACCESS"): // to this record
		e.Fault = crm.Invalid
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		e.Fault = crm.AuthRevoked
	case e.Code == converted, e.Code == "ENTITY_IS_DELETED":
		e.Fault = crm.Gone
	case status == http.StatusNotFound && call.Creates: // an upsert: what is not found is the key field
		e.Fault, e.Code, e.Fields = crm.Invalid, keyMissing, []string{c.config.KeyField}
	case status == http.StatusNotFound:
		e.Fault = crm.Gone
	default:
		e.Fault = crm.Invalid
		e.Fields, e.Err = causes(list)
	}
	return e
}

// loginRefused says what the token endpoint's refusal means. Some of its errors are passing
// ones under the status of a wrong key.
func (c *client) loginRefused(call crm.Call, status int, login oauthError, retryAt time.Time) error {
	e := &crm.Error{Op: call.Op, Status: status, Code: login.Error, Message: crm.CutWords(login.Description), RetryAt: retryAt}
	switch {
	case strings.Contains(login.Description, "rate exceeded"), status == http.StatusTooManyRequests:
		e.Fault, e.RetryAt = crm.RateLimited, cmp.Or(retryAt, c.now().Add(loginTime))
	case status >= http.StatusInternalServerError, login.Error == "unknown_error", login.Error == "server_error", login.Error == "temporarily_unavailable":
		e.Fault = crm.Transient
	default:
		e.Fault = crm.AuthRevoked
	}
	return e
}

// jittered spreads what waits for the same row.
func jittered(d time.Duration) time.Duration {
	return d/2 + rand.N(d) //nolint:gosec // spreads load, guards nothing
}

func parseLogin(raw []byte) (oauthError, bool) {
	var e oauthError
	err := json.Unmarshal(raw, &e)
	return e, err == nil && e.Error != ""
}

// parseErrors reads a list of errors. False: it is not Salesforce's, but some proxy's page.
func parseErrors(raw []byte) ([]apiError, bool) {
	var list []apiError
	err := json.Unmarshal(raw, &list)
	var shape *json.UnmarshalTypeError // a field of another shape than documented: read the others
	if err != nil && !errors.As(err, &shape) {
		return nil, len(raw) == 0
	}
	return list, len(raw) == 0 || len(list) > 0
}

var (
	takenPattern   = regexp.MustCompile(`(?:duplicate value found: )?(\w+) duplicates value on record with id: (\w+)`)
	missingPattern = regexp.MustCompile(`No such column '([^']+)'`)
)

// causes returns the refused fields and what is behind them.
func causes(list []apiError) (fields []string, cause error) {
	refused := make(fieldsError)
	for _, e := range list {
		switch e.code() {
		case duplicated:
			return e.Fields, e.duplicate()
		case sameValue:
			if m := takenPattern.FindStringSubmatch(e.Message); m != nil {
				return []string{m[1]}, takenError{field: m[1], id: m[2]}
			}
			return e.Fields, takenError{}
		}
		names := e.Fields
		if m := missingPattern.FindStringSubmatch(e.Message); m != nil && len(names) == 0 {
			names = []string{m[1]}
		}
		for _, name := range names {
			if _, ok := refused[name]; !ok {
				fields = append(fields, name)
			}
			refused[name] = e.code()
		}
	}
	if len(refused) == 0 {
		return nil, nil
	}
	return fields, refused
}

func (e apiError) duplicate() duplicateError {
	result := cmp.Or(e.Duplicates, e.Misspelt, &duplicateResult{})
	d := duplicateError{rule: result.Rule, allowSave: result.AllowSave}
	type match struct {
		id         string
		confidence float64
	}
	var matches []match
	for _, r := range result.MatchResults {
		for _, m := range r.MatchRecords {
			matches = append(matches, match{m.Record.ID, m.Confidence})
		}
	}
	slices.SortStableFunc(matches, func(a, b match) int { return cmp.Compare(b.confidence, a.confidence) })
	for _, m := range matches {
		if m.id != "" && !slices.Contains(d.ids, m.id) {
			d.ids = append(d.ids, m.id)
		}
	}
	return d
}

// words returns what Salesforce says, for the tenant.
func words(list []apiError) string {
	var all []string
	for _, e := range list {
		if e.Message != "" && !slices.Contains(all, e.Message) {
			all = append(all, e.Message)
		}
	}
	return crm.CutWords(strings.Join(all, " "))
}
