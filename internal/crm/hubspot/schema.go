package hubspot

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// Properties of ours. Their names are stored in tenants' accounts: they never change.
const (
	personKey   = "pipeline_person_key"
	requestID   = "pipeline_request_id"
	requestURL  = "pipeline_request_url"
	leadScore   = "pipeline_lead_score"
	scoreBand   = "pipeline_score_band"
	leadIntent  = "pipeline_intent"
	projectType = "pipeline_project_type"
	timeline    = "pipeline_timeline"
	budgetHint  = "pipeline_budget"
	leadSource  = "pipeline_lead_source"

	groupName  = "lead_pipeline"
	groupLabel = "Lead pipeline"
)

// property is the definition of a CRM property.
type property struct {
	Name           string `json:"name"`
	Label          string `json:"label"`
	Description    string `json:"description,omitempty"`
	Type           string `json:"type"`
	FieldType      string `json:"fieldType"`
	GroupName      string `json:"groupName"`
	HasUniqueValue bool   `json:"hasUniqueValue"`
	FormField      bool   `json:"formField"`

	Options      []option      `json:"options,omitempty"`
	Hidden       bool          `json:"hidden,omitempty"`
	Calculated   bool          `json:"calculated,omitempty"`
	Modification *modification `json:"modificationMetadata,omitempty"`

	optional  bool // the lead is delivered without it if it cannot be created
	eitherWay bool // need not be unique
}

// option is one value of an enumeration.
type option struct {
	Label  string `json:"label"`
	Value  string `json:"value"`
	Hidden bool   `json:"hidden"`
}

type modification struct {
	ReadOnlyValue bool `json:"readOnlyValue"`
}

func text(name, label string) property {
	return property{Name: name, Label: label, Type: "string", FieldType: "text", GroupName: groupName, optional: true}
}

func number(name, label string) property {
	p := text(name, label)
	p.Type, p.FieldType = "number", "number"
	return p
}

// marker is a property by which a record of ours is found again.
func marker(name, label string) property {
	p := text(name, label)
	p.Description = "Written by the lead pipeline to find its own records again. Do not edit."
	p.HasUniqueValue, p.optional = true, false
	return p
}

// activityMarker need not be unique: whether HubSpot allows that on activities is not
// documented, and searching by it works either way.
func activityMarker() property {
	p := marker(requestID, "Pipeline request id")
	p.eitherWay = true
	return p
}

// wanted are the properties that each object type needs.
var wanted = map[string][]property{
	contacts: {marker(personKey, "Pipeline person key")},
	calls:    {activityMarker()},
	notes:    {activityMarker()},
	deals: {
		marker(requestID, "Pipeline request id"),
		text(requestURL, "Recording and analysis"),
		number(leadScore, "Lead score"),
		text(scoreBand, "Lead score band"),
		text(leadIntent, "Lead intent"),
		text(projectType, "Project type"),
		text(timeline, "Project timeline"),
		text(budgetHint, "Budget signal"),
		text(leadSource, "Marketing source"),
	},
}

// schema says which optional properties of ours an object type does not have.
type schema struct {
	absent map[string]bool
}

// ensure returns the schema of an object type. The first time in an account, properties
// that are missing are created.
func (c *client) ensure(ctx context.Context, typ string) (schema, error) {
	if s, ok := c.schema(typ); ok {
		return s, nil
	}
	done, err := c.account.turn.Take(ctx, "prepare hubspot account")
	if err != nil {
		return schema{}, err
	}
	defer done()
	if s, ok := c.schema(typ); ok {
		return s, nil
	}
	if err := c.learnDetails(ctx); err != nil {
		return schema{}, err
	}
	s, err := c.prepare(ctx, typ)
	if err != nil {
		return schema{}, err
	}
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	c.account.schemas[typ] = s
	return s, nil
}

func (c *client) schema(typ string) (schema, bool) {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	s, ok := c.account.schemas[typ]
	return s, ok
}

// forget lets the next ensure look again: HubSpot says that a property is gone.
func (c *client) forget(typ string) {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	delete(c.account.schemas, typ)
}

// learnDetails asks once where the account's records are seen and when its day ends. An
// account that does not tell is served all the same.
func (c *client) learnDetails(ctx context.Context) error {
	c.account.mu.Lock()
	known := c.account.details != nil
	c.account.mu.Unlock()
	if known {
		return nil
	}
	d, err := c.details(ctx)
	if fault := crm.FaultOf(err); err != nil && fault != crm.Gone && fault != crm.Invalid {
		return err
	}
	c.account.learn(d)
	return nil
}

