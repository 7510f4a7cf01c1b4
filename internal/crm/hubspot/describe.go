package hubspot

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// How long the list of an object's properties is believed: by whoever edits a mapping or
// misses a property, and about the type of one that is in it.
const (
	catalogAge    = time.Minute
	definitionAge = time.Hour
)

// objectOf names the type of the record that a step makes. A call's mapping does not hold
// for the note that stands for a form.
var objectOf = map[string]string{crm.StepContact: contacts, crm.StepDeal: deals, crm.StepCall: calls}

// Describe implements crm.Describer. No property is required: those that HubSpot requires
// the connector sends itself, and an account's own rules are not in the list; a delivery
// that breaks one parks with the name of the property.
func (c *Connector) Describe(ctx context.Context, step string) ([]crm.FieldInfo, error) {
	typ := objectOf[step]
	if typ == "" {
		return nil, nil
	}
	have, err := c.client.catalog(ctx, typ, catalogAge)
	if err != nil {
		return nil, err
	}
	all := make([]crm.FieldInfo, 0, len(have))
	for _, p := range have {
		if !p.Hidden {
			all = append(all, p.info(typ))
		}
	}
	slices.SortFunc(all, func(a, b crm.FieldInfo) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// catalog returns an object's properties as they were at most age ago.
func (c *client) catalog(ctx context.Context, typ string, age time.Duration) (map[string]property, error) {
	c.account.mu.Lock()
	known := c.account.catalogs[typ]
	c.account.mu.Unlock()
	if known.properties != nil && c.now().Before(known.at.Add(age)) {
		return known.properties, nil
	}
	return c.properties(ctx, typ)
}

// definitions returns an object's properties. If one of the names is not among them it asks
// again: the tenant may just have created it.
func (c *client) definitions(ctx context.Context, typ string, names []string) (map[string]property, error) {
	have, err := c.catalog(ctx, typ, definitionAge)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(names, func(name string) bool { _, ok := have[name]; return !ok }) {
		return have, nil
	}
	return c.catalog(ctx, typ, catalogAge)
}

func (p property) info(typ string) crm.FieldInfo {
	info := crm.FieldInfo{
		Name: p.Name, Label: p.Label, Type: p.fieldType(),
		ReadOnly: p.Calculated || p.Modification != nil && p.Modification.ReadOnlyValue || isOurs(typ, p.Name) || slices.Contains(unmapped[typ], p.Name),
	}
	if info.Type == crm.FieldChoice || info.Type == crm.FieldChoices {
		for _, o := range p.Options {
			if !o.Hidden {
				info.Options = append(info.Options, crm.Option{Value: o.Value, Label: o.Label})
			}
		}
	}
	return info
}

func (p property) fieldType() crm.FieldType {
	switch p.Type {
	case "number":
		return crm.FieldNumber
	case "bool":
		return crm.FieldBool
	case "date":
		return crm.FieldDate
	case "datetime":
		return crm.FieldTime
	case "enumeration":
		switch p.FieldType {
		case "checkbox":
			return crm.FieldChoices
		case "booleancheckbox":
			return crm.FieldBool
		}
		return crm.FieldChoice
	default:
		return crm.FieldText
	}
}
