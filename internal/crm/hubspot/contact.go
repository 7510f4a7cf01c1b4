package hubspot

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// contactProperties are what matching needs to know of a contact.
var contactProperties = []string{"email", "hs_additional_emails", "firstname", "lastname", "phone", "mobilephone", "lastmodifieddate", personKey}

// toRead returns what is read of a contact: also what the mapping may have to fill in.
func toRead(lead crm.Lead) []string {
	return slices.Concat(contactProperties, crm.MappedNames(lead.Fields[crm.StepContact]))
}

// contact finds the lead's person, or creates them, and fills in what is missing.
func (c *Connector) contact(ctx context.Context, s crm.State) (crm.Record, error) {
	if s.Current != "" {
		o, err := c.client.get(ctx, lookup{typ: contacts, id: s.Current, properties: toRead(s.Lead)})
		if err != nil {
			return crm.Record{}, err
		}
		return c.known(ctx, s.Lead, o)
	}
	found, err := c.candidates(ctx, s.Lead)
	if err != nil {
		return crm.Record{}, err
	}
	return c.settle(ctx, s.Lead, found)
}

// candidates returns the contacts that may be the person. A secondary address of a contact
// is not searched for: creating with it is refused with the contact's id.
func (c *Connector) candidates(ctx context.Context, lead crm.Lead) ([]object, error) {
	var found []object
	if email := lead.Person.Email; email != "" {
		o, ok, err := c.client.find(ctx, lookup{typ: contacts, id: email, idProperty: "email", properties: toRead(lead)})
		if err != nil {
			return nil, err
		}
		if ok {
			return []object{o}, nil
		}
	}
	if lead.Person.Phone == "" {
		return found, nil
	}
	return c.client.search(ctx, contacts, phoneFilters(lead.Person.Phone), toRead(lead))
}

// phoneFilters finds a number however it is written. HubSpot's searchable forms hold the
// national number only: with the country code they would find nothing.
func phoneFilters(phone string) []filterGroup {
	national := strings.TrimPrefix(phone, "+")
	if n, err := phonenumbers.Parse(phone, ""); err == nil {
		national = phonenumbers.GetNationalSignificantNumber(n)
	}
	return anyOf(
		filter{"hs_searchable_calculated_phone_number", "EQ", national},
		filter{"hs_searchable_calculated_mobile_number", "EQ", national},
		filter{"phone", "EQ", phone},
		filter{"phone", "CONTAINS_TOKEN", "*" + national},
		filter{"mobilephone", "CONTAINS_TOKEN", "*" + national},
	)
}

// settle decides between the contacts that were found and a new one.
func (c *Connector) settle(ctx context.Context, lead crm.Lead, found []object) (crm.Record, error) {
	m := crm.MatchPerson(lead.Person, c.asCandidates(found), lead.Region)
	policy := c.config.Ambiguous
	if m.By == "email" && policy == crm.CreateAmbiguous {
		policy = crm.AttachAmbiguous // HubSpot has one contact per address
	}
	switch {
	case m.Verdict == crm.NoMatch:
		return c.create(ctx, lead, crm.PersonKey(lead))
	case m.Verdict == crm.AmbiguousMatch && policy == crm.CreateAmbiguous:
		return c.create(ctx, lead, crm.RequestKey(lead)) // the person key is the other one's
	case m.Verdict == crm.AmbiguousMatch && policy == crm.ReviewAmbiguous:
		return crm.Record{}, crm.ReviewError(m)
	case m.Verdict == crm.AmbiguousMatch:
		return attach(m), nil
	}
	rec, err := c.fill(ctx, lead, pick(found, m.ID))
	if len(m.Also) > 0 {
		rec.Warnings = append(rec.Warnings, "Further contacts match: "+strings.Join(m.Also, ", ")+". Contact "+m.ID+" was used.")
	}
	return rec, err
}

// known brings a contact up to date that our ledger says is the person's. Under another
// name it is left alone, so that one person's address does not end up with another.
func (c *Connector) known(ctx context.Context, lead crm.Lead, o object) (crm.Record, error) {
	if m := crm.MatchPerson(lead.Person, c.asCandidates([]object{o}), lead.Region); m.Verdict == crm.AmbiguousMatch {
		return attach(m), nil
	}
	return c.fill(ctx, lead, o)
}

func attach(m crm.MatchResult) crm.Record {
	return crm.Record{ID: m.ID, Outcome: crm.Matched, Warnings: []string{
		"Contact " + m.ID + " has the same " + m.By + " under another name. The lead was attached to it; the contact was not changed.",
	}}
}

func (c *Connector) asCandidates(found []object) []crm.Candidate {
	all := make([]crm.Candidate, 0, len(found))
	for _, o := range found {
		emails := append(strings.Split(o.get("hs_additional_emails"), ";"), o.get("email"))
		all = append(all, crm.Candidate{
			ID: o.ID, Name: c.nameOf(o), Emails: emails,
			Phones: []string{o.get("phone"), o.get("mobilephone")}, Modified: o.UpdatedAt,
		})
	}
	return all
}

func pick(found []object, id string) object {
	for _, o := range found {
		if o.ID == id {
			return o
		}
	}
	return object{ID: id}
}

// nameOf returns a contact's name; our placeholder is none.
func (c *Connector) nameOf(o object) string {
	name := strings.TrimSpace(o.get("firstname") + " " + o.get("lastname"))
	if name == c.config.Placeholder {
		return ""
	}
	return name
}