func (c *client) details(ctx context.Context) (details, error) {
	var d details
	err := c.do(ctx, crm.Call{Op: "get account", Method: http.MethodGet, Path: "/account-info/" + c.config.APIVersion + "/details"}, &d)
	return d, err
}

// properties asks for the properties of an object type, and remembers them.
func (c *client) properties(ctx context.Context, typ string) (map[string]property, error) {
	var answer struct {
		Results []property `json:"results"`
	}
	err := c.do(ctx, crm.Call{Op: "list properties", Method: http.MethodGet, Path: c.propertyPath(typ)}, &answer)
	if err != nil {
		return nil, err
	}
	have := make(map[string]property, len(answer.Results))
	for _, p := range answer.Results {
		have[p.Name] = p
	}
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	c.account.catalogs[typ] = catalog{have, c.now()}
	return have, nil
}

func (c *client) propertyPath(typ string) string {
	return "/crm/properties/" + c.config.APIVersion + "/" + url.PathEscape(typ)
}

// prepare creates what is missing, unless an admin keeps the properties, and checks the rest.
func (c *client) prepare(ctx context.Context, typ string) (schema, error) {
	have, err := c.properties(ctx, typ)
	if err != nil {
		return schema{}, err
	}
	s := schema{absent: make(map[string]bool)}
	grouped := false
	for _, p := range wanted[typ] {
		if got, ok := have[p.Name]; ok {
			if err := usable(typ, p, got); err != nil {
				return schema{}, err
			}
			continue
		}
		if !grouped && c.config.Properties == CreateProperties {
			if err := c.createGroup(ctx, typ); err != nil {
				return schema{}, err
			}
			grouped = true
		}
		err := c.createProperty(ctx, typ, p)
		switch {
		case err == nil:
		case p.optional && crm.FaultOf(err) == crm.Invalid:
			s.absent[p.Name] = true
		default:
			return schema{}, err
		}
	}
	return s, nil
}

// usable reports whether a property that exists can do its work: uniqueness cannot be
// added later.
func usable(typ string, want, got property) error {
	if got.Type == want.Type && (got.HasUniqueValue || !want.HasUniqueValue || want.eitherWay) {
		return nil
	}
	return &crm.Error{
		Fault: crm.Invalid, Op: "check properties", Code: "PROPERTY_UNUSABLE", Fields: []string{want.Name},
		Message: "The property " + want.Name + " of " + typ + " exists with another type or without unique values. Delete it in HubSpot, then retry.",
	}
}

func (c *client) createGroup(ctx context.Context, typ string) error {
	err := c.do(ctx, crm.Call{
		Op: "create property group", Method: http.MethodPost, Path: c.propertyPath(typ) + "/groups",
		Body: map[string]string{"name": groupName, "label": groupLabel},
	}, nil)
	return unlessExisting(err)
}

func (c *client) createProperty(ctx context.Context, typ string, p property) error {
	if c.config.Properties == KeepProperties {
		return &crm.Error{
			Fault: crm.Invalid, Op: "check properties", Code: "PROPERTY_MISSING", Fields: []string{p.Name},
			Message: "The property " + p.Name + " of " + typ + " is missing. Create it in HubSpot, then retry.",
		}
	}
	call := crm.Call{Op: "create property", Method: http.MethodPost, Path: c.propertyPath(typ), Body: p}
	err := unlessExisting(c.do(ctx, call, nil))
	if err != nil && p.eitherWay && crm.FaultOf(err) == crm.Invalid {
		p.HasUniqueValue = false
		call.Body = p
		err = unlessExisting(c.do(ctx, call, nil))
	}
	return err
}

// unlessExisting turns "exists already" into success: another instance was faster.
func unlessExisting(err error) error {
	var e existsError
	if errors.As(err, &e) {
		return nil
	}
	return err
}

// without returns properties less those that the account does not have.
func (s schema) without(properties map[string]string) map[string]string {
	kept := maps.Clone(properties)
	maps.DeleteFunc(kept, func(name, _ string) bool { return s.absent[name] })
	return kept
}

// isOurs reports whether the connector itself creates a property.
func isOurs(typ, name string) bool {
	return slices.ContainsFunc(wanted[typ], func(p property) bool { return p.Name == name })
}
