package hubspot

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// maxBody is the longest body of a call or note, in bytes; HubSpot counts characters.
const maxBody = 65_536

// activityType is what the request is on the contact's timeline: a call, or a note for what
// was written.
func activityType(lead crm.Lead) string {
	if lead.Request.Kind == request.Call {
		return calls
	}
	return notes
}

// activity creates the call or note with its links to contact and deal in one request.
func (c *Connector) activity(ctx context.Context, s crm.State) (crm.Record, error) {
	typ := activityType(s.Lead)
	m, err := c.mapped(ctx, s.Lead, crm.StepCall, typ)
	if err != nil {
		return crm.Record{}, err
	}
	if s.Current != "" {
		return c.updateActivity(ctx, s, m)
	}
	properties := c.activityProperties(s.Lead)
	maps.Copy(properties, m.properties)
	o, warnings, err := c.save(ctx, write{
		typ: typ, properties: properties, required: append(m.required, requestID, "hs_timestamp", "hs_call_title", "hs_call_body", "hs_note_body"),
		send: func(ctx context.Context, properties map[string]string) (object, error) {
			return c.client.create(ctx, typ, properties, links(typ, s))
		},
	})
	var there existsError
	if errors.As(err, &there) {
		s.Current = there.id
		return c.adoptActivity(ctx, s, m, err)
	}
	if err != nil {
		return crm.Record{}, c.blame(ctx, s, err)
	}
	return crm.Record{ID: o.ID, Outcome: crm.Created, Warnings: append(m.warnings, warnings...)}, nil
}

// updateActivity rewrites what is ours, and links it again: the contact may be a new one.
func (c *Connector) updateActivity(ctx context.Context, s crm.State, m mapping) (crm.Record, error) {
	typ := activityType(s.Lead)
	properties := c.activityProperties(s.Lead)
	maps.Copy(properties, m.properties)
	delete(properties, requestID)
	delete(properties, "hubspot_owner_id")
	o, warnings, err := c.save(ctx, write{typ: typ, properties: properties, required: m.required, send: func(ctx context.Context, properties map[string]string) (object, error) {
		return c.client.update(ctx, typ, s.Current, properties)
	}})
	if err != nil {
		return crm.Record{}, err
	}
	rec := crm.Record{ID: o.ID, Outcome: crm.Updated, Warnings: append(m.warnings, warnings...)}
	for step, to := range map[string]string{crm.StepContact: contacts, crm.StepDeal: deals} {
		err := c.client.associate(ctx, lookup{typ: typ, id: o.ID}, lookup{typ: to, id: s.IDs[step]})
		if err != nil {
			return rec, c.blame(ctx, s, err)
		}
	}
	return rec, nil
}

// adoptActivity goes on with the record that a create ran into, where the marker is unique.
func (c *Connector) adoptActivity(ctx context.Context, s crm.State, m mapping, conflict error) (crm.Record, error) {
	if s.Current == "" {
		typ := activityType(s.Lead)
		o, ok, err := c.client.find(ctx, lookup{typ: typ, id: s.Lead.Request.ID, idProperty: requestID})
		if err != nil {
			return crm.Record{}, err
		}
		if !ok {
			return crm.Record{}, conflict
		}
		s.Current = o.ID
	}
	return c.updateActivity(ctx, s, m)
}

// findActivity searches the call or note by its marker. Of several, the oldest is ours.
func (c *Connector) findActivity(ctx context.Context, s crm.State) (string, error) {
	typ := activityType(s.Lead)
	if _, err := c.client.ensure(ctx, typ); err != nil {
		return "", err
	}
	groups := anyOf(filter{requestID, "EQ", s.Lead.Request.ID})
	found, err := c.client.search(ctx, typ, groups, []string{requestID})
	if err != nil || len(found) == 0 {
		return "", err
	}
	oldest := slices.MinFunc(found, func(a, b object) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return oldest.ID, nil
}

func links(typ string, s crm.State) []association {
	toContact, toDeal := callToContact, callToDeal
	if typ == notes {
		toContact, toDeal = noteToContact, noteToDeal
	}
	return []association{linkTo(s.IDs[crm.StepContact], toContact), linkTo(s.IDs[crm.StepDeal], toDeal)}
}

func (c *Connector) activityProperties(lead crm.Lead) map[string]string {
	r := lead.Request
	at := r.StartedAt
	if at.IsZero() {
		at = r.ReceivedAt
	}
	properties := map[string]string{
		requestID:      r.ID,
		"hs_timestamp": at.UTC().Format(time.RFC3339),
	}
	put(properties, "hubspot_owner_id", c.owner(lead))
	if activityType(lead) == notes {
		properties["hs_note_body"] = "<p><b>" + crm.ActivityTitle(lead) + "</b></p>" + crm.HTML(lead, maxBody-200)
		return properties
	}
	properties["hs_call_title"] = crm.ActivityTitle(lead)
	properties["hs_call_body"] = crm.HTML(lead, maxBody)
	properties["hs_call_duration"] = strconv.Itoa(r.Details.DurationS * 1000) // milliseconds
	properties["hs_call_status"] = callStatus(r)
	ours := cmp.Or(r.Details.TrackingPhone, r.Details.BusinessPhone)
	from, to := lead.Person.Phone, ours
	properties["hs_call_direction"] = "INBOUND"
	if r.Details.Direction == "outbound" {
		properties["hs_call_direction"] = "OUTBOUND"
		from, to = to, from
	}
	put(properties, "hs_call_from_number", from)
	put(properties, "hs_call_to_number", to)
	return properties
}

func callStatus(r *request.Request) string {
	if r.Details.Answered || r.Details.Voicemail {
		return "COMPLETED"
	}
	return "NO_ANSWER"
}
