package salesforce

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Ranks of people who match: a customer comes before somebody who may become one.
const (
	leadRank = iota
	contactRank
)

// maxFollowed is how many converted leads are followed to their Contacts.
const maxFollowed = 5

var (
	phoneFields  = []string{"Phone", "MobilePhone", "HomePhone", "OtherPhone"}
	personFields = append([]string{"Id", "FirstName", "LastName", "Email", "LastModifiedDate", "IsConverted", "ConvertedContactId"}, phoneFields...)
)

// person is a Lead or Contact that may be the caller.
type person struct {
	object
	typ   string
	keyed bool // carries the key that the caller's Lead would get
}

// contact finds the lead's person, or creates them, and fills in what is missing.
func (c *Connector) contact(ctx context.Context, s crm.State) (crm.Record, error) {
	if s.Current != "" {
		p, err := c.person(ctx, s.Lead, s.Current)
		if err != nil {
			return crm.Record{}, err
		}
		return c.known(ctx, s.Lead, p)
	}
	found, err := c.candidates(ctx, s.Lead)
	if err != nil {
		return crm.Record{}, err
	}
	return c.settle(ctx, s.Lead, found)
}

// person reads a Lead or Contact, of a converted Lead its Contact. A missing one is an
// error with the fault Gone.
func (c *Connector) person(ctx context.Context, lead crm.Lead, id string) (person, error) {
	typ := typeOf(id)
	if typ != leads && typ != contacts {
		return person{}, &crm.Error{Fault: crm.Gone, Op: "get person", Code: "NOT_A_PERSON"}
	}
	s, err := c.client.schema(ctx, typ)
	if err != nil {
		return person{}, err
	}
	o, err := c.client.get(ctx, typ, id, c.columns(s, lead))
	if err != nil {
		return person{}, err
	}
	if o.isConverted() {
		return c.person(ctx, lead, contactOf(o))
	}
	return person{object: o, typ: typ, keyed: o.get(c.config.KeyField) == crm.PersonKey(lead)}, nil
}

// contactOf returns the id of the Contact that a Lead became.
func contactOf(o object) string {
	if id := o.get("ConvertedContactId"); typeOf(id) == contacts {
		return id
	}
	return ""
}

// columns are the fields that matching and filling need, as far as the object has them.
func (c *Connector) columns(s schema, lead crm.Lead) []string {
	names := append(slices.Clone(personFields), c.config.KeyField)
	for _, name := range slices.Sorted(maps.Keys(lead.Fields[crm.StepContact])) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return s.present(names...)
}

// candidates returns the Contacts and Leads that may be the person.
func (c *Connector) candidates(ctx context.Context, lead crm.Lead) ([]person, error) {
	if len(lead.Person.Keys()) == 0 {
		return nil, nil
	}
	var found []person
	for _, typ := range []string{contacts, leads} {
		s, err := c.client.schema(ctx, typ)
		if err != nil {
			return nil, err
		}
		rows, err := c.client.query(ctx, typ, anyOf(typ, c.columns(s, lead), c.conditions(s, lead)))
		if err != nil {
			return nil, err
		}
		for _, o := range rows {
			found = append(found, person{object: o, typ: typ, keyed: o.get(c.config.KeyField) == crm.PersonKey(lead)})
		}
	}
	return c.follow(ctx, lead, found)
}

// conditions finds a person by address and number, in whatever form and field it stands,
// and by our key.
func (c *Connector) conditions(s schema, lead crm.Lead) []string {
	var alternatives []string
	if p := lead.Person; p.Email != "" && len(s.present("Email")) > 0 {
		alternatives = append(alternatives, "Email = "+quote(p.Email))
	}
	if p := lead.Person; p.Phone != "" {
		forms := quoteAll(phoneForms(p.Phone))
		for _, name := range s.present(phoneFields...) {
			alternatives = append(alternatives, name+" IN "+forms)
		}
	}
	if s.typ == c.config.newType() && len(s.present(c.config.KeyField)) > 0 {
		alternatives = append(alternatives, c.config.KeyField+" = "+quote(crm.PersonKey(lead)))
	}
	if len(alternatives) == 0 { // the fields are hidden from us: nobody can be found
		return []string{"Id = null"}
	}
	return alternatives
}

// follow puts the Contacts that converted Leads became in their place.
func (c *Connector) follow(ctx context.Context, lead crm.Lead, found []person) ([]person, error) {
	open := slices.DeleteFunc(slices.Clone(found), func(p person) bool { return p.isConverted() })
	followed := 0
	for _, p := range found {
		id := contactOf(p.object)
		if !p.isConverted() || id == "" {
			continue
		}
		if i := slices.IndexFunc(open, func(o person) bool { return o.id() == id }); i >= 0 {
			open[i].keyed = open[i].keyed || p.keyed
			continue
		}
		if followed++; followed > maxFollowed {
			break
		}
		became, err := c.person(ctx, lead, id)
		if isGone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		became.keyed = p.keyed
		open = append(open, became)
	}
	return open, nil
}

