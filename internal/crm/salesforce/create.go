package salesforce

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Headers that say how Salesforce treats a write. Without autoAssign the org's rules would
// give a Lead another owner whenever it is changed.
const (
	autoAssign     = "Sforce-Auto-Assign"
	duplicateRules = "Sforce-Duplicate-Rule-Header"
	mayNotSave     = "allowSave=false; includeRecordDetails=true; runAsCurrentUser=true"
	maySave        = "allowSave=true; includeRecordDetails=true; runAsCurrentUser=true"
)

// maxSummary is how much of the request the description of a new Lead, Contact or
// Opportunity holds, in bytes; the Task holds all of it.
const maxSummary = 4_000

// creation is how a new person is saved.
type creation struct {
	key       string
	allowSave bool // although a duplicate rule warns
}

// create makes a new Lead, or Contact. If Salesforce says that there is one with the key, or
// one that looks the same, that one is looked at like any other that was found.
func (c *Connector) create(ctx context.Context, lead crm.Lead, how creation) (crm.Record, error) {
	typ := c.config.newType()
	s, err := c.client.keyed(ctx, typ)
	if err != nil {
		return crm.Record{}, err
	}
	got, warnings, err := c.save(ctx, write{
		typ: typ, fields: c.newPerson(s, lead), required: []string{"LastName", "Company"}, mapped: lead.Fields[crm.StepContact],
		send: func(ctx context.Context, fields map[string]any) (saved, error) {
			return c.client.upsert(ctx, typ, how.key, payload{fields, c.createHeader(lead, how)})
		},
	})
	var taken takenError
	var duplicate duplicateError
	var refused *crm.Error
	switch {
	case err == nil && got.Created:
		return crm.Record{ID: got.ID, Outcome: crm.Created, Warnings: warnings}, nil
	case err == nil:
		return crm.Record{ID: got.ID, Outcome: crm.Updated, Warnings: warnings}, nil
	case errors.As(err, &taken):
		return c.adopt(ctx, lead, how, err)
	case errors.As(err, &duplicate):
		return c.duplicate(ctx, lead, how, err)
	case errors.As(err, &refused) && refused.Code == converted && how.key != crm.RequestKey(lead):
		how.key = crm.RequestKey(lead) // the converted Lead keeps its key, and its Contact is gone
		return c.create(ctx, lead, how)
	}
	return crm.Record{Warnings: warnings}, err
}

func (c *Connector) createHeader(lead crm.Lead, how creation) map[string]string {
	header := map[string]string{duplicateRules: mayNotSave}
	if how.allowSave {
		header[duplicateRules] = maySave
	}
	if c.owner(lead) != "" {
		header[autoAssign] = "FALSE" // a rule would win over the owner that the tenant chose
	}
	return header
}

func (c *Connector) newPerson(s schema, lead crm.Lead) map[string]any {
	first, last := splitName(lead.Person.Name)
	fields := map[string]any{"LastName": cmp.Or(last, c.config.Placeholder), "Description": briefly(lead)}
	put(fields, "FirstName", first)
	put(fields, "Phone", lead.Person.Phone)
	put(fields, "Email", lead.Person.Email)
	put(fields, "OwnerId", c.owner(lead))
	put(fields, "LeadSource", c.leadSource(s, lead))
	if s.typ == contacts {
		return fields
	}
	put(fields, "Company", c.config.Company)
	if c.config.Company == "" && !s.fields["Company"].Nillable { // optional where Leads become person accounts
		fields["Company"] = DefaultCompany
	}
	put(fields, "Status", c.config.Status)
	put(fields, "Rating", s.offered("Rating", ratings[lead.Analysis.ScoreBand]))
	return fields
}

var ratings = map[request.Band]string{request.Hot: "Hot", request.Warm: "Warm", request.Cold: "Cold"}

// leadSource returns where the tenant says that leads come from, or what Salesforce ships
// for calls and forms, if the org still has that.
func (c *Connector) leadSource(s schema, lead crm.Lead) string {
	if c.config.LeadSource != "" {
		return c.config.LeadSource
	}
	if lead.Request.Kind == request.Form {
		return s.offered("LeadSource", "Web")
	}
	return s.offered("LeadSource", "Phone Inquiry")
}

// adopt goes on with the record that has the key: somebody else was faster.
func (c *Connector) adopt(ctx context.Context, lead crm.Lead, how creation, conflict error) (crm.Record, error) {
	id, err := c.client.byKey(ctx, c.config.newType(), how.key)
	if err != nil {
		return crm.Record{}, err
	}
	if id == "" {
		return crm.Record{}, conflict
	}
	p, err := c.person(ctx, lead, id)
	if err != nil {
		return crm.Record{}, err
	}
	if how.key != crm.RequestKey(lead) {
		p.keyed = true
		return c.settle(ctx, lead, []person{p}) // by policy, which may create under another key
	}
	return c.known(ctx, lead, p)
}

// duplicate decides what becomes of a new person in whom the org's duplicate rules see
// somebody else. Whoever has the number or the address is used, as always; otherwise the
// rule went by a similar name, and the tenant's setting decides.
func (c *Connector) duplicate(ctx context.Context, lead crm.Lead, how creation, refusal error) (crm.Record, error) {
	var rule duplicateError
	errors.As(refusal, &rule)
	found, err := c.lookAlikes(ctx, lead, rule.ids)
	if err != nil {
		return crm.Record{}, err
	}
	m := crm.MatchPerson(lead.Person, c.asCandidates(found), lead.Region)
	wanted := c.config.OnDuplicate == DuplicateCreate && m.Verdict == crm.NoMatch ||
		c.config.Ambiguous == crm.CreateAmbiguous && m.Verdict == crm.AmbiguousMatch
	switch {
	case wanted && rule.allowSave && !how.allowSave:
		how.allowSave = true
		return c.create(ctx, lead, how)
	case m.Verdict == crm.Match, m.Verdict == crm.AmbiguousMatch && !wanted:
		return c.settle(ctx, lead, found)
	case c.config.OnDuplicate == DuplicateMatch && len(found) > 0:
		p := found[0]
		return crm.Record{ID: p.id(), Outcome: crm.Matched, Warnings: []string{
			"The duplicate rule " + rule.rule + " takes the caller for " + p.typ + " " + p.id() + ". The request was attached to it; it was not changed.",
		}}, nil
	}
	var e *crm.Error
	errors.As(refusal, &e)
	blocked := *e
	blocked.Message = strings.TrimSpace(e.Message + " The duplicate rule " + rule.rule + " takes the caller for " + strings.Join(rule.ids, ", ") +
		". Change the rule, or set on_duplicate to match, then retry.")
	return crm.Record{}, &blocked
}

// lookAlikes reads the people whom a duplicate rule names.
func (c *Connector) lookAlikes(ctx context.Context, lead crm.Lead, ids []string) ([]person, error) {
	var found []person
	for _, id := range ids[:min(len(ids), maxFollowed)] {
		p, err := c.person(ctx, lead, id)
		if isGone(err) {
			continue // an Account, or deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, nil
}
