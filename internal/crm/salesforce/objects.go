package salesforce

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// Types of records.
const (
	leads         = "Lead"
	contacts      = "Contact"
	opportunities = "Opportunity"
	tasks         = "Task"
)

// prefixes are what the ids of each type begin with.
var prefixes = map[string]string{"00Q": leads, "003": contacts, "006": opportunities, "00T": tasks}

// typeOf tells from an id what kind of record it names, "" if it is none of ours.
func typeOf(id string) string {
	if len(id) < 3 {
		return ""
	}
	return prefixes[id[:3]]
}

// timeLayout is how Salesforce writes a moment.
const timeLayout = "2006-01-02T15:04:05.000-0700"

// object is a record as Salesforce returns it. A field without a value is null.
type object map[string]any

func (o object) id() string { return o.get("Id") }

// get returns a field as text, "" if it has no value.
func (o object) get(name string) string {
	switch v := o[name].(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	default:
		return ""
	}
}

func (o object) isConverted() bool { return o["IsConverted"] == true }

func (o object) modified() time.Time {
	t, _ := time.Parse(timeLayout, o.get("LastModifiedDate")) // a record that does not say is the oldest
	return t
}

func (c *client) path(parts ...string) string {
	escaped := []string{"/services/data", c.config.APIVersion}
	for _, p := range parts {
		escaped = append(escaped, url.PathEscape(p))
	}
	return strings.Join(escaped, "/")
}

// get reads fields of a record. A missing one is an error with the fault Gone.
func (c *client) get(ctx context.Context, typ, id string, fields []string) (object, error) {
	call := crm.Call{
		Op: "get " + strings.ToLower(typ), Method: http.MethodGet, Path: c.path("sobjects", typ, id),
		Query: url.Values{"fields": {strings.Join(fields, ",")}},
	}
	var o object
	if _, err := c.do(ctx, call, &o); err != nil {
		return nil, err
	}
	if o.id() == "" {
		return nil, call.Unclear(http.StatusOK, errNoID)
	}
	return o, nil
}

// query runs SOQL, which reads what is committed.
func (c *client) query(ctx context.Context, typ, soql string) ([]object, error) {
	call := crm.Call{Op: "query " + strings.ToLower(typ), Method: http.MethodGet, Path: c.path("query"), Query: url.Values{"q": {soql}}}
	var answer struct {
		Done    *bool    `json:"done"`
		Records []object `json:"records"`
	}
	if _, err := c.do(ctx, call, &answer); err != nil {
		return nil, err
	}
	if answer.Done == nil {
		return nil, call.Unclear(http.StatusOK, errors.New("the answer is not a query's"))
	}
	return slices.DeleteFunc(answer.Records, func(o object) bool { return o.id() == "" }), nil
}

var errNoID = errors.New("the answer holds no record id")

// saved is the answer to a write.
type saved struct {
	ID      string     `json:"id"`
	Success bool       `json:"success"`
	Created bool       `json:"created"`
	Errors  []apiError `json:"errors"`
}

// payload is what a write sends.
type payload struct {
	fields map[string]any
	header map[string]string
}

// upsert creates the record with a key, or updates it. The fields hold neither the id nor
// the key: Salesforce takes it from the address.
func (c *client) upsert(ctx context.Context, typ, key string, w payload) (saved, error) {
	call := crm.Call{
		Op: "upsert " + strings.ToLower(typ), Method: http.MethodPatch, Path: c.path("sobjects", typ, c.config.KeyField, key),
		Body: w.fields, Header: w.header, Creates: true,
	}
	var s saved
	status, err := c.do(ctx, call, &s)
	var refused *crm.Error
	if errors.As(err, &refused) && refused.Code == keyMissing {
		c.forget(typ)
	}
	switch {
	case err != nil:
		return saved{}, err
	case status == http.StatusNoContent: // how older versions say that they updated
		s.ID, err = c.byKey(ctx, typ, key)
		if err == nil && s.ID == "" {
			err = call.Unclear(status, errNoID)
		}
		return s, err
	case len(s.Errors) > 0 && !s.Success: // refused with the status of success
		return saved{}, c.classify(call, status, s.Errors, time.Time{})
	case s.ID == "":
		return saved{}, call.Unclear(status, errNoID)
	}
	s.Created = s.Created || status == http.StatusCreated
	return s, nil
}

// update changes fields of a record.
func (c *client) update(ctx context.Context, typ, id string, w payload) error {
	var s saved
	call := crm.Call{
		Op: "update " + strings.ToLower(typ), Method: http.MethodPatch, Path: c.path("sobjects", typ, id),
		Body: w.fields, Header: w.header,
	}
	status, err := c.do(ctx, call, &s)
	if err == nil && len(s.Errors) > 0 && !s.Success {
		return c.classify(call, status, s.Errors, time.Time{})
	}
	return err
}

// byKey returns the id of the record with a key, "" if there is none. Of several, which
// happen only where the field is not unique, it is the oldest.
func (c *client) byKey(ctx context.Context, typ, key string) (string, error) {
	found, err := c.query(ctx, typ, fmt.Sprintf("SELECT Id FROM %s WHERE %s = %s ORDER BY CreatedDate LIMIT 1", typ, c.config.KeyField, quote(key)))
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0].id(), nil
}

// isGone reports whether an error says that the record is not there any more.
func isGone(err error) bool { return err != nil && crm.FaultOf(err) == crm.Gone }

// usableID reports whether a record is there, and, if it is a Lead, was not converted.
func (c *client) usableID(ctx context.Context, id string) (bool, error) {
	typ, fields := typeOf(id), []string{"Id"}
	if typ == leads {
		fields = append(fields, "IsConverted")
	}
	o, err := c.get(ctx, typ, id, fields)
	if err != nil && !isGone(err) {
		return false, err
	}
	return err == nil && !o.isConverted(), nil
}
