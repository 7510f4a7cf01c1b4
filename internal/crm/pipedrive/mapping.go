package pipedrive

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// builtin are the fields of Pipedrive's own that a mapping may set, with how a value is
// written. All others belong to the connector, cannot be written, or (job_title, notes, im,
// birthday, postal_address) are refused without Contact Sync.
var builtin = map[string]map[string]string{
	persons.path: {
		"name": typeText, "owner_id": "int", "org_id": "int", "label_ids": "set", "visible_to": "int", "marketing_status": typeText,
	},
	deals.path: {
		"title": typeText, "value": "double", "currency": typeText, "owner_id": "int", "org_id": "int", "label_ids": "set", "visible_to": "int",
		"pipeline_id": "int", "stage_id": "int", "probability": "double", "expected_close_date": "date", "channel": "int", "channel_id": typeText,
	},
	leads.path: {
		"title": typeText, "value": "amount", "owner_id": "int", "organization_id": "int", "label_ids": "words", "visible_to": typeText,
		"expected_close_date": "date", "was_seen": "boolean", "channel": "int", "channel_id": typeText,
	},
}

var errUnknownField = errors.New("there is no such field, or it cannot be written")

// mapped starts a write with what the tenant's mapping sets. A value that cannot be written
// is left out with a warning if it is optional.
func (c *Connector) mapped(ctx context.Context, lead crm.Lead, step string, k kind) (write, error) {
	w := write{kind: k, values: values{}, required: map[string]bool{}}
	fields := lead.Fields[step]
	for _, name := range crm.MappedNames(fields) {
		value := fields[name]
		written, err := c.written(ctx, k, name, value.Value)
		var remote *crm.Error
		switch {
		case errors.As(err, &remote):
			return w, err
		case err != nil && value.Required:
			return w, crm.Unusable(name, "The field "+name+" of the "+k.name+" cannot be set: "+err.Error()+".")
		case err != nil:
			w.warnings = append(w.warnings, "The field "+name+" of the "+k.name+" was left out: "+err.Error()+".")
			continue
		}
		w.values[name] = written
		w.required[name] = value.Required
	}
	return w, nil
}

// written returns one mapped value as Pipedrive takes it.
func (c *Connector) written(ctx context.Context, k kind, name string, value any) (any, error) {
	f := field{Code: name, Type: builtin[k.path][name]}
	if !isHash(name) && f.Type == "" {
		return nil, errUnknownField
	}
	if isHash(name) || f.Type == "set" {
		known, err := c.fieldOf(ctx, k, name)
		if err != nil {
			return nil, err
		}
		f.Type, f.Options = cmp.Or(f.Type, known.Type), known.Options
	}
	return f.encode(value, c.config.Currency)
}

// fieldOf returns the definition of a field. If there is none it asks again: the tenant
// may just have created it.
func (c *Connector) fieldOf(ctx context.Context, k kind, name string) (field, error) {
	for _, age := range []time.Duration{schemaAge, missingAge} {
		s, err := c.client.schema(ctx, k, age)
		if err != nil {
			return field{}, err
		}
		if f, ok := s.field(name); ok && name != s.marker {
			return f, nil
		}
	}
	return field{}, errUnknownField
}

// noFields refuses what a mapping sets on a note or call log, which have no fields.
func noFields(lead crm.Lead, step string, k kind) ([]string, error) {
	var warnings []string
	for _, name := range crm.MappedNames(lead.Fields[step]) {
		if lead.Fields[step][name].Required {
			return nil, crm.Unusable(name, "A Pipedrive "+k.name+" has no fields; remove "+name+" from the mapping.")
		}
		warnings = append(warnings, "The field "+name+" was left out: a Pipedrive "+k.name+" has no fields.")
	}
	return warnings, nil
}
