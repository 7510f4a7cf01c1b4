package pipedrive

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// maxBody is the longest text of a note, in bytes: Pipedrive documents 100,000 characters
// in one place and more in another.
const maxBody = 90_000

// activity writes what was said onto the lead or deal: as a note, or as a call log if the
// tenant wants calls logged.
func (c *Connector) activity(ctx context.Context, s crm.State) (crm.Record, error) {
	k := notes
	if c.logsCall(s) {
		k = callLogs
	}
	warnings, err := noFields(s.Lead, crm.StepCall, k)
	if err != nil {
		return crm.Record{}, err
	}
	rec, err := c.saveActivity(ctx, s, k)
	rec.Warnings = append(warnings, rec.Warnings...)
	return rec, err
}

// logsCall reports whether the request becomes a call log. After an attempt of unknown
// outcome it does not: nobody can tell whether there is one, and a note can be told.
func (c *Connector) logsCall(s crm.State) bool {
	if s.Current != "" {
		return !isNote(s.Current)
	}
	_, to := numbers(s.Lead)
	return c.config.Activity == ActivityCallLog && s.Lead.Request.Kind == request.Call && to != "" && !s.Unsure
}

// isNote tells the id of a note, a number, from that of a call log.
func isNote(id string) bool {
	_, err := strconv.ParseInt(id, 10, 64)
	return err == nil
}

func (c *Connector) saveActivity(ctx context.Context, s crm.State, k kind) (crm.Record, error) {
	switch {
	case k.path == callLogs.path && s.Current != "":
		return crm.Record{ID: s.Current, Outcome: crm.Matched, Warnings: []string{
			"Pipedrive's call logs cannot be changed. The call log shows what was known when it was written.",
		}}, nil
	case k.path == callLogs.path:
		return c.logCall(ctx, s)
	case s.Current != "":
		return c.updateNote(ctx, s)
	default:
		o, err := c.client.create(ctx, notes, note(s))
		if err != nil {
			return crm.Record{}, c.blame(ctx, s, crm.StepDeal, err)
		}
		return crm.Record{ID: o.id(), Outcome: crm.Created}, nil
	}
}

// updateNote rewrites the request's note. One that does not mention the request is somebody
// else's.
func (c *Connector) updateNote(ctx context.Context, s crm.State) (crm.Record, error) {
	o, err := c.client.get(ctx, notes, s.Current)
	if err != nil {
		return crm.Record{}, err
	}
	if !mentions(o.text("content"), s.Lead.Request.ID) {
		return crm.Record{}, notOurs(notes)
	}
	if o, err = c.client.update(ctx, notes, o.id(), note(s)); err != nil {
		return crm.Record{}, c.blameUnlessGone(ctx, s, err)
	}
	return crm.Record{ID: o.id(), Outcome: crm.Updated}, nil
}

// blameUnlessGone blames the lead or deal only for what is not the note's own absence.
func (c *Connector) blameUnlessGone(ctx context.Context, s crm.State, err error) error {
	if crm.FaultOf(err) == crm.Gone {
		return err
	}
	return c.blame(ctx, s, crm.StepDeal, err)
}

// note returns the note of a lead. It ends with the request's id in plain sight: comments
// and attributes may not survive Pipedrive's cleaning of HTML.
func note(s crm.State) values {
	id := s.Lead.Request.ID
	v := values{"content": "<p><b>" + crm.ActivityTitle(s.Lead) + "</b></p>" + crm.HTML(s.Lead, maxBody-500) + "<p>Request " + id + "</p>"}
	linkDeal(v, s)
	return v
}

// linkDeal names the lead or deal that an activity belongs to.
func linkDeal(v values, s crm.State) {
	id := s.IDs[crm.StepDeal]
	if isDeal(id) {
		v["deal_id"] = number(id)
		return
	}
	v["lead_id"] = id
}

// findActivity looks for the request's note among those of the lead or deal. A call log
// cannot be looked up.
func (c *Connector) findActivity(ctx context.Context, s crm.State) (string, error) {
	name, id := "lead_id", s.IDs[crm.StepDeal]
	if isDeal(id) {
		name = "deal_id"
	}
	list := c.client.list(ctx, crm.Call{Op: "list notes", Path: c.client.pathOf(notes), Query: url.Values{name: {id}}})
	o, err := first(list, func(o record) bool { return mentions(o.text("content"), s.Lead.Request.ID) })
	if err != nil || o == nil {
		return "", err
	}
	return o.id(), nil
}

// mentions reports whether a text holds an id, and not just the beginning of a longer one.
func mentions(content, id string) bool {
	for rest := content; ; {
		_, after, found := strings.Cut(rest, id)
		if !found {
			return false
		}
		if after == "" || !isIDByte(after[0]) {
			return true
		}
		rest = after
	}
}

func isIDByte(b byte) bool {
	return b == '_' || b == '-' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// Forms of a call log's times: the schema knows the first alone, the prose the second.
var timeForms = []string{time.RFC3339, time.DateTime}

// logCall creates the call log. A refused form of its times is not the end: nothing was
// created, and the other form is tried.
func (c *Connector) logCall(ctx context.Context, s crm.State) (crm.Record, error) {
	var o record
	var err error
	for _, form := range timeForms {
		o, err = c.client.create(ctx, callLogs, callLog(s, form))
		if !refusedTimes(err) {
			break
		}
	}
	if err != nil {
		return crm.Record{}, c.blame(ctx, s, crm.StepDeal, err)
	}
	return crm.Record{ID: o.id(), Outcome: crm.Created}, nil
}

func refusedTimes(err error) bool {
	fields := fieldsOf(err)
	return slices.Contains(fields, "start_time") || slices.Contains(fields, "end_time")
}

func callLog(s crm.State, form string) values {
	r := s.Lead.Request
	start := r.StartedAt
	if start.IsZero() {
		start = r.ReceivedAt
	}
	end := start.Add(time.Duration(r.Details.DurationS) * time.Second)
	from, to := numbers(s.Lead)
	v := values{
		"subject":         crm.ActivityTitle(s.Lead),
		"outcome":         outcome(s.Lead),
		"duration":        strconv.Itoa(r.Details.DurationS), // seconds, but as text
		"to_phone_number": to,
		"start_time":      start.UTC().Format(form),
		"end_time":        end.UTC().Format(form),
		"person_id":       number(s.IDs[crm.StepContact]),
		"note":            crm.HTML(s.Lead, maxBody-500) + "<p>Request " + r.ID + "</p>",
	}
	if from != "" {
		v["from_phone_number"] = from
	}
	linkDeal(v, s)
	return v
}

// numbers returns who called whom, as far as it is known.
func numbers(lead crm.Lead) (from, to string) {
	d := lead.Request.Details
	ours := d.TrackingPhone
	if ours == "" {
		ours = d.BusinessPhone
	}
	if d.Direction == "outbound" {
		return ours, lead.Person.Phone
	}
	return lead.Person.Phone, ours
}

func outcome(lead crm.Lead) string {
	switch d := lead.Request.Details; {
	case d.Voicemail:
		return "left_voicemail"
	case !d.Answered:
		return "no_answer"
	case lead.Analysis.Intent == "wrong_number":
		return "wrong_number"
	default:
		return "connected"
	}
}
