package hubspot

import (
	"context"
	"maps"
	"strconv"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// deal upserts the request's deal and links it to the contact. A deal that is there already
// belongs to the sales team: only what the analysis says is brought up to date.
func (c *Connector) deal(ctx context.Context, s crm.State) (crm.Record, error) {
	rec, err := c.saveDeal(ctx, s)
	if err != nil {
		return rec, err
	}
	from := lookup{typ: deals, id: rec.ID}
	to := lookup{typ: contacts, id: s.IDs[crm.StepContact]}
	if err := c.client.associate(ctx, from, to); err != nil {
		return rec, c.blame(ctx, s, err)
	}
	return rec, nil
}

func (c *Connector) saveDeal(ctx context.Context, s crm.State) (crm.Record, error) {
	if s.Current != "" {
		return c.updateDeal(ctx, s)
	}
	properties := c.analysisProperties(s.Lead)
	properties["dealname"] = crm.Title(s.Lead)
	properties["pipeline"] = c.config.Pipeline
	properties["dealstage"] = c.config.DealStage
	put(properties, "amount", amount(s.Lead))
	put(properties, "hubspot_owner_id", c.owner(s.Lead))
	m, err := c.mapped(ctx, s.Lead, crm.StepDeal, deals)
	if err != nil {
		return crm.Record{}, err
	}
	maps.Copy(properties, m.properties)
	o, warnings, err := c.save(ctx, write{
		typ: deals, properties: properties, required: append(m.required, requestID, "dealname", "pipeline", "dealstage"),
		send: func(ctx context.Context, properties map[string]string) (object, error) {
			return c.client.upsert(ctx, dealKey(s.Lead), properties)
		},
	})
	if err != nil {
		return crm.Record{}, err
	}
	outcome := crm.Updated
	if o.New {
		outcome = crm.Created
	}
	return crm.Record{ID: o.ID, Outcome: outcome, Warnings: append(m.warnings, warnings...)}, nil
}

func (c *Connector) updateDeal(ctx context.Context, s crm.State) (crm.Record, error) {
	m, err := c.mapped(ctx, s.Lead, crm.StepDeal, deals)
	if err != nil {
		return crm.Record{}, err
	}
	o, err := c.client.get(ctx, lookup{typ: deals, id: s.Current, properties: append(crm.MappedNames(s.Lead.Fields[crm.StepDeal]), "amount")})
	if err != nil {
		return crm.Record{}, err
	}
	properties := c.analysisProperties(s.Lead)
	if o.get("amount") == "" {
		put(properties, "amount", amount(s.Lead))
	}
	maps.Copy(properties, m.gaps(o))
	saved, warnings, err := c.save(ctx, write{typ: deals, properties: properties, required: m.required, send: func(ctx context.Context, properties map[string]string) (object, error) {
		if len(properties) == 0 {
			return o, nil
		}
		return c.client.update(ctx, deals, o.ID, properties)
	}})
	return crm.Record{ID: saved.ID, Outcome: crm.Updated, Warnings: append(m.warnings, warnings...)}, err
}

// findDeal reads the deal by its unique property, past the search index.
func (c *Connector) findDeal(ctx context.Context, s crm.State) (string, error) {
	if _, err := c.client.ensure(ctx, deals); err != nil {
		return "", err
	}
	o, _, err := c.client.find(ctx, dealKey(s.Lead))
	return o.ID, err
}

func dealKey(lead crm.Lead) lookup {
	return lookup{typ: deals, id: lead.Request.ID, idProperty: requestID}
}

func (c *Connector) analysisProperties(lead crm.Lead) map[string]string {
	a := lead.Analysis
	properties := map[string]string{leadScore: strconv.Itoa(a.LeadScore)}
	put(properties, scoreBand, string(a.ScoreBand))
	put(properties, leadIntent, a.Intent)
	put(properties, projectType, a.ProjectType)
	put(properties, timeline, a.Timeline)
	put(properties, budgetHint, a.Budget.Signal)
	put(properties, leadSource, lead.Request.Details.Source)
	put(properties, requestURL, lead.Link)
	return properties
}

func amount(lead crm.Lead) string {
	dollars, ok := crm.Amount(lead.Analysis)
	if !ok {
		return ""
	}
	return strconv.FormatInt(dollars, 10)
}

// blame finds out which of the records that a link needs is gone: HubSpot does not say.
func (c *Connector) blame(ctx context.Context, s crm.State, err error) error {
	if crm.FaultOf(err) != crm.Gone {
		return err
	}
	for _, r := range []struct{ step, typ string }{{crm.StepContact, contacts}, {crm.StepDeal, deals}} {
		id := s.IDs[r.step]
		if id == "" {
			continue
		}
		_, ok, findErr := c.client.find(ctx, lookup{typ: r.typ, id: id})
		if findErr != nil {
			return findErr
		}
		if !ok {
			return &crm.Error{Fault: crm.Gone, Op: "link records", Step: r.step, Err: err}
		}
	}
	return err
}