// settle decides between the people who were found and a new one.
func (c *Connector) settle(ctx context.Context, lead crm.Lead, found []person) (crm.Record, error) {
	m := crm.MatchPerson(lead.Person, c.asCandidates(found), lead.Region)
	switch {
	case m.Verdict == crm.NoMatch:
		if i := slices.IndexFunc(found, func(p person) bool { return p.keyed }); i >= 0 {
			return c.fill(ctx, lead, found[i]) // ours, and somebody corrected the number since
		}
		return c.create(ctx, lead, creation{key: crm.PersonKey(lead)})
	case m.Verdict == crm.AmbiguousMatch && c.config.Ambiguous == crm.CreateAmbiguous:
		return c.create(ctx, lead, creation{key: crm.RequestKey(lead)}) // the person's key is the other one's
	case m.Verdict == crm.AmbiguousMatch && c.config.Ambiguous == crm.ReviewAmbiguous:
		return crm.Record{}, crm.ReviewError(m)
	case m.Verdict == crm.AmbiguousMatch:
		return attach(m), nil
	}
	i := slices.IndexFunc(found, func(p person) bool { return p.id() == m.ID })
	rec, err := c.fill(ctx, lead, found[i])
	if err == nil && len(m.Also) > 0 {
		rec.Warnings = append(rec.Warnings, "Further records match: "+strings.Join(m.Also, ", ")+". "+found[i].typ+" "+m.ID+" was used.")
	}
	return rec, err
}

// known brings somebody up to date who our ledger says is the person. Under another name
// they are left alone, so that one person's address does not end up with another.
func (c *Connector) known(ctx context.Context, lead crm.Lead, p person) (crm.Record, error) {
	if m := crm.MatchPerson(lead.Person, c.asCandidates([]person{p}), lead.Region); m.Verdict == crm.AmbiguousMatch {
		return attach(m), nil
	}
	return c.fill(ctx, lead, p)
}

func attach(m crm.MatchResult) crm.Record {
	return crm.Record{ID: m.ID, Outcome: crm.Matched, Warnings: []string{
		typeOf(m.ID) + " " + m.ID + " has the same " + m.By + " under another name. The request was attached to it; it was not changed.",
	}}
}

func (c *Connector) asCandidates(found []person) []crm.Candidate {
	all := make([]crm.Candidate, 0, len(found))
	for _, p := range found {
		one := crm.Candidate{ID: p.id(), Name: c.nameOf(p), Emails: []string{p.get("Email")}, Rank: leadRank, Modified: p.modified()}
		if p.typ == contacts {
			one.Rank = contactRank
		}
		for _, name := range phoneFields {
			one.Phones = append(one.Phones, p.get(name))
		}
		all = append(all, one)
	}
	return all
}

// nameOf returns a person's name; our placeholder is none.
func (c *Connector) nameOf(p person) string {
	name := strings.TrimSpace(p.get("FirstName") + " " + p.get("LastName"))
	if name == c.config.Placeholder {
		return ""
	}
	return name
}

// fill writes what a person's record does not have yet. It never overwrites. A form adds
// neither number nor address: anybody can send one in somebody else's name.
func (c *Connector) fill(ctx context.Context, lead crm.Lead, p person) (crm.Record, error) {
	rec := crm.Record{ID: p.id(), Outcome: crm.Matched}
	w := write{typ: p.typ, update: true, fields: c.missing(lead, p), mapped: c.mappedGaps(lead, p)}
	if len(w.fields) == 0 && len(w.mapped) == 0 {
		return rec, nil
	}
	sent := false
	w.send = func(ctx context.Context, fields map[string]any) (saved, error) {
		sent = true
		return saved{}, c.client.update(ctx, p.typ, p.id(), payload{fields, map[string]string{autoAssign: "FALSE", duplicateRules: mayNotSave}})
	}
	_, warnings, err := c.save(ctx, w)
	rec.Warnings = warnings
	var refused *crm.Error
	switch {
	case err == nil && sent:
		rec.Outcome = crm.Updated
	case errors.As(err, &refused) && refused.Fault == crm.Invalid && !slices.ContainsFunc(refused.Fields, w.needs):
		rec.Warnings = append(rec.Warnings, fmt.Sprintf("%s %s was left as it is. Salesforce says: %s", p.typ, p.id(), refused.Message))
	case err != nil:
		return crm.Record{}, err
	}
	return rec, nil
}

// mappedGaps is gaps for a person. A form adds no number here either.
func (c *Connector) mappedGaps(lead crm.Lead, p person) map[string]crm.Field {
	open := gaps(lead.Fields[crm.StepContact], p.object)
	if lead.Request.Kind == request.Form {
		maps.DeleteFunc(open, func(name string, _ crm.Field) bool { return slices.Contains(phoneFields, name) })
	}
	return open
}

func (c *Connector) missing(lead crm.Lead, p person) map[string]any {
	fields := make(map[string]any)
	if who := lead.Person; lead.Request.Kind != request.Form {
		if p.get("Email") == "" {
			put(fields, "Email", who.Email)
		}
		elsewhere := slices.ContainsFunc(phoneFields, func(name string) bool { return contact.Phone(p.get(name), lead.Region) == who.Phone })
		if p.get("Phone") == "" && !elsewhere {
			put(fields, "Phone", who.Phone)
		}
	}
	if lead.Person.Name != "" && c.nameOf(p) == "" {
		first, last := splitName(lead.Person.Name)
		put(fields, "FirstName", first)
		put(fields, "LastName", last)
	}
	return fields
}
