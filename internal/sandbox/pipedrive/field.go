package pipedrive

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// field is the definition of a field of persons or deals.
type field struct {
	id      int
	code    string // a name, or the hash of a custom field
	name    string
	kind    string
	options []option
	custom  bool
}

type option struct {
	ID    int    `json:"id"`
	Label string `json:"label"`
}

// maxVarchar is the length of the longest value of a varchar field.
const maxVarchar = 255

// customKinds are the types that a custom field may have.
var customKinds = strings.Fields("address date daterange double enum monetary org people phone set text time timerange user varchar varchar_auto")

// searchable are the types of custom fields that search looks at.
var searchable = strings.Fields("address varchar text varchar_auto double monetary phone")

// defaultFields are those of a new company: code and type, the name made of the code.
func defaultFields() map[string][]*field {
	all := map[string][]*field{}
	id := 9000
	for kind, text := range map[string]string{
		"persons": "id int name varchar label_ids set phones phone emails varchar add_time date update_time date org_id org owner_id user visible_to visible_to",
		"deals": "id int title varchar value monetary currency varchar stage_id stage status status person_id people org_id org " +
			"expected_close_date date lost_reason varchar_options probability int owner_id user label_ids set add_time date visible_to visible_to",
		"leads": "id varchar title varchar value monetary person_id people organization_id org owner_id user label_ids set source_name varchar " +
			"origin varchar origin_id varchar channel enum channel_id varchar expected_close_date date add_time date visible_to visible_to",
	} {
		words := strings.Fields(text)
		for i := 0; i < len(words); i += 2 {
			id++
			name := strings.ReplaceAll(strings.TrimSuffix(words[i], "_id"), "_", " ")
			all[kind] = append(all[kind], &field{id: id, code: words[i], kind: words[i+1], name: strings.ToUpper(name[:1]) + name[1:]})
		}
	}
	return all
}

// field returns a field by its code, nil without one.
func (c *company) field(kind, code string) *field {
	i := slices.IndexFunc(c.fields[kind], func(f *field) bool { return f.code == code })
	if i < 0 {
		return nil
	}
	return c.fields[kind][i]
}

// readCustoms reads custom_fields of a person or deal.
func (c *company) readCustoms(kind string, value any) (any, *apiError) {
	customs, isObject := value.(map[string]any)
	if !isObject {
		return nil, invalid("Validation failed: custom_fields: Expected object, received %s", typeName(value))
	}
	kept := map[string]any{}
	for _, code := range slices.Sorted(maps.Keys(customs)) {
		f := c.field(kind, code)
		if f == nil || !f.custom {
			return nil, invalid("Validation failed: custom_fields.%s is not a custom field", code)
		}
		v, err := c.readCustom(f, customs[code])
		if err != nil {
			return nil, err
		}
		kept[code] = v
	}
	return kept, nil
}

// readCustom reads a value of a custom field; null clears it.
func (c *company) readCustom(f *field, value any) (any, *apiError) {
	if value == nil {
		return nil, nil
	}
	if !c.fits(f, value) {
		return nil, invalid("Validation failed: custom_fields.%s: Expected %s, received %s", f.code, f.kind, typeName(value))
	}
	return value, nil
}

func (c *company) fits(f *field, value any) bool {
	switch f.kind {
	case "enum":
		return f.hasOption(value)
	case "set":
		ids, isList := value.([]any)
		return isList && len(ids) > 0 && !slices.ContainsFunc(ids, func(id any) bool { return !f.hasOption(id) })
	case "double":
		return typeName(value) == "number"
	case "monetary":
		m, _ := value.(map[string]any)
		currency, _ := m["currency"].(string)
		_, isNumber := m["value"].(json.Number)
		return isNumber && isCurrency(currency)
	case "address", "time", "timerange", "daterange":
		m, isObject := value.(map[string]any)
		return isObject && typeName(m["value"]) == "string"
	case "user", "people", "org":
		_, isWhole := whole(value)
		return isWhole
	}
	s, isText := value.(string)
	return isText && (f.kind != "date" || isDate(s)) && len([]rune(s)) <= f.longest()
}

// longest returns the length of the longest text.
func (f *field) longest() int {
	if f.kind == "text" {
		return maxText
	}
	return maxVarchar
}

func (f *field) hasOption(value any) bool {
	id, isWhole := whole(value)
	return isWhole && slices.ContainsFunc(f.options, func(o option) bool { return int64(o.ID) == id })
}
