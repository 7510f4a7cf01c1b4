package tenant

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Rule is one rule of a tenant's workflow: which requests, and what becomes of them.
type Rule struct {
	Name    string  `json:"name"`           // shown as the reason of what it decided
	When    string  `json:"when,omitempty"` // expression that is true or false; empty: always
	Actions Actions `json:"actions"`
	Stop    bool    `json:"stop,omitempty"` // if it matches, the rules after it are not read
}

// Actions is what a rule decides. What it does not mention stays as earlier rules, or the
// default, have it.
type Actions struct {
	Destinations Selection `json:"destinations,omitzero"` // by integration id
	Notify       Selection `json:"notify,omitzero"`       // by channel: slack:sales, or sales for every channel of that name
	NonLeads     bool      `json:"non_leads,omitempty"`   // also what is no lead is delivered and told
	Skip         string    `json:"skip,omitempty"`        // no destination gets it, for this reason
	Tags         []string  `json:"tags,omitempty"`        // added to those of earlier rules
	Owner        Owner     `json:"owner,omitzero"`
	CallRail     *CallRail `json:"callrail,omitempty"`
}

// CallRail is what a rule writes back to the call in CallRail. It fills what nobody has
// filled there, and adds tags.
type CallRail struct {
	Tags       []string `json:"tags,omitempty"`
	LeadStatus string   `json:"lead_status,omitempty"` // good_lead or not_a_lead
	Value      string   `json:"value,omitempty"`       // expression: an amount of US dollars
	Note       string   `json:"note,omitempty"`        // expression: a text
}

// Selection is some of a tenant's destinations or channels: in JSON "all", "none" or a list
// of names. The zero value says nothing.
type Selection struct {
	All   bool
	None  bool
	Names []string
}

// Includes reports whether one of the names is selected.
func (s Selection) Includes(names ...string) bool {
	return s.All || slices.ContainsFunc(names, func(name string) bool { return slices.Contains(s.Names, name) })
}

// IsZero reports whether the selection says nothing.
func (s Selection) IsZero() bool { return !s.All && !s.None && len(s.Names) == 0 }

// MarshalJSON implements json.Marshaler.
func (s Selection) MarshalJSON() ([]byte, error) {
	switch {
	case s.All:
		return json.Marshal("all")
	case s.None || len(s.Names) == 0:
		return json.Marshal("none")
	default:
		return json.Marshal(s.Names)
	}
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Selection) UnmarshalJSON(raw []byte) error {
	*s = Selection{}
	switch string(raw) {
	case `null`:
		return nil
	case `"all"`:
		s.All = true
		return nil
	case `"none"`, `[]`:
		s.None = true
		return nil
	}
	if err := json.Unmarshal(raw, &s.Names); err != nil {
		return errors.New(`a selection is "all", "none" or a list of names`)
	}
	s.None = len(s.Names) == 0
	return nil
}

// anyDestination is the key of an owner who has no destination of their own.
const anyDestination = "*"

// Owner is who gets a lead, by the CRM's own id of the user. Ids differ between CRMs: in JSON
// it is one id for every destination, or an object of ids by integration id.
type Owner map[string]string

// For returns the owner in a destination, empty if there is none. Every destination's owner
// is that of "".
func (o Owner) For(destination string) string {
	if id, ok := o[destination]; ok {
		return id
	}
	return o[anyDestination]
}

// MarshalJSON implements json.Marshaler.
func (o Owner) MarshalJSON() ([]byte, error) {
	if id, ok := o[anyDestination]; ok && len(o) == 1 {
		return json.Marshal(id)
	}
	return json.Marshal(map[string]string(o))
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *Owner) UnmarshalJSON(raw []byte) error {
	*o = nil
	var id string
	if json.Unmarshal(raw, &id) == nil {
		if id != "" {
			*o = Owner{anyDestination: id}
		}
		return nil
	}
	var ids map[string]string
	if err := json.Unmarshal(raw, &ids); err != nil {
		return fmt.Errorf("an owner is a text, or an object of texts by integration: %w", err)
	}
	*o = ids
	return nil
}
