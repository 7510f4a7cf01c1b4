package hubspot

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// Object types.
const (
	contacts = "contacts"
	deals    = "deals"
	calls    = "calls"
	notes    = "notes"
)

var singular = map[string]string{contacts: "contact", deals: "deal", calls: "call", notes: "note"}

// object is a record as HubSpot returns it. A property without a value is null or missing.
type object struct {
	ID         string             `json:"id"`
	Properties map[string]*string `json:"properties"`
	CreatedAt  time.Time          `json:"createdAt"`
	UpdatedAt  time.Time          `json:"updatedAt"`
	New        bool               `json:"new"` // upsert: the record was created
}

func (o object) get(name string) string {
	if v := o.Properties[name]; v != nil {
		return strings.TrimSpace(*v)
	}
	return ""
}

// association links a new record to another one.
type association struct {
	To    reference         `json:"to"`
	Types []associationType `json:"types"`
}

type reference struct {
	ID string `json:"id"`
}

type associationType struct {
	Category string `json:"associationCategory"`
	TypeID   int    `json:"associationTypeId"`
}

// Association type ids that HubSpot defines.
const (
	callToContact = 194
	callToDeal    = 206
	noteToContact = 202
	noteToDeal    = 214
)

func linkTo(id string, typeID int) association {
	return association{To: reference{id}, Types: []associationType{{"HUBSPOT_DEFINED", typeID}}}
}

func (c *client) path(parts ...string) string {
	escaped := []string{"/crm/objects", c.config.APIVersion}
	for _, p := range parts {
		escaped = append(escaped, url.PathEscape(p))
	}
	return strings.Join(escaped, "/")
}

// lookup names a record by its id, or by the value of a unique property.
type lookup struct {
	typ        string
	id         string
	idProperty string
	properties []string
}

// get reads a record. A missing one is an error with the fault Gone.
func (c *client) get(ctx context.Context, l lookup) (object, error) {
	query := url.Values{}
	if l.idProperty != "" {
		query.Set("idProperty", l.idProperty)
	}
	if len(l.properties) > 0 {
		query.Set("properties", strings.Join(l.properties, ","))
	}
	var o object
	call := crm.Call{Op: "get " + singular[l.typ], Method: http.MethodGet, Path: c.path(l.typ, l.id), Query: query}
	err := c.do(ctx, call, &o)
	if err == nil && o.ID == "" {
		err = call.Unclear(http.StatusOK, errNoID)
	}
	return o, err
}

// find is get for a record that may well not exist: ok says whether it does.
func (c *client) find(ctx context.Context, l lookup) (o object, ok bool, err error) {
	o, err = c.get(ctx, l)
	if err != nil && crm.FaultOf(err) == crm.Gone {
		return object{}, false, nil
	}
	return o, err == nil, err
}

func (c *client) create(ctx context.Context, typ string, properties map[string]string, links []association) (object, error) {
	if links == nil {
		links = []association{} // required, also when empty
	}
	call := crm.Call{Op: "create " + singular[typ], Method: http.MethodPost, Path: c.path(typ), Creates: true, Body: struct {
		Properties   map[string]string `json:"properties"`
		Associations []association     `json:"associations"`
	}{properties, links}}
	return c.write(ctx, call)
}

func (c *client) update(ctx context.Context, typ, id string, properties map[string]string) (object, error) {
	return c.write(ctx, crm.Call{Op: "update " + singular[typ], Method: http.MethodPatch, Path: c.path(typ, id), Body: struct {
		Properties map[string]string `json:"properties"`
	}{properties}})
}

// write sends a call that answers with one record. Success is the record's id, not the status.
func (c *client) write(ctx context.Context, call crm.Call) (object, error) {
	var o object
	err := c.do(ctx, call, &o)
	if err == nil && o.ID == "" {
		err = call.Unclear(http.StatusOK, errNoID)
	}
	return o, err
}

var errNoID = errors.New("the answer holds no record id")

// results is the answer of the batch, search and association endpoints. A batch answers
// with success and reports what it refused beside the results.
type results struct {
	Results []object     `json:"results"`
	Errors  []fieldError `json:"errors"`
}

// upsert creates or updates the record whose unique property has the value. Without an
// answer it is ambiguous, although it makes nothing twice: sent again, it would set back
// what people changed since.
func (c *client) upsert(ctx context.Context, key lookup, properties map[string]string) (object, error) {
	type input struct {
		IDProperty string            `json:"idProperty"`
		ID         string            `json:"id"`
		Properties map[string]string `json:"properties"`
	}
	call := crm.Call{
		Op: "upsert " + singular[key.typ], Method: http.MethodPost, Path: c.path(key.typ, "batch", "upsert"), Creates: true,
		Body: map[string]any{"inputs": []input{{key.idProperty, key.id, properties}}},
	}
	var answer results
	if err := c.do(ctx, call, &answer); err != nil {
		return object{}, err
	}
	if len(answer.Results) == 1 && answer.Results[0].ID != "" {
		return answer.Results[0], nil
	}
	if len(answer.Errors) == 0 {
		return object{}, call.Unclear(http.StatusOK, errNoID)
	}
	body := errorBody{Errors: answer.Errors}
	e := &crm.Error{Fault: crm.Transient, Op: call.Op, Status: http.StatusMultiStatus, Message: body.words(), Err: errNoID}
	if e.Fields, e.Code = body.fields(""); len(e.Fields) > 0 {
		e.Fault, e.Err = crm.Invalid, body.cause(http.StatusBadRequest)
	}
	return object{}, e
}

// associate links two records by the default type of their objects.
func (c *client) associate(ctx context.Context, from, to lookup) error {
	call := crm.Call{
		Op:     "associate " + singular[from.typ] + " with " + singular[to.typ],
		Method: http.MethodPut,
		Path:   c.path(from.typ, from.id, "associations", "default", to.typ, to.id),
	}
	var answer struct {
		Results []struct {
			From reference `json:"from"`
			To   reference `json:"to"`
		} `json:"results"`
	}
	if err := c.do(ctx, call, &answer); err != nil {
		return err
	}
	for _, r := range answer.Results {
		if (r.From.ID == from.id && r.To.ID == to.id) || (r.From.ID == to.id && r.To.ID == from.id) {
			return nil
		}
	}
	return call.Unclear(http.StatusOK, errors.New("the answer links nothing"))
}

// filter is one condition of a search.
type filter struct {
	Property string `json:"propertyName"`
	Operator string `json:"operator"`
	Value    string `json:"value"`
}

type filterGroup struct {
	Filters []filter `json:"filters"`
}

// anyOf finds what meets at least one condition. HubSpot allows five.
func anyOf(filters ...filter) []filterGroup {
	groups := make([]filterGroup, 0, len(filters))
	for _, f := range filters {
		groups = append(groups, filterGroup{[]filter{f}})
	}
	return groups
}

// maxHits is how many records of one phone number are looked at.
const maxHits = 20

func (c *client) search(ctx context.Context, typ string, groups []filterGroup, properties []string) ([]object, error) {
	call := crm.Call{
		Op: "search " + typ, Method: http.MethodPost, Path: c.path(typ, "search"), Search: true,
		Body: struct { // every field is required
			FilterGroups []filterGroup `json:"filterGroups"`
			Properties   []string      `json:"properties"`
			Sorts        []string      `json:"sorts"`
			Limit        int           `json:"limit"`
			After        string        `json:"after"`
		}{groups, properties, []string{}, maxHits, "0"},
	}
	var answer results
	err := c.do(ctx, call, &answer)
	return answer.Results, err
}
