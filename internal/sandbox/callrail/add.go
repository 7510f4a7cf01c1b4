package callrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// ErrUnknownTenant says that no company belongs to the tenant.
var ErrUnknownTenant = errors.New("no company of that tenant")

// AddCall makes a call known, and its audio if there is any, and returns its id. The
// call is shaped like a webhook delivery; its resource_id is kept, and what it lacks is
// filled in from the tenant's company. A call that is known already is replaced: that is
// how a recording comes late. Nothing is delivered.
func (s *Server) AddCall(tenantID string, raw json.RawMessage, audio []byte) (string, error) {
	members, err := object(raw)
	if err != nil {
		return "", fmt.Errorf("add call: %w", err)
	}
	company, err := s.claim(tenantID, members)
	if err != nil {
		return "", fmt.Errorf("add call: %w", err)
	}
	c := &call{company: company, members: members, audio: audio, accessKey: randomHex(10), spam: truth(members["spam"])}
	s.complete(c)

	s.mu.Lock()
	defer s.mu.Unlock()
	known := slices.IndexFunc(s.calls, func(other *call) bool { return other.id == c.id })
	switch {
	case known < 0:
		s.calls = append(s.calls, c)
	case s.calls[known].company != company:
		return "", fmt.Errorf("add call: %s is a call of another company", c.id)
	default:
		c.accessKey = s.calls[known].accessKey
		if c.audio == nil {
			c.audio = s.calls[known].audio
		}
		s.link(c)
		s.calls[known] = c
	}
	return c.id, nil
}

// AddForm makes a form submission known, and returns its id. It is to forms what AddCall
// is to calls.
func (s *Server) AddForm(tenantID string, raw json.RawMessage) (string, error) {
	members, err := object(raw)
	if err != nil {
		return "", fmt.Errorf("add form: %w", err)
	}
	company, err := s.claim(tenantID, members)
	if err != nil {
		return "", fmt.Errorf("add form: %w", err)
	}
	f := &form{company: company, members: members}
	f.id = fill(members, "resource_id", func() any { return newID("FRM") })
	fill(members, "person_resource_id", func() any { return newID("PER") })
	s.fillTimes(company, members, "submitted_at")

	s.mu.Lock()
	defer s.mu.Unlock()
	s.forms = slices.DeleteFunc(s.forms, func(other *form) bool { return other.id == f.id })
	s.forms = append(s.forms, f)
	return f.id, nil
}

// TenantOf returns the tenant that a call or form belongs to, by the ids in it.
func (s *Server) TenantOf(raw json.RawMessage) (string, error) {
	members, err := object(raw)
	if err != nil {
		return "", err
	}
	for _, c := range s.companies {
		switch {
		case text(members["tenant_id"]) == c.TenantID,
			text(members["company_resource_id"]) == c.ResourceID,
			text(members["company_id"]) == c.ID, text(members["company_id"]) == c.ResourceID,
			text(members["callrail_company_id"]) == c.ID:
			return c.TenantID, nil
		}
	}
	return "", ErrUnknownTenant
}

// claim returns the tenant's company and writes its ids into the members. Members that
// name another company are a mistake.
func (s *Server) claim(tenantID string, members map[string]any) (*Company, error) {
	i := slices.IndexFunc(s.companies, func(c *Company) bool { return c.TenantID == tenantID })
	if i < 0 {
		return nil, fmt.Errorf("%w: %q", ErrUnknownTenant, tenantID)
	}
	company := s.companies[i]
	if id := text(members["company_resource_id"]); id != "" && id != company.ResourceID {
		return nil, fmt.Errorf("company_resource_id %s is not the tenant's company", id)
	}
	members["company_resource_id"] = company.ResourceID
	members["company_id"] = json.Number(company.ID)
	if number(company.ID) == nil {
		members["company_id"] = company.ID
	}
	fill(members, "company_name", func() any { return company.Name })
	fill(members, "company_time_zone", func() any { return company.location().String() })
	return company, nil
}

// complete fills in what a call delivery always has.
func (s *Server) complete(c *call) {
	c.id = fill(c.members, "resource_id", func() any { return newID("CAL") })
	fill(c.members, "person_resource_id", func() any { return newID("PER") })
	fill(c.members, "tracker_resource_id", func() any { return newID("TRK") })
	fill(c.members, "direction", func() any { return "inbound" })
	s.fillTimes(c.company, c.members, "start_time")
	s.link(c)
}

// link writes where the recording is, as webhooks do: through the web application.
func (s *Server) link(c *call) {
	if c.audio == nil {
		return
	}
	c.members["recording"] = s.recordingURL(c)
	c.members["recording_player"] = s.playerURL(c)
}

// fillTimes sets the named time, now if it is missing, and those that repeat it.
func (s *Server) fillTimes(company *Company, members map[string]any, name string) {
	at := fill(members, name, func() any { return s.cfg.Now().In(company.location()).Format(timeLayout) })
	fill(members, "created_at", func() any { return at })
	fill(members, "timestamp", func() any { return at })
}

// fill sets a member unless it is there, and returns its text.
func fill(members map[string]any, name string, value func() any) string {
	if text(members[name]) == "" {
		members[name] = value()
	}
	return text(members[name])
}

// object decodes a JSON object. Objects inside it stay as they are written: the order of
// a form's fields, and one that is there twice, mean something.
func object(raw []byte) (map[string]any, error) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	if parts == nil {
		return nil, errors.New("decode: not an object")
	}
	members := make(map[string]any, len(parts))
	for name, part := range parts {
		if part[0] == '{' {
			members[name] = part
			continue
		}
		dec := json.NewDecoder(bytes.NewReader(part))
		dec.UseNumber() // numbers too are delivered as they are written
		var v any
		if err := dec.Decode(&v); err != nil {
			return nil, fmt.Errorf("decode %s: %w", name, err)
		}
		members[name] = v
	}
	return members, nil
}
