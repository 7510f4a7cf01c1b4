package pipedrive

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// Names of the fields that hold our marks. They are in tenants' accounts: they never change.
const (
	personMarkerName = "Pipeline person key"
	dealMarkerName   = "Pipeline request id"
)

// typeText is the type of field that our marks need: text that search finds.
const typeText = "varchar"

// How long the definitions of an account's fields are believed, and how old they may be
// when one that is looked for is not among them.
const (
	schemaAge  = time.Hour
	missingAge = time.Minute
)

// field is the definition of a field, from either version of the API.
type field struct {
	Code    string   `json:"field_code"`
	Name    string   `json:"field_name"`
	Type    string   `json:"field_type"`
	Options []option `json:"options"`
	Custom  bool     `json:"is_custom_field"`

	OldCode string `json:"key"`  // version 1
	OldName string `json:"name"` // version 1
}

func (f field) code() string  { return cmp.Or(f.Code, f.OldCode) }
func (f field) label() string { return cmp.Or(f.Name, f.OldName) }

// option is one value of a choice. Its id is a number in custom fields, a word elsewhere.
type option struct {
	ID    json.RawMessage `json:"id"`
	Label string          `json:"label"`
}

func (o option) id() string { return string(bytes.Trim(o.ID, `"`)) }

// schema is what an account says about the fields of one kind of record.
type schema struct {
	fields []field
	at     time.Time
	marker string // key of the field for our mark; empty: there is none

	unmarked bool // and cannot be created
}

func (s schema) field(code string) (field, bool) {
	for _, f := range s.fields {
		if f.code() == code {
			return f, true
		}
	}
	return field{}, false
}

// schema returns the fields of a kind of record as they were not longer ago than age.
func (c *client) schema(ctx context.Context, k kind, age time.Duration) (schema, error) {
	if s, ok := c.cached(k, age); ok {
		return s, nil
	}
	done, err := c.account.turn.Take(ctx, "prepare pipedrive account")
	if err != nil {
		return schema{}, err
	}
	defer done()
	if s, ok := c.cached(k, age); ok {
		return s, nil
	}
	s := schema{at: c.now()}
	if s.fields, err = c.fields(ctx, c.v2(k.fields)); err != nil {
		return schema{}, err
	}
	s.marker = c.markerAmong(k, s.fields)
	c.remember(k, s)
	return s, nil
}

func (c *client) cached(k kind, age time.Duration) (schema, bool) {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	s, ok := c.account.schemas[k.fields]
	return s, ok && c.now().Sub(s.at) < age
}

func (c *client) remember(k kind, s schema) {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	c.account.schemas[k.fields] = s
}

// fields reads definitions of fields, of either version.
func (c *client) fields(ctx context.Context, path string) ([]field, error) {
	var all []field
	for r, err := range c.list(ctx, crm.Call{Op: "list fields", Path: path}) {
		if err != nil {
			return nil, err
		}
		f, err := r.field()
		if err != nil {
			continue // one that cannot be read cannot be written either
		}
		all = append(all, f)
	}
	return all, nil
}

func (r record) field() (field, error) {
	raw, err := json.Marshal(map[string]json.RawMessage(r))
	if err != nil {
		return field{}, err
	}
	var f field
	err = json.Unmarshal(raw, &f)
	f.Custom = isHash(f.code())
	return f, err
}

// markerOf returns the setting and the name of the field for our mark.
func (c *client) markerOf(k kind) (key, name string) {
	if k.path == persons.path {
		return c.config.PersonMarker, personMarkerName
	}
	return c.config.DealMarker, dealMarkerName
}

// markerAmong finds the field for our mark by its key if there is a setting, else by its
// name. Of several, the first in Pipedrive's order: all instances agree on it.
func (c *client) markerAmong(k kind, all []field) string {
	key, name := c.markerOf(k)
	for _, f := range all {
		if f.Type == typeText && (f.code() == key || key == "" && f.Custom && f.label() == name) {
			return f.code()
		}
	}
	return ""
}

// marker returns the key of the field for our mark. If it is missing it is created, unless
// an admin keeps the fields.
func (c *client) marker(ctx context.Context, k kind) (string, error) {
	s, err := c.schema(ctx, k, schemaAge)
	if err != nil || s.marker != "" {
		return s.marker, err
	}
	if s, err = c.schema(ctx, k, missingAge); err != nil || s.marker != "" {
		return s.marker, err
	}
	if key, _ := c.markerOf(k); key != "" || c.config.Fields == KeepFields {
		return "", c.markerMissing(k)
	}
	return c.createMarker(ctx, k)
}

// optionalMarker is marker for records that can be found without one.
func (c *client) optionalMarker(ctx context.Context, k kind) (string, error) {
	s, err := c.schema(ctx, k, schemaAge)
	if err != nil || s.unmarked {
		return "", err
	}
	key, err := c.marker(ctx, k)
	if err == nil || crm.FaultOf(err) != crm.Invalid {
		return key, err
	}
	if s, ok := c.cached(k, schemaAge); ok {
		s.unmarked = true
		c.remember(k, s)
	}
	return "", nil
}

func (c *client) markerMissing(k kind) error {
	key, name := c.markerOf(k)
	return &crm.Error{
		Fault: crm.Invalid, Op: "check fields", Code: "FIELD_MISSING", Fields: []string{cmp.Or(key, name)},
		Message: "Pipedrive has no text field " + cmp.Or(key, "“"+name+"”") + " for a " + k.name +
			". Create one of the type Text in Pipedrive, then retry.",
	}
}

func (c *client) createMarker(ctx context.Context, k kind) (string, error) {
	done, err := c.account.turn.Take(ctx, "prepare pipedrive account")
	if err != nil {
		return "", err
	}
	defer done()
	s, _ := c.cached(k, schemaAge)
	if s.marker != "" {
		return s.marker, nil // somebody else was faster
	}
	_, name := c.markerOf(k)
	var a answer[field]
	call := crm.Call{
		Op: "create field", Method: http.MethodPost, Path: c.v2(k.fields),
		Body: map[string]string{"field_name": name, "field_type": typeText},
	}
	if err := c.do(ctx, call, &a); err != nil {
		return c.adoptMarker(ctx, k, err)
	}
	if !isHash(a.Data.code()) {
		return "", call.Unclear(http.StatusCreated, errNoID)
	}
	a.Data.Custom = true
	s.fields, s.marker = append(slices.Clip(s.fields), a.Data), a.Data.code()
	c.remember(k, s)
	return s.marker, nil
}

// adoptMarker looks again after a refusal to create the field for our mark: another instance
// may have been faster. If not, it says what a person can do.
func (c *client) adoptMarker(ctx context.Context, k kind, err error) (string, error) {
	var refused *crm.Error
	if !errors.As(err, &refused) || refused.Fault != crm.Invalid {
		return "", err
	}
	s := schema{at: c.now()}
	var listErr error
	if s.fields, listErr = c.fields(ctx, c.v2(k.fields)); listErr != nil {
		return "", listErr
	}
	if s.marker = c.markerAmong(k, s.fields); s.marker != "" {
		c.remember(k, s)
		return s.marker, nil
	}
	_, name := c.markerOf(k)
	refused.Fields = []string{name}
	refused.Message = "The text field “" + name + "” of a " + k.name + " could not be created. " +
		"Create it in Pipedrive or use the token of an admin, then retry. " + refused.Message
	return "", refused
}

// forget lets the next look at the fields ask again: Pipedrive says that one is gone.
func (c *client) forget(k kind) {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	delete(c.account.schemas, k.fields)
}
