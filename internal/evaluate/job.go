package evaluate

import (
	"context"
	"fmt"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	region = "US" // of telephone numbers without a country

	// callerID stands for the number that nearly every call and text comes with: whether
	// somebody can be called back is part of the score.
	callerID = "+15555550100"
)

// job returns the case as the step would get it.
func (c *Case) job() *stage.Job {
	r := &request.Request{
		TenantID: "tenant_evaluation", ID: c.ID, Kind: c.Kind, Status: request.Transcribed,
		StartedAt: c.Call.StartTime.Time, ReceivedAt: c.Call.StartTime.Time,
		Details: request.Details{SourceName: c.Call.SourceName, DurationS: int(c.Call.DurationS)},
	}
	tr := &request.Transcript{Origin: request.OriginNone, Segments: []request.Segment{}}
	switch c.Kind {
	case request.Form:
		c.fillForm(r)
	case request.Text:
		r.Caller.Phone, r.Details.Text = callerID, c.message()
	default:
		c.fillCall(r, tr)
	}
	t := &tenant.Tenant{ID: r.TenantID, Status: tenant.Active, TimeZone: zoneOf(c.Call.StartTime), Region: region}
	t.Settings.Weights = c.Weights
	return &stage.Job{Tenant: t, Request: r, Record: record{transcript: tr}}
}

func (c *Case) fillCall(r *request.Request, tr *request.Transcript) {
	for i, turn := range c.Transcript {
		tr.Segments = append(tr.Segments, request.Segment{Index: i, Speaker: turn.Speaker, Start: turn.Start, End: turn.End, Text: turn.Text})
	}
	if !tr.Empty() {
		tr.Origin = request.OriginSpeech
	}
	r.Caller.Phone = callerID
	r.Details.Direction, r.Details.Voicemail = "inbound", c.Call.Voicemail
	r.Details.Answered = !tr.Empty() && !c.Call.Voicemail
	if c.Call.Answered != nil {
		r.Details.Answered = *c.Call.Answered
	}
}

func (c *Case) fillForm(r *request.Request) {
	r.Details.Fields = c.FormFields
	answers := make([]contact.Answer, 0, len(c.FormFields))
	for _, f := range c.FormFields {
		answers = append(answers, contact.Answer(f))
	}
	sender := contact.FromForm(answers, region)
	r.Caller = request.Caller{Name: sender.Name, Phone: sender.Phone, Email: sender.Email}
}

// message joins what the customer writes: a text has one sender.
func (c *Case) message() string {
	var said []string
	for _, turn := range c.Transcript {
		if turn.Speaker != request.Agent {
			said = append(said, turn.Text)
		}
	}
	return strings.Join(said, "\n")
}

// zoneOf returns a time zone in which the moment reads as it is written: "yesterday" and
// "Monday" are the company's.
func zoneOf(m Moment) string {
	_, offset := m.Zone()
	hours := offset / 3600
	if offset%3600 != 0 || hours == 0 || hours < -12 || hours > 14 {
		return "UTC"
	}
	return fmt.Sprintf("Etc/GMT%+d", -hours) // in these names west is positive
}

// record is a case's place in the store: an analyser reads the transcript and finds no earlier
// answer. It does nothing else with a record.
type record struct {
	stage.Record
	transcript *request.Transcript
}

func (r record) Transcript(context.Context) (*request.Transcript, error) { return r.transcript, nil }
func (r record) Answer(context.Context) (*request.Analysis, error)       { return nil, nil } //nolint:nilnil // as the interface says: there is none
