package pipedrive

import (
	"context"
	"net/url"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// deal makes the request's lead or deal and links it to the person, or brings the one that
// is there up to date.
func (c *Connector) deal(ctx context.Context, s crm.State) (crm.Record, error) {
	if err := c.client.learnDomain(ctx); err != nil {
		return crm.Record{}, err
	}
	if s.Current != "" {
		return c.updateDeal(ctx, s)
	}
	k := c.recordKind()
	w, err := c.newDeal(ctx, s, k)
	if err != nil {
		return crm.Record{}, err
	}
	w.send = func(ctx context.Context, v values) (record, error) { return c.client.create(ctx, k, v) }
	o, warnings, err := c.save(ctx, w)
	if err != nil {
		return crm.Record{Warnings: warnings}, c.blame(ctx, s, crm.StepContact, err)
	}
	return crm.Record{ID: o.id(), Outcome: crm.Created, Warnings: warnings}, nil
}

// recordKind is what new requests become.
func (c *Connector) recordKind() kind {
	if c.config.Record == RecordDeal {
		return deals
	}
	return leads
}

// kindOf is what a record is: a lead that was converted goes on as a deal, and a tenant may
// have changed the setting.
func kindOf(id string) kind {
	if isDeal(id) {
		return deals
	}
	return leads
}

func (c *Connector) newDeal(ctx context.Context, s crm.State, k kind) (write, error) {
	w, err := c.mapped(ctx, s.Lead, crm.StepDeal, k)
	if err != nil {
		return w, err
	}
	marker, err := c.markerFor(ctx, k)
	if err != nil {
		return w, err
	}
	w.mark(marker, s.Lead.Request.ID)
	w.need("title", crm.Title(s.Lead))
	w.need("person_id", number(s.IDs[crm.StepContact]))
	c.offerAmount(&w, s.Lead)
	if owner := c.owner(s.Lead); owner != 0 {
		w.offer("owner_id", owner)
	}
	if k.path == leads.path {
		w.need("origin_id", s.Lead.Request.ID)
		if len(c.config.LabelIDs) > 0 {
			w.offer("label_ids", c.config.LabelIDs)
		}
		return w, nil
	}
	var labels []any
	for _, id := range c.config.LabelIDs {
		labels = append(labels, number(id))
	}
	if labels != nil {
		w.offer("label_ids", labels)
	}
	if c.config.PipelineID != 0 {
		w.need("pipeline_id", c.config.PipelineID)
	}
	if c.config.StageID != 0 {
		w.need("stage_id", c.config.StageID)
	}
	return w, nil
}

// markerFor returns the key of the field for our mark. A lead is found by its origin_id
// without one; a person or deal is not.
func (c *Connector) markerFor(ctx context.Context, k kind) (string, error) {
	if k.path == leads.path {
		return c.client.optionalMarker(ctx, k)
	}
	return c.client.marker(ctx, k)
}

func (c *Connector) offerAmount(w *write, lead crm.Lead) {
	dollars, ok := crm.Amount(lead.Analysis)
	if !ok {
		return
	}
	if w.kind.path == leads.path {
		w.offer("value", map[string]any{"amount": dollars, "currency": c.config.Currency})
		return
	}
	w.offer("value", dollars)
	w.offer("currency", c.config.Currency)
}

// updateDeal brings a record up to date that belongs to the sales team by now: the link to
// the person, and gaps that the mapping or the analysis fills. What was archived cannot be
// written and stays as it is. What is neither marked nor the person's is of another company.
func (c *Connector) updateDeal(ctx context.Context, s crm.State) (crm.Record, error) {
	k := kindOf(s.Current)
	o, err := c.client.get(ctx, k, s.Current)
	if err != nil && k.path == leads.path && crm.FaultOf(err) == crm.Gone {
		return c.followConversion(ctx, s, err)
	}
	if err != nil {
		return crm.Record{}, err
	}
	if !o.marked(s.Lead.Request.ID) && o.reference("person_id") != s.IDs[crm.StepContact] {
		return crm.Record{}, notOurs(k)
	}
	rec := crm.Record{ID: o.id(), Outcome: crm.Updated}
	if o.flag("is_archived") {
		return archived(rec.ID), nil
	}
	w, err := c.changes(ctx, s, k, o)
	if err != nil || len(w.values) == 0 {
		rec.Warnings = w.warnings
		return rec, err
	}
	w.send = func(ctx context.Context, v values) (record, error) {
		if len(v) == 0 {
			return o, nil
		}
		return c.client.update(ctx, k, o.id(), v)
	}
	if _, rec.Warnings, err = c.save(ctx, w); err != nil {
		return rec, c.blame(ctx, s, crm.StepContact, err)
	}
	return rec, nil
}

func (c *Connector) changes(ctx context.Context, s crm.State, k kind, o record) (write, error) {
	w, err := c.mapped(ctx, s.Lead, crm.StepDeal, k)
	if err != nil {
		return w, err
	}
	w.onlyGaps(o)
	if person := s.IDs[crm.StepContact]; o.reference("person_id") != person {
		w.need("person_id", number(person))
	}
	if noValue(o) {
		c.offerAmount(&w, s.Lead)
	} else {
		delete(w.values, "currency")
	}
	return w, nil
}

// noValue reports whether nobody has said what a lead or deal is worth: a deal has 0 then.
func noValue(o record) bool { return o.empty("value") || o.text("value") == "0" }

func archived(id string) crm.Record {
	return crm.Record{ID: id, Outcome: crm.Matched, Warnings: []string{
		"The " + kindOf(id).name + " was archived in Pipedrive. It was left as it is.",
	}}
}

// followConversion goes on with the deal that a lead was converted to: a converted lead is
// deleted. If there is none the lead was deleted, and is made again.
func (c *Connector) followConversion(ctx context.Context, s crm.State, gone error) (crm.Record, error) {
	id, err := c.findMarked(ctx, s, append(c.lists(s, deals), c.lists(s, leads)[1]))
	switch {
	case err != nil:
		return crm.Record{}, err
	case id == "":
		return crm.Record{}, gone
	case id == s.Current: // read from the list of archived leads
		return archived(id), nil
	default:
		s.Current = id
		return c.updateDeal(ctx, s)
	}
}

// findDeal looks for the request's record by its mark, in the lists of the person's leads
// and deals, archived ones included: one that was archived or converted since is not made again.
func (c *Connector) findDeal(ctx context.Context, s crm.State) (string, error) {
	lists := c.lists(s, deals)
	if c.config.Record == RecordLead {
		lists = append(c.lists(s, leads), lists...)
	} else if _, err := c.client.marker(ctx, deals); err != nil {
		return "", err
	}
	return c.findMarked(ctx, s, lists)
}

// lists are the lists of a person's leads or deals: the current ones and the archived ones.
func (c *Connector) lists(s crm.State, k kind) []crm.Call {
	query := url.Values{"person_id": {s.IDs[crm.StepContact]}}
	return []crm.Call{
		{Op: "list " + k.path, Path: c.client.pathOf(k), Query: query},
		{Op: "list archived " + k.path, Path: c.client.pathOf(k, "archived"), Query: query},
	}
}

// findMarked returns the first record of the lists that carries the request's mark.
func (c *Connector) findMarked(ctx context.Context, s crm.State, lists []crm.Call) (string, error) {
	for _, list := range lists {
		o, err := first(c.client.list(ctx, list), func(o record) bool { return o.marked(s.Lead.Request.ID) })
		if err != nil {
			return "", err
		}
		if o != nil {
			return o.id(), nil
		}
	}
	return "", nil
}

// blame finds out whether the record that a link needs is gone: Pipedrive refuses the link
// for it with one status or another.
func (c *Connector) blame(ctx context.Context, s crm.State, step string, err error) error {
	fault, id := crm.FaultOf(err), s.IDs[step]
	if fault != crm.Gone && fault != crm.Invalid || id == "" {
		return err
	}
	k := persons
	if step == crm.StepDeal {
		k = kindOf(id)
	}
	_, getErr := c.client.get(ctx, k, id)
	switch {
	case getErr == nil:
		return err
	case crm.FaultOf(getErr) == crm.Gone:
		return &crm.Error{Fault: crm.Gone, Op: "link records", Step: step, Err: err}
	default:
		return getErr
	}
}
