package salesforce

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// deal upserts the request's Opportunity for somebody who is a Contact. A Lead stands for
// its own deal until the sales team converts it, and what they make of it then is theirs.
func (c *Connector) deal(ctx context.Context, s crm.State) (crm.Record, error) {
	who := s.IDs[crm.StepContact]
	switch {
	case typeOf(who) == leads:
		return crm.Record{ID: who, Outcome: crm.Matched}, nil
	case typeOf(s.Current) == leads:
		return crm.Record{ID: s.Current, Outcome: crm.Matched}, nil
	case s.Current != "":
		return c.updateDeal(ctx, s)
	}
	customer, err := c.client.get(ctx, contacts, who, []string{"Id", "AccountId"})
	if err != nil {
		return crm.Record{}, c.blame(ctx, s, err)
	}
	schema, err := c.client.keyed(ctx, opportunities)
	if err != nil {
		return crm.Record{}, err
	}
	fields := c.newDeal(schema, s.Lead)
	fields["ContactId"] = who
	put(fields, "AccountId", customer.get("AccountId"))
	got, warnings, err := c.save(ctx, write{
		typ: opportunities, fields: fields, required: []string{"Name", "StageName", "CloseDate"}, mapped: s.Lead.Fields[crm.StepDeal],
		send: func(ctx context.Context, fields map[string]any) (saved, error) {
			return c.client.upsert(ctx, opportunities, s.Lead.Request.ID, payload{fields: fields})
		},
	})
	if err != nil {
		return crm.Record{Warnings: warnings}, c.blame(ctx, s, c.raced(err))
	}
	return crm.Record{ID: got.ID, Outcome: got.outcome(), Warnings: warnings}, nil
}

func (s saved) outcome() crm.Outcome {
	if s.Created {
		return crm.Created
	}
	return crm.Updated
}

func (c *Connector) newDeal(s schema, lead crm.Lead) map[string]any {
	started := c.config.local(startOf(lead))
	fields := map[string]any{
		"Name":        crm.Title(lead),
		"StageName":   c.config.Stage,
		"CloseDate":   started.AddDate(0, 0, c.config.CloseDays).Format(time.DateOnly),
		"Description": briefly(lead),
	}
	if dollars, ok := crm.Amount(lead.Analysis); ok {
		fields["Amount"] = dollars
	}
	put(fields, "LeadSource", c.leadSource(s, lead))
	put(fields, "OwnerId", c.owner(lead))
	return fields
}

// updateDeal adds what the Opportunity does not have. It belongs to the sales team.
func (c *Connector) updateDeal(ctx context.Context, s crm.State) (crm.Record, error) {
	schema, err := c.client.schema(ctx, opportunities)
	if err != nil {
		return crm.Record{}, err
	}
	names := []string{"Id", "Amount", "ContactId"}
	for name := range s.Lead.Fields[crm.StepDeal] {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	o, err := c.client.get(ctx, opportunities, s.Current, schema.present(names...))
	if err != nil {
		return crm.Record{}, err
	}
	fields := make(map[string]any)
	if dollars, ok := crm.Amount(s.Lead.Analysis); ok && o.get("Amount") == "" {
		fields["Amount"] = dollars
	}
	_, warnings, err := c.save(ctx, write{
		typ: opportunities, update: true, fields: fields, mapped: gaps(s.Lead.Fields[crm.StepDeal], o),
		send: func(ctx context.Context, fields map[string]any) (saved, error) {
			return saved{}, c.client.update(ctx, opportunities, o.id(), payload{fields: fields})
		},
	})
	if who := o.get("ContactId"); who != "" && who != s.IDs[crm.StepContact] {
		warnings = append(warnings, "Opportunity "+o.id()+" belongs to Contact "+who+", the request to "+s.IDs[crm.StepContact]+". Salesforce does not let us change that.")
	}
	return crm.Record{ID: o.id(), Outcome: crm.Updated, Warnings: warnings}, err
}

// findDeal reads the Opportunity by its key.
func (c *Connector) findDeal(ctx context.Context, s crm.State) (string, error) {
	if who := s.IDs[crm.StepContact]; typeOf(who) == leads {
		return who, nil
	}
	if _, err := c.client.keyed(ctx, opportunities); err != nil {
		return "", err
	}
	return c.client.byKey(ctx, opportunities, s.Lead.Request.ID)
}

// raced turns the answer that the key was taken while the record was upserted into one that
// has it looked up: two attempts of this very request met.
func (c *Connector) raced(err error) error {
	var taken takenError
	var e *crm.Error
	if !errors.As(err, &taken) || len(c.refused(err)) > 0 || !errors.As(err, &e) {
		return err
	}
	raced := *e
	raced.Fault = crm.Ambiguous
	return &raced
}

// tied are the fields by which records are linked.
var tied = []string{"WhoId", "WhatId", "ContactId", "AccountId"}

// blame finds out which of the records that a link needs is gone, or was converted:
// Salesforce does not always say.
func (c *Connector) blame(ctx context.Context, s crm.State, err error) error {
	var e *crm.Error
	if !errors.As(err, &e) || e.Fault != crm.Gone && !slices.ContainsFunc(e.Fields, func(name string) bool { return slices.Contains(tied, name) }) {
		return err
	}
	for _, step := range []string{crm.StepContact, crm.StepDeal} {
		id := s.IDs[step]
		if id == "" {
			continue
		}
		ok, findErr := c.client.usableID(ctx, id)
		if findErr != nil {
			return findErr
		}
		if !ok {
			return &crm.Error{Fault: crm.Gone, Op: "link records", Step: step, Err: err}
		}
	}
	return err
}
