package pipedrive

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// contact finds the lead's person, or creates them, and fills in what is missing.
func (c *Connector) contact(ctx context.Context, s crm.State) (crm.Record, error) {
	if s.Current != "" {
		o, err := c.client.get(ctx, persons, s.Current)
		if err != nil {
			return crm.Record{}, err
		}
		if c.isStranger(s.Lead, o) {
			return crm.Record{}, notOurs(persons)
		}
		return c.known(ctx, s.Lead, o)
	}
	found, err := c.candidates(ctx, s.Lead)
	if err != nil {
		return crm.Record{}, err
	}
	return c.settle(ctx, s.Lead, found)
}

// candidates returns the persons that may be the lead's. The phone number, whose search
// costs as much as four new records, is only searched if the address does not decide.
func (c *Connector) candidates(ctx context.Context, lead crm.Lead) ([]record, error) {
	var found []record
	if email := lead.Person.Email; email != "" {
		hits, err := c.client.search(ctx, "email", email, true)
		if err != nil {
			return nil, err
		}
		found = hits
	}
	if lead.Person.Phone == "" || c.match(lead, found).Verdict == crm.Match {
		return found, nil
	}
	hits, err := c.client.search(ctx, "phone", national(lead.Person.Phone), false)
	if err != nil {
		return nil, err
	}
	for _, hit := range hits {
		if !slices.ContainsFunc(found, func(o record) bool { return o.id() == hit.id() }) {
			found = append(found, hit)
		}
	}
	return found, nil
}

// national returns the digits of a number that are the same however it is written: with
// the country code, a number written without it would not be found.
func national(phone string) string {
	if n, err := phonenumbers.Parse(phone, ""); err == nil {
		return phonenumbers.GetNationalSignificantNumber(n)
	}
	return strings.TrimPrefix(phone, "+")
}

// match compares persons with the lead's by normalised numbers and addresses: the search
// finds parts of words, too.
func (c *Connector) match(lead crm.Lead, found []record) crm.MatchResult {
	var all []crm.Candidate
	for _, o := range found {
		all = append(all, crm.Candidate{
			ID: o.id(), Name: c.nameOf(o), Modified: o.time("update_time"),
			Emails: channelValues(o.channels("emails")), Phones: channelValues(o.channels("phones")),
		})
	}
	return crm.MatchPerson(lead.Person, all, lead.Region)
}

// settle decides between the persons that were found and a new one. A hit is read before it
// is used: the search index also knows persons who are no more.
func (c *Connector) settle(ctx context.Context, lead crm.Lead, found []record) (crm.Record, error) {
	for {
		m := c.match(lead, found)
		switch {
		case m.Verdict == crm.NoMatch:
			return c.create(ctx, lead, crm.PersonKey(lead))
		case m.Verdict == crm.AmbiguousMatch && c.config.Ambiguous == crm.CreateAmbiguous:
			return c.create(ctx, lead, crm.RequestKey(lead)) // the person key is the other one's
		case m.Verdict == crm.AmbiguousMatch && c.config.Ambiguous == crm.ReviewAmbiguous:
			return crm.Record{}, crm.ReviewError(m)
		}
		o, err := c.client.get(ctx, persons, m.ID)
		if err != nil && crm.FaultOf(err) == crm.Gone {
			found = slices.DeleteFunc(found, func(o record) bool { return o.id() == m.ID })
			continue
		}
		if err != nil {
			return crm.Record{}, err
		}
		rec, err := c.known(ctx, lead, o)
		if len(m.Also) > 0 {
			rec.Warnings = append(rec.Warnings, "Further persons match: "+strings.Join(m.Also, ", ")+". Person "+m.ID+" was used.")
		}
		return rec, err
	}
}

// isStranger reports whether a person whom the ledger knows by an id is somebody else: neither
// number nor address, nor our mark, nor the name is the lead's. Ids start anew in every company,
// so in one that the integration was pointed at later they are other people's.
func (c *Connector) isStranger(lead crm.Lead, o record) bool {
	marked := slices.ContainsFunc(crm.PersonKeys(lead), o.marked)
	named := lead.Person.Name != "" && strings.EqualFold(lead.Person.Name, c.nameOf(o))
	return !marked && !named && c.match(lead, []record{o}).Verdict == crm.NoMatch
}

// known brings a person up to date. Under another name the record is left alone, so that
// one person's address does not end up with another.
func (c *Connector) known(ctx context.Context, lead crm.Lead, o record) (crm.Record, error) {
	if m := c.match(lead, []record{o}); m.Verdict == crm.AmbiguousMatch {
		return crm.Record{ID: m.ID, Outcome: crm.Matched, Warnings: []string{
			"Person " + m.ID + " has the same " + m.By + " under another name. The lead was attached to it; the person was not changed.",
		}}, nil
	}
	return c.fill(ctx, lead, o)
}

// nameOf returns a person's name; our placeholder is none.
func (c *Connector) nameOf(o record) string {
	if name := o.text("name"); name != c.config.Placeholder {
		return name
	}
	return ""
}

