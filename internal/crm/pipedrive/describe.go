package pipedrive

import (
	"context"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// Describe implements crm.Describer. No field is required: what an admin requires binds
// people at the screen, not programs.
func (c *Connector) Describe(ctx context.Context, step string) ([]crm.FieldInfo, error) {
	switch step {
	case crm.StepContact:
		return c.describe(ctx, persons)
	case crm.StepDeal:
		return c.describe(ctx, c.recordKind())
	default:
		return nil, nil // notes and call logs have no fields
	}
}

func (c *Connector) describe(ctx context.Context, k kind) ([]crm.FieldInfo, error) {
	s, err := c.client.schema(ctx, k, missingAge)
	if err != nil {
		return nil, err
	}
	fields := s.fields
	if k.path == leads.path {
		if fields, err = c.client.leadFields(ctx); err != nil {
			return nil, err
		}
	}
	var all []crm.FieldInfo
	for _, f := range fields {
		if f.Custom {
			f.Type = described(f.Type)
		} else {
			f.Type = builtin[k.path][f.code()]
		}
		info := f.info()
		info.ReadOnly = f.Type == "" || f.code() == s.marker
		all = append(all, info)
	}
	return all, nil
}

// described returns the type of a custom field, "" of one that cannot be mapped.
func described(typ string) string {
	if _, ok := infoTypes[typ]; ok {
		return typ
	}
	return ""
}

var infoTypes = map[string]crm.FieldType{
	"double": crm.FieldNumber, "int": crm.FieldNumber, "monetary": crm.FieldNumber, "amount": crm.FieldNumber,
	"user": crm.FieldNumber, "org": crm.FieldNumber, "people": crm.FieldNumber,
	"enum": crm.FieldChoice, "set": crm.FieldChoices, "words": crm.FieldChoices,
	"boolean": crm.FieldBool, "date": crm.FieldDate,
	"varchar": crm.FieldText, "varchar_auto": crm.FieldText, "text": crm.FieldText,
	"phone": crm.FieldText, "address": crm.FieldText, "time": crm.FieldText,
}

func (f field) info() crm.FieldInfo {
	info := crm.FieldInfo{Name: f.code(), Label: f.label(), Type: infoTypes[f.Type]}
	if info.Type == "" {
		info.Type = crm.FieldText
	}
	if info.Type != crm.FieldChoice && info.Type != crm.FieldChoices {
		return info
	}
	for _, o := range f.Options {
		info.Options = append(info.Options, crm.Option{Value: o.id(), Label: o.Label})
	}
	return info
}

// leadFields returns the fields of leads. They are read for people who edit a mapping; a
// delivery uses the definitions of the deal fields, which a lead's custom fields are.
func (c *client) leadFields(ctx context.Context) ([]field, error) {
	if s, ok := c.cached(leadFields, missingAge); ok {
		return s.fields, nil
	}
	fields, err := c.fields(ctx, c.v1(leadFields.fields))
	if err != nil {
		return nil, err
	}
	c.remember(leadFields, schema{fields: fields, at: c.now()})
	return fields, nil
}

// leadFields is what leads are cached under apart from deals.
var leadFields = kind{name: "lead", fields: "leadFields"}
