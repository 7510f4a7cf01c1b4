package salesforce

import (
	"context"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// maxBody is the longest description of a Task, in bytes; Salesforce counts characters.
const maxBody = 32_000

// activity upserts the Task that the request is on the person's timeline: a call, or what
// was written.
func (c *Connector) activity(ctx context.Context, s crm.State) (crm.Record, error) {
	schema, err := c.client.keyed(ctx, tasks)
	if err != nil {
		return crm.Record{}, err
	}
	w := write{
		typ: tasks, fields: c.taskFields(schema, s), required: []string{"Subject", "Description", "WhoId", "WhatId"}, mapped: s.Lead.Fields[crm.StepCall],
		send: func(ctx context.Context, fields map[string]any) (saved, error) {
			return c.client.upsert(ctx, tasks, s.Lead.Request.ID, payload{fields: fields})
		},
	}
	if s.Current != "" {
		return c.updateActivity(ctx, s, w)
	}
	got, warnings, err := c.save(ctx, w)
	if err != nil {
		return crm.Record{Warnings: warnings}, c.blame(ctx, s, c.raced(err))
	}
	return crm.Record{ID: got.ID, Outcome: got.outcome(), Warnings: warnings}, nil
}

// updateActivity rewrites what is ours, and links the Task again: the person may be a new
// one. Owner and status may have changed for a reason.
func (c *Connector) updateActivity(ctx context.Context, s crm.State, w write) (crm.Record, error) {
	delete(w.fields, "OwnerId")
	delete(w.fields, "Status")
	w.update = true
	w.send = func(ctx context.Context, fields map[string]any) (saved, error) {
		return saved{}, c.client.update(ctx, tasks, s.Current, payload{fields: fields})
	}
	_, warnings, err := c.save(ctx, w)
	if err != nil {
		return crm.Record{Warnings: warnings}, c.blame(ctx, s, err)
	}
	return crm.Record{ID: s.Current, Outcome: crm.Updated, Warnings: warnings}, nil
}

// findActivity reads the Task by its key.
func (c *Connector) findActivity(ctx context.Context, s crm.State) (string, error) {
	if _, err := c.client.keyed(ctx, tasks); err != nil {
		return "", err
	}
	return c.client.byKey(ctx, tasks, s.Lead.Request.ID)
}

func (c *Connector) taskFields(s schema, state crm.State) map[string]any {
	lead := state.Lead
	r := lead.Request
	fields := map[string]any{
		"Subject":      crm.ActivityTitle(lead),
		"Description":  circumstances(r) + crm.Text(lead, maxBody-200),
		"ActivityDate": c.config.local(startOf(lead)).Format(time.DateOnly),
		"WhoId":        state.IDs[crm.StepContact],
	}
	put(fields, "Status", s.offered("Status", c.config.TaskStatus)) // left out, it is the org's default
	put(fields, "OwnerId", c.owner(lead))
	if deal := state.IDs[crm.StepDeal]; typeOf(deal) == opportunities {
		fields["WhatId"] = deal // a Lead's Task cannot have one
	}
	if r.Kind != request.Call {
		return fields
	}
	fields["TaskSubtype"] = "Call"
	fields["CallType"] = "Inbound"
	if r.Details.Direction == "outbound" {
		fields["CallType"] = "Outbound"
	}
	fields["CallDurationInSeconds"] = r.Details.DurationS
	fields["CallDisposition"] = disposition(r)
	put(fields, "CallObject", r.ExternalID)
	return fields
}

// circumstances says what the fields of calls hold: not every org has them.
func circumstances(r *request.Request) string {
	if r.Kind != request.Call {
		return ""
	}
	direction := "Inbound"
	if r.Details.Direction == "outbound" {
		direction = "Outbound"
	}
	return fmt.Sprintf("%s call, %s, %v\n\n", direction, disposition(r), time.Duration(r.Details.DurationS)*time.Second)
}

func disposition(r *request.Request) string {
	switch {
	case r.Details.Voicemail:
		return "voicemail"
	case r.Details.Answered:
		return "answered"
	default:
		return "missed"
	}
}

// startOf returns when the person called or wrote, as clocks showed it where the tenant lives.
func startOf(lead crm.Lead) time.Time {
	at := lead.Request.StartedAt
	if at.IsZero() {
		at = lead.Request.ReceivedAt
	}
	if lead.Zone == nil {
		return at
	}
	return at.In(lead.Zone)
}

// briefly describes a lead without its transcript.
func briefly(lead crm.Lead) string {
	lead.Transcript = nil
	return crm.Text(lead, maxSummary)
}