// fill writes what a person does not have yet. It never overwrites.
func (c *Connector) fill(ctx context.Context, lead crm.Lead, o record) (crm.Record, error) {
	w, err := c.mapped(ctx, lead, crm.StepContact, persons)
	if err != nil {
		return crm.Record{}, err
	}
	w.onlyGaps(o)
	if lead.Person.Name != "" && c.nameOf(o) == "" {
		w.values["name"] = lead.Person.Name
	}
	addChannels(w.values, lead, o)
	rec := crm.Record{ID: o.id(), Outcome: crm.Matched, Warnings: w.warnings}
	if len(w.values) == 0 {
		return rec, nil
	}
	w.send = func(ctx context.Context, v values) (record, error) {
		if len(v) == 0 {
			return o, nil
		}
		return c.client.update(ctx, persons, o.id(), v)
	}
	if _, rec.Warnings, err = c.save(ctx, w); err != nil {
		return rec, err
	}
	rec.Outcome = crm.Updated
	return rec, nil
}

// addChannels adds number and address to those that a person has. The whole lists are
// sent, since an update replaces them (by hearsay; if it does not, they hold nothing new).
// A form adds neither: anybody can send one in somebody else's name.
func addChannels(v values, lead crm.Lead, o record) {
	p := lead.Person
	if lead.Request.Kind == request.Form {
		return
	}
	phones, emails := o.channels("phones"), o.channels("emails")
	if p.Phone != "" && !slices.ContainsFunc(phones, func(c channel) bool { return contact.Phone(c.Value, lead.Region) == p.Phone }) {
		v["phones"] = append(phones, newChannel(p.Phone, len(phones) == 0))
	}
	if p.Email != "" && !slices.ContainsFunc(emails, func(c channel) bool { return contact.Email(c.Value) == p.Email }) {
		v["emails"] = append(emails, newChannel(p.Email, len(emails) == 0))
	}
}

// newChannel labels a number or address as what is certain: nobody said which it is.
func newChannel(value string, primary bool) channel {
	return channel{Value: value, Primary: primary, Label: "other"}
}

// create makes a new person under a person key.
func (c *Connector) create(ctx context.Context, lead crm.Lead, key string) (crm.Record, error) {
	marker, err := c.client.marker(ctx, persons)
	if err != nil {
		return crm.Record{}, err
	}
	w, err := c.mapped(ctx, lead, crm.StepContact, persons)
	if err != nil {
		return crm.Record{}, err
	}
	p := lead.Person
	w.mark(marker, key)
	w.need("name", cmp.Or(p.Name, c.config.Placeholder))
	if p.Phone != "" {
		w.values["phones"] = []channel{newChannel(p.Phone, true)}
	}
	if p.Email != "" {
		w.values["emails"] = []channel{newChannel(p.Email, true)}
	}
	if owner := c.owner(lead); owner != 0 {
		w.offer("owner_id", owner)
	}
	w.send = func(ctx context.Context, v values) (record, error) { return c.client.create(ctx, persons, v) }
	o, warnings, err := c.save(ctx, w)
	if err != nil {
		return crm.Record{}, err
	}
	return crm.Record{ID: o.id(), Outcome: crm.Created, Warnings: warnings}, nil
}

// newest is how many of the latest persons are read for one that search may not see yet.
const newest = 300

// findContact looks for a person that an attempt of unknown outcome created, by this
// delivery or another one of the same person: among the newest, which by hearsay come
// without the index's delay, then by search.
func (c *Connector) findContact(ctx context.Context, s crm.State) (string, error) {
	if _, err := c.client.marker(ctx, persons); err != nil {
		return "", err
	}
	keys := crm.PersonKeys(s.Lead)
	looked := 0
	list := c.client.list(ctx, crm.Call{
		Op: "list persons", Path: c.client.pathOf(persons),
		Query: url.Values{"sort_by": {"id"}, "sort_direction": {"desc"}},
	})
	for o, err := range list {
		if err != nil {
			return "", err
		}
		if !o.gone() && slices.ContainsFunc(keys, o.marked) {
			return o.id(), nil
		}
		if looked++; looked == newest {
			break
		}
	}
	for _, key := range keys {
		id, err := c.searchMarked(ctx, key)
		if err != nil || id != "" {
			return id, err
		}
	}
	return "", nil
}

// searchMarked finds a person by the mark. The hits do not say which field was found, and
// may be gone, so each is read.
func (c *Connector) searchMarked(ctx context.Context, key string) (string, error) {
	hits, err := c.client.search(ctx, "custom_fields", key, true)
	if err != nil {
		return "", err
	}
	for _, hit := range hits {
		o, err := c.client.get(ctx, persons, hit.id())
		if err != nil && crm.FaultOf(err) != crm.Gone {
			return "", err
		}
		if err == nil && o.marked(key) {
			return o.id(), nil
		}
	}
	return "", nil
}
