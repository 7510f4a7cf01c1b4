package hubspot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// unmapped are properties that a mapping cannot set, beside those of ours: matching and the
// look-up after a lost answer depend on them.
var unmapped = map[string][]string{
	contacts: {"email", "phone", "hs_additional_emails"},
}

// onlyNew are properties that a mapping sets on a new contact alone: who looks after a
// customer, and how far they are, is the sales team's.
var onlyNew = []string{"hubspot_owner_id", "lifecyclestage"}

// mapping is what a tenant's mapping sets on one record.
type mapping struct {
	properties map[string]string
	required   []string // these park the delivery if HubSpot refuses them
	warnings   []string
}

// mapped returns what the tenant's mapping sets on a step's record, in HubSpot's spelling.
func (c *Connector) mapped(ctx context.Context, lead crm.Lead, step, typ string) (mapping, error) {
	m := mapping{properties: make(map[string]string)}
	names := crm.MappedNames(lead.Fields[step])
	if len(names) == 0 {
		return m, nil
	}
	have, err := c.client.definitions(ctx, typ, names)
	if err != nil {
		return m, err
	}
	for _, name := range names {
		field := lead.Fields[step][name]
		definition, known := have[name]
		switch {
		case typ != objectOf[step] && !known: // the mapping is a call's, this is a note
			continue
		case isOurs(typ, name), slices.Contains(unmapped[typ], name):
			m.warnings = append(m.warnings, "The property "+name+" of the "+singular[typ]+" is written by the pipeline itself. Remove it from the mapping.")
			continue
		}
		m.properties[name] = definition.spell(field.Value)
		if field.Required {
			m.required = append(m.required, name)
		}
	}
	return m, nil
}

// gaps returns what of the mapping an existing record lacks.
func (m mapping) gaps(o object) map[string]string {
	gaps := make(map[string]string)
	for name, value := range m.properties {
		if o.get(name) == "" && value != "" {
			gaps[name] = value
		}
	}
	return gaps
}

// contactGaps is gaps for a contact. A form adds no number: anybody can send one.
func (m mapping) contactGaps(lead crm.Lead, o object) map[string]string {
	gaps := m.gaps(o)
	maps.DeleteFunc(gaps, func(name, _ string) bool {
		return slices.Contains(onlyNew, name) || name == "mobilephone" && lead.Request.Kind == request.Form
	})
	return gaps
}

// spell writes a value as HubSpot takes it: everything is a string. A property that is not
// known has no type.
func (p property) spell(value any) string {
	switch v := value.(type) {
	case string:
		return p.choice(v)
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		if p.Type == "date" {
			return v.Format(time.DateOnly)
		}
		return v.UTC().Format(time.RFC3339)
	case []string:
		return p.list(v)
	default:
		return fmt.Sprint(v)
	}
}

func (p property) list(values []string) string {
	if p.Type != "enumeration" {
		return strings.Join(values, ", ")
	}
	all := make([]string, 0, len(values))
	for _, v := range values {
		all = append(all, p.choice(v))
	}
	return strings.Join(all, ";")
}

// choice returns the option that a text means, by its value or its label; otherwise the
// text, which HubSpot will refuse with the options.
func (p property) choice(text string) string {
	for _, o := range p.Options {
		if strings.EqualFold(text, o.Value) || strings.EqualFold(text, o.Label) {
			return o.Value
		}
	}
	return text
}
