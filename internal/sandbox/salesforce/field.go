package salesforce

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// field is the definition of one field, as describe shows it.
type field struct {
	Name               string     `json:"name"`
	Label              string     `json:"label"`
	Type               string     `json:"type"`
	Length             int        `json:"length"`
	Nillable           bool       `json:"nillable"`
	DefaultedOnCreate  bool       `json:"defaultedOnCreate"`
	Createable         bool       `json:"createable"`
	Updateable         bool       `json:"updateable"`
	Filterable         bool       `json:"filterable"`
	Custom             bool       `json:"custom"`
	ExternalID         bool       `json:"externalId"`
	IDLookup           bool       `json:"idLookup"`
	Unique             bool       `json:"unique"`
	CaseSensitive      bool       `json:"caseSensitive"`
	RestrictedPicklist bool       `json:"restrictedPicklist"`
	PicklistValues     []picklist `json:"picklistValues"`
	ReferenceTo        []string   `json:"referenceTo"`
}

type picklist struct {
	Active       bool   `json:"active"`
	DefaultValue bool   `json:"defaultValue"`
	Label        string `json:"label"`
	Value        string `json:"value"`
}

// maxFilterable is the length of the longest text area that can be filtered by.
const maxFilterable = 255

// types are those that a line may name.
var types = strings.Fields("id string textarea phone email url picklist reference boolean int double currency percent date datetime")

// parseField reads a line of the definitions.
func parseField(line string) (*field, error) {
	head, values, _ := strings.Cut(strings.TrimSpace(line), "|")
	words := strings.Fields(head)
	if len(words) < 2 {
		return nil, fmt.Errorf("field %q has no type", line)
	}
	kind, detail, _ := strings.Cut(words[1], ":")
	if !slices.Contains(types, kind) {
		return nil, fmt.Errorf("field %s has the unknown type %s", words[0], kind)
	}
	f := &field{
		Name: words[0], Label: labelOf(words[0]), Type: kind, Custom: strings.HasSuffix(words[0], "__c"),
		Nillable: kind != "boolean" && words[0] != "OwnerId", DefaultedOnCreate: kind == "boolean" || words[0] == "OwnerId",
		Createable: true, Updateable: true, PicklistValues: []picklist{}, ReferenceTo: []string{},
	}
	if kind == "reference" {
		f.ReferenceTo, f.Length = strings.Split(detail, ","), 18
	} else if detail != "" {
		n, err := strconv.Atoi(detail)
		if err != nil {
			return nil, fmt.Errorf("length of field %s: %w", f.Name, err)
		}
		f.Length = n
	}
	f.Filterable = kind != "textarea" || f.Length <= maxFilterable
	f.setPicklist(values)
	return f, f.setFlags(words[2:])
}

func (f *field) setPicklist(values string) {
	for value := range strings.SplitSeq(values, "|") {
		value, isDefault := strings.CutPrefix(strings.TrimSpace(value), "=")
		if value == "" {
			continue
		}
		f.PicklistValues = append(f.PicklistValues, picklist{Active: true, DefaultValue: isDefault, Label: value, Value: value})
		f.DefaultedOnCreate = f.DefaultedOnCreate || isDefault
	}
}

func (f *field) setFlags(flags []string) error {
	for _, flag := range flags {
		switch flag {
		case "required":
			f.Nillable = false
		case "readonly":
			f.Createable, f.Updateable = false, false
		case "createonly":
			f.Updateable = false
		case "restricted":
			f.RestrictedPicklist = true
		case "key":
			f.ExternalID, f.IDLookup = true, true
		case "unique":
			f.Unique = true
		default:
			return fmt.Errorf("field %s has the unknown flag %s", f.Name, flag)
		}
	}
	return nil
}

// required reports whether a record must be given a value.
func (f *field) required() bool { return !f.Nillable && !f.DefaultedOnCreate && f.Createable }

// initial returns the value of a new record that says nothing, nil if that is nothing.
func (f *field) initial() any {
	if f.Type == "boolean" {
		return false
	}
	for _, p := range f.PicklistValues {
		if p.DefaultValue {
			return p.Value
		}
	}
	return nil
}

func (f *field) allows(value string) bool {
	return slices.ContainsFunc(f.PicklistValues, func(p picklist) bool { return p.Active && p.Value == value })
}

// isText reports whether values are strings that compare as such.
func (f *field) isText() bool {
	return slices.Contains([]string{"id", "string", "textarea", "phone", "email", "url", "picklist", "reference"}, f.Type)
}

// labelOf writes a name as people see it.
func labelOf(name string) string {
	name = strings.TrimSuffix(name, "__c")
	if name == "WhoId" || name == "WhatId" {
		return map[string]string{"WhoId": "Name ID", "WhatId": "Related To ID"}[name]
	}
	var label strings.Builder
	for i, c := range name {
		if c == '_' {
			label.WriteByte(' ')
			continue
		}
		if i > 0 && c >= 'A' && c <= 'Z' && name[i-1] >= 'a' && name[i-1] <= 'z' {
			label.WriteByte(' ')
		}
		label.WriteRune(c)
	}
	return label.String()
}
