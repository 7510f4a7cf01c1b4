package salesforce

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// schemaLife is how long an object's description is believed. What changes meanwhile shows
// as a refusal, which throws the description away.
const schemaLife = 15 * time.Minute

// field is a field of an object as the integration's user sees it: what the user may not
// see is not there.
type field struct {
	Name       string   `json:"name"`
	Label      string   `json:"label"`
	Type       string   `json:"type"`
	Length     int      `json:"length"` // characters
	Createable bool     `json:"createable"`
	Updateable bool     `json:"updateable"`
	Nillable   bool     `json:"nillable"`
	Defaulted  bool     `json:"defaultedOnCreate"`
	ExternalID bool     `json:"externalId"`
	Unique     bool     `json:"unique"`
	Picklist   []choice `json:"picklistValues"`
}

type choice struct {
	Value  string `json:"value"`
	Label  string `json:"label"`
	Active bool   `json:"active"`
}

// lists reports whether a picklist offers a value.
func (f field) lists(value string) bool {
	for _, c := range f.Picklist {
		if c.Active && c.Value == value {
			return true
		}
	}
	return false
}

// schema is an object's description.
type schema struct {
	typ    string
	fields map[string]field
	read   time.Time
}

// present returns those of some fields that the object has.
func (s schema) present(names ...string) []string {
	var have []string
	for _, name := range names {
		if _, ok := s.fields[name]; ok {
			have = append(have, name)
		}
	}
	return have
}

// schema returns an object's description, from memory if it is recent.
func (c *client) schema(ctx context.Context, typ string) (schema, error) {
	if s, ok := c.account.schema(typ, c.now()); ok {
		return s, nil
	}
	done, err := c.account.reading.Take(ctx, opPrepare)
	if err != nil {
		return schema{}, err
	}
	defer done()
	if s, ok := c.account.schema(typ, c.now()); ok {
		return s, nil
	}
	s, err := c.describe(ctx, typ)
	if err != nil {
		return schema{}, err
	}
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	c.account.schemas[typ] = s
	return s, nil
}

func (c *client) describe(ctx context.Context, typ string) (schema, error) {
	call := crm.Call{Op: "describe " + strings.ToLower(typ), Method: http.MethodGet, Path: c.path("sobjects", typ, "describe")}
	var answer struct {
		Fields []field `json:"fields"`
	}
	_, err := c.do(ctx, call, &answer)
	if isGone(err) {
		return schema{}, &crm.Error{
			Fault: crm.Invalid, Op: call.Op, Code: "OBJECT_MISSING", Fields: []string{typ}, Err: err,
			Message: "The integration's user may not use the object " + typ + ", or the org does not offer API version " + c.config.APIVersion + ".",
		}
	}
	if err != nil {
		return schema{}, err
	}
	if len(answer.Fields) == 0 {
		return schema{}, call.Unclear(http.StatusOK, errNoID)
	}
	s := schema{typ: typ, fields: make(map[string]field, len(answer.Fields)), read: c.now()}
	for _, f := range answer.Fields {
		s.fields[f.Name] = f
	}
	return s, nil
}

// forget lets the next look at an object be a new one.
func (c *client) forget(typ string) {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	delete(c.account.schemas, typ)
}

// keyed returns the description of an object whose records are upserted, once its key field
// can do its work.
func (c *client) keyed(ctx context.Context, typ string) (schema, error) {
	s, err := c.schema(ctx, typ)
	if err != nil {
		return schema{}, err
	}
	if err := c.usable(s); err != nil {
		c.forget(typ) // the admin is about to put it right
		return schema{}, err
	}
	return s, nil
}

func (c *client) usable(s schema) error {
	name := c.config.KeyField
	f, ok := s.fields[name]
	var wrong string
	switch {
	case !ok:
		wrong = "is missing, or hidden from the integration's user"
	case !f.ExternalID || !f.Unique:
		wrong = "is not marked as External ID and Unique"
	case !f.Createable:
		wrong = "may not be edited by the integration's user"
	default:
		return nil
	}
	where := s.typ
	if s.typ == tasks {
		where = "Activity" // Tasks have their custom fields there
	}
	return &crm.Error{
		Fault: crm.Invalid, Op: "check fields", Code: keyMissing, Fields: []string{name},
		Message: "The field " + name + " of " + s.typ + " " + wrong + ". In Setup, Object Manager, " + where +
			", it must be a text field of 64 characters, External ID, Unique and case sensitive, and visible and editable for the integration's user.",
	}
}

// kinds are the types of fields as a mapping sees them; those that are not here are text.
var kinds = map[string]crm.FieldType{
	"boolean": crm.FieldBool, "int": crm.FieldNumber, "long": crm.FieldNumber, "double": crm.FieldNumber, "currency": crm.FieldNumber,
	"percent": crm.FieldNumber, "date": crm.FieldDate, "datetime": crm.FieldTime, "picklist": crm.FieldChoice, "multipicklist": crm.FieldChoices,
}

// info describes a field for a mapping. Ours says that the connector fills it anyway.
func (f field) info(ours bool) crm.FieldInfo {
	info := crm.FieldInfo{
		Name: f.Name, Label: f.Label, Type: cmp.Or(kinds[f.Type], crm.FieldText),
		Required: f.Createable && !f.Nillable && !f.Defaulted && !ours, ReadOnly: !f.Createable,
	}
	if info.Type == crm.FieldChoice || info.Type == crm.FieldChoices {
		for _, c := range f.Picklist {
			if c.Active {
				info.Options = append(info.Options, crm.Option{Value: c.Value, Label: cmp.Or(c.Label, c.Value)})
			}
		}
	}
	return info
}