// fill writes what a contact does not have yet. It never overwrites. A form adds neither
// number nor address: anybody can send one in somebody else's name.
func (c *Connector) fill(ctx context.Context, lead crm.Lead, o object) (crm.Record, error) {
	rec := crm.Record{ID: o.ID, Outcome: crm.Matched}
	m, err := c.mapped(ctx, lead, crm.StepContact, contacts)
	if err != nil {
		return rec, err
	}
	rec.Warnings = m.warnings
	gaps := m.contactGaps(lead, o)
	if p := lead.Person; lead.Request.Kind != request.Form {
		if p.Email != "" && o.get("email") == "" {
			gaps["email"] = p.Email
		}
		if p.Phone != "" && o.get("phone") == "" && contact.Phone(o.get("mobilephone"), lead.Region) != p.Phone {
			gaps["phone"] = p.Phone
		}
	}
	if lead.Person.Name != "" && c.nameOf(o) == "" {
		gaps["firstname"], gaps["lastname"] = splitName(lead.Person.Name)
	}
	if len(gaps) == 0 {
		return rec, nil
	}
	saved, warnings, err := c.save(ctx, write{typ: contacts, properties: gaps, required: m.required, send: func(ctx context.Context, p map[string]string) (object, error) {
		if len(p) == 0 {
			return o, nil
		}
		return c.client.update(ctx, contacts, o.ID, p)
	}})
	var taken existsError
	if errors.As(err, &taken) {
		rec.Warnings = slices.Concat(m.warnings, warnings, []string{"Another contact has the caller's e-mail address. Contact " + o.ID + " was left as it is."})
		return rec, nil
	}
	if err != nil {
		return rec, err
	}
	return crm.Record{ID: saved.ID, Outcome: crm.Updated, Warnings: append(rec.Warnings, warnings...)}, nil
}

// create makes a new contact under a person key. If HubSpot says that there is one with
// the address or the key, that one is looked at like any other that was found.
func (c *Connector) create(ctx context.Context, lead crm.Lead, key string) (crm.Record, error) {
	p := lead.Person
	properties := map[string]string{personKey: key}
	put(properties, "email", p.Email)
	put(properties, "phone", p.Phone)
	put(properties, "hubspot_owner_id", c.owner(lead))
	if p.Name != "" {
		first, last := splitName(p.Name)
		put(properties, "firstname", first)
		put(properties, "lastname", last)
	}
	m, err := c.mapped(ctx, lead, crm.StepContact, contacts)
	if err != nil {
		return crm.Record{}, err
	}
	maps.Copy(properties, m.properties)
	o, warnings, err := c.save(ctx, write{
		typ: contacts, properties: properties, required: append(m.required, personKey),
		send: func(ctx context.Context, properties map[string]string) (object, error) {
			if properties["email"]+properties["firstname"]+properties["lastname"] == "" {
				properties["lastname"] = c.config.Placeholder // one of address and name is required
			}
			return c.client.create(ctx, contacts, properties, nil)
		},
	})
	var there existsError
	if errors.As(err, &there) {
		return c.adopt(ctx, lead, there.id, key, err)
	}
	if err != nil {
		return crm.Record{}, err
	}
	return crm.Record{ID: o.ID, Outcome: crm.Created, Warnings: append(m.warnings, warnings...)}, nil
}

// adopt goes on with the contact that a create ran into.
func (c *Connector) adopt(ctx context.Context, lead crm.Lead, id, key string, conflict error) (crm.Record, error) {
	for _, l := range []lookup{{id: id}, {id: lead.Person.Email, idProperty: "email"}, {id: key, idProperty: personKey}} {
		if l.id == "" {
			continue
		}
		l.typ, l.properties = contacts, toRead(lead)
		o, ok, err := c.client.find(ctx, l)
		if err != nil {
			return crm.Record{}, err
		}
		if !ok {
			continue
		}
		m := crm.MatchPerson(lead.Person, c.asCandidates([]object{o}), lead.Region)
		if m.Verdict == crm.AmbiguousMatch && key == crm.PersonKey(lead) {
			return c.settle(ctx, lead, []object{o}) // by policy, which may create under another key
		}
		return c.known(ctx, lead, o) // also without a match: HubSpot knows of merges and secondary addresses
	}
	return crm.Record{}, conflict
}

// findContact looks for a contact that an attempt of unknown outcome created, by this
// delivery or another one of the same person. Neither read goes through the search index.
func (c *Connector) findContact(ctx context.Context, s crm.State) (string, error) {
	if _, err := c.client.ensure(ctx, contacts); err != nil {
		return "", err
	}
	keys := []lookup{
		{id: crm.RequestKey(s.Lead), idProperty: personKey},
		{id: crm.PersonKey(s.Lead), idProperty: personKey},
		{id: s.Lead.Person.Email, idProperty: "email"},
	}
	for _, l := range keys {
		if l.id == "" {
			continue
		}
		l.typ = contacts
		o, ok, err := c.client.find(ctx, l)
		if err != nil {
			return "", err
		}
		if ok {
			return o.ID, nil
		}
	}
	return "", nil
}

func put(properties map[string]string, name, value string) {
	if value != "" {
		properties[name] = value
	}
}

// splitName splits a name before its last word. A single word is a first name.
func splitName(name string) (first, last string) {
	words := strings.Fields(name)
	if len(words) < 2 {
		return name, ""
	}
	return strings.Join(words[:len(words)-1], " "), words[len(words)-1]
}
