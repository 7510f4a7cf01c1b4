package hubspot

import (
	"regexp"
	"slices"
)

// maxUnique is how many custom properties of a type may have unique values.
const maxUnique = 10

// property is the definition of one property, as the API shows it.
type property struct {
	Name           string       `json:"name"`
	Label          string       `json:"label"`
	Description    string       `json:"description"`
	Type           string       `json:"type"`
	FieldType      string       `json:"fieldType"`
	GroupName      string       `json:"groupName"`
	Options        []option     `json:"options"`
	HasUniqueValue bool         `json:"hasUniqueValue"`
	FormField      bool         `json:"formField"`
	Hidden         bool         `json:"hidden"`
	HubSpotDefined bool         `json:"hubspotDefined"`
	Archived       bool         `json:"archived"`
	Modification   modification `json:"modificationMetadata"`

	restricted string // what else the value is checked for: owner, pipeline, stage
}

type option struct {
	Label  string `json:"label"`
	Value  string `json:"value"`
	Hidden bool   `json:"hidden"`
}

type modification struct {
	ReadOnlyValue bool `json:"readOnlyValue"`
}

// fieldTypes are the field types that go with a property type, the usual one first.
var fieldTypes = map[string][]string{
	"string":       {"text", "textarea", "html", "file", "phonenumber", "calculation_equation"},
	"number":       {"number", "calculation_equation"},
	"date":         {"date"},
	"datetime":     {"date"},
	"bool":         {"booleancheckbox", "calculation_equation"},
	"enumeration":  {"select", "checkbox", "radio", "booleancheckbox", "calculation_equation"},
	"phone_number": {"phonenumber"},
}

var propertyName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,99}$`)

// identifies reports whether a property's value names one object of a type. A contact's
// e-mail address does without being marked as unique.
func (s *schema) identifies(kind, name string) bool {
	p, ok := s.properties[name]
	return ok && (p.HasUniqueValue || kind == "contacts" && name == "email")
}

// define validates a new property and adds it, or brings back an archived one.
func (a *account) define(kind string, p property) (*property, *apiError) {
	s := a.schema[kind]
	if _, ok := s.properties[p.Name]; ok {
		return nil, alreadyExists("A property named '"+p.Name+"' already exists.", "Properties.PROPERTY_WITH_NAME_EXISTS")
	}
	if err := s.checkDefinition(p); err != nil {
		return nil, err
	}
	if old, ok := a.archived[kind+"/"+p.Name]; ok {
		delete(a.archived, kind+"/"+p.Name)
		old.Archived = false
		s.add(old)
		return old, nil
	}
	if p.Options == nil {
		p.Options = []option{}
	}
	p.HubSpotDefined, p.Archived, p.Modification = false, false, modification{}
	s.add(&p)
	return &p, nil
}

func (s *schema) checkDefinition(p property) *apiError {
	var lacking []string
	for _, member := range []struct{ name, value string }{
		{"name", p.Name}, {"label", p.Label}, {"type", p.Type}, {"fieldType", p.FieldType}, {"groupName", p.GroupName},
	} {
		if member.value == "" {
			lacking = append(lacking, member.name)
		}
	}
	switch {
	case len(lacking) > 0:
		return missing(lacking...)
	case !propertyName.MatchString(p.Name):
		return invalid("Property name '" + p.Name + "' is not valid.")
	case !slices.Contains(fieldTypes[p.Type], p.FieldType):
		return invalid("The field type '" + p.FieldType + "' does not go with the type '" + p.Type + "'.")
	case p.Type == "enumeration" && len(p.Options) == 0:
		return invalid("Enumeration properties need options.")
	case !slices.ContainsFunc(s.groups, func(g group) bool { return g.Name == p.GroupName }):
		return invalid("Property group '" + p.GroupName + "' does not exist.")
	case p.HasUniqueValue && p.Type != "string" && p.Type != "number":
		return invalid("Properties of type '" + p.Type + "' cannot have unique values.")
	case p.HasUniqueValue && s.countUnique() >= maxUnique:
		return invalid("The limit of properties with unique values is reached.")
	}
	return nil
}

func (s *schema) countUnique() int {
	n := 0
	for _, p := range s.properties {
		if p.HasUniqueValue && !p.HubSpotDefined {
			n++
		}
	}
	return n
}
