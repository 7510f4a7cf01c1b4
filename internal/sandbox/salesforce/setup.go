package salesforce

import (
	"fmt"
	"maps"
)

// What follows is what an admin or a user does in Salesforce's own pages.

// of returns a tenant's org.
func (s *Server) of(tenantID string) (*org, error) {
	for _, o := range s.orgs {
		if o.settings.TenantID == tenantID {
			return o, nil
		}
	}
	return nil, fmt.Errorf("tenant %s has no org", tenantID)
}

// setup changes a tenant's org.
func (s *Server) setup(tenantID string, change func(o *org) error) error {
	o, err := s.of(tenantID)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return change(o)
}

// AddField adds a field to an object, or replaces the one of that name, by a line such as
// "Budget__c picklist:255 restricted | low | high".
func (s *Server) AddField(tenantID, object, line string) error {
	return s.setup(tenantID, func(o *org) error {
		f, err := parseField(line)
		if err != nil {
			return err
		}
		if o.schema[object] == nil {
			return fmt.Errorf("no object %s", object)
		}
		o.schema[object].add(f)
		return nil
	})
}

// RemoveField removes a field from an object, for instance the external id.
func (s *Server) RemoveField(tenantID, object, name string) error {
	return s.setup(tenantID, func(o *org) error {
		if o.schema[object] == nil {
			return fmt.Errorf("no object %s", object)
		}
		o.schema[object].remove(name)
		return nil
	})
}

// SetDuplicateRule makes an object's rule act, or with an empty action makes it inactive.
func (s *Server) SetDuplicateRule(tenantID, object string, action Action) error {
	return s.setup(tenantID, func(o *org) error {
		o.rules[object] = action
		if action == "" {
			delete(o.rules, object)
		}
		return nil
	})
}

// Block takes the app's access away, or gives it back. Open sessions end.
func (s *Server) Block(tenantID string, blocked bool) error {
	if err := s.EndSessions(tenantID); err != nil {
		return err
	}
	return s.setup(tenantID, func(o *org) error {
		o.blocked = blocked
		return nil
	})
}

// EndSessions ends the org's sessions: their tokens answer 401 from now on.
func (s *Server) EndSessions(tenantID string) error {
	o, err := s.of(tenantID)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.sessions, func(_ string, open *session) bool { return open.org == o })
	return nil
}

// Convert makes a lead into a contact of an account, and returns the contact's id. The
// lead's tasks move to the contact.
func (s *Server) Convert(tenantID, leadID string) (contactID string, err error) {
	err = s.setup(tenantID, func(o *org) error {
		lead := o.byID(leadID)
		if lead == nil || lead.object != "Lead" || lead.deleted || lead.isConverted() {
			return fmt.Errorf("no open lead %s", leadID)
		}
		account := o.insert("Account", map[string]any{"Name": lead.fields["Company"]})
		values := map[string]any{"AccountId": account.id}
		for _, name := range []string{"FirstName", "LastName", "Phone", "MobilePhone", "Email", "LeadSource"} {
			values[name] = lead.fields[name]
		}
		contact := o.insert("Contact", values)
		contactID = contact.id
		o.write(lead, map[string]any{
			"IsConverted": true, "Status": "Closed - Converted", "ConvertedDate": stamp(o.now())[:len("2006-01-02")],
			"ConvertedAccountId": account.id, "ConvertedContactId": contact.id,
		})
		for _, task := range o.records["Task"] {
			if task.text("WhoId") == lead.id {
				o.write(task, map[string]any{"WhoId": contact.id})
			}
		}
		return nil
	})
	return contactID, err
}
