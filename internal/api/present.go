package api

import (
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// detail is a request with everything that belongs to it.
type detail struct {
	request     *request.Request
	transcript  *request.Transcript // nil: none yet
	answer      *request.Analysis   // the analyser's own; nil: none yet
	corrections []request.Correction
	deliveries  []request.Delivery
	events      []request.Event
}

func presentRequest(r *request.Request) Request {
	return Request{RequestCommon: presentCommon(r), Timeline: found(r, r.Timeline)}
}

func presentCommon(r *request.Request) RequestCommon {
	return RequestCommon{
		RequestID: r.ID, TenantID: r.TenantID, Kind: r.Kind, Status: r.Status, CRMState: r.CRMState,
		Source: r.Details.Source, ReceivedAt: r.ReceivedAt.UTC(), Caller: r.Caller,
		Intent: found(r, r.Intent), ProjectType: found(r, r.ProjectType), Budget: found(r, r.Budget),
		LeadScore: found(r, r.LeadScore), ScoreBand: found(r, string(r.ScoreBand)), Summary: found(r, r.Summary),
	}
}

// found returns what the analysis found, nil before it: the band is set by every analysis.
func found[T any](r *request.Request, value T) *T {
	if r.ScoreBand == "" {
		return nil
	}
	return &value
}

// present returns the request as people have put it right. It is priced as of the day on
// which it came.
func (d *detail) present(prices *cost.Table) RequestDetail {
	r := d.request
	shown := RequestDetail{
		RequestCommon: presentCommon(r), Run: r.Run, Reason: r.Reason, Hold: r.Hold,
		SourceDetails: presentSource(r.Details), Recording: presentRecording(r.Recording),
		Transcript: presentTranscript(d.transcript), Analysis: presentAnalysis(d.answer.Corrected(d.corrections)),
		Corrections: presentCorrections(d.corrections, d.answer), Deliveries: presentDeliveries(d.deliveries),
		Timeline: presentEvents(d.events), Cost: d.cost(prices),
	}
	if !r.StartedAt.IsZero() {
		at := r.StartedAt.UTC()
		shown.StartedAt = &at
	}
	return shown
}

func (d *detail) cost(prices *cost.Table) Cost {
	var calls int64
	for _, one := range d.deliveries {
		calls += one.Calls
	}
	sum := prices.At(d.request.ReceivedAt).Of(d.request.Metering, calls)
	sum.Components = list(sum.Components)
	return sum
}

func presentSource(d request.Details) SourceDetails {
	shown := SourceDetails{
		Direction: d.Direction, CallType: d.CallType, Answered: d.Answered, Voicemail: d.Voicemail, FirstCall: d.FirstCall,
		DurationS: d.DurationS, City: d.City, State: d.State, Country: d.Country, PostalCode: d.PostalCode,
		BusinessPhone: d.BusinessPhone, TrackingPhone: d.TrackingPhone, SourceName: d.SourceName, Medium: d.Medium,
		Campaign: d.Campaign, Keywords: d.Keywords, Gclid: d.GCLID, LandingPage: d.LandingPage, Referrer: d.Referrer,
		FormURL: d.FormURL, Text: d.Text, Tags: d.Tags, Note: d.Note, Value: d.Value, LeadStatus: d.LeadStatus,
	}
	for _, field := range d.Fields {
		shown.Fields = append(shown.Fields, FormField(field))
	}
	return shown
}

func presentRecording(r request.Recording) RecordingState {
	return RecordingState{
		Available: r.Kept(), DurationS: r.DurationS, Channels: r.Channels, ContentType: r.ContentType, Absent: r.Absent,
	}
}

// presentCorrections returns the corrections with what the analyser's own answer was.
func presentCorrections(made []request.Correction, answer *request.Analysis) []Correction {
	shown := make([]Correction, 0, len(made))
	for _, c := range made {
		shown = append(shown, Correction{Field: c.Field, Value: c.Value, Was: answer.Was(c.Field), By: c.Actor, At: c.At.UTC()})
	}
	return shown
}

// The functions below make lists that are nil empty: the document promises lists, and nil
// would be written as null.

func presentTranscript(t *request.Transcript) *request.Transcript {
	if t == nil {
		return nil
	}
	shown := *t
	shown.Segments = list(t.Segments)
	return &shown
}

func presentAnalysis(a *request.Analysis) *request.Analysis {
	if a == nil {
		return nil
	}
	shown := *a
	shown.ScoreBreakdown, shown.NextSteps, shown.Evidence = list(a.ScoreBreakdown), list(a.NextSteps), list(a.Evidence)
	if shown.Confidence.Fields == nil {
		shown.Confidence.Fields = map[string]float64{}
	}
	return &shown
}

func presentDeliveries(deliveries []request.Delivery) []request.Delivery {
	shown := make([]request.Delivery, 0, len(deliveries))
	for _, d := range deliveries {
		d.Ledger = list(d.Ledger)
		shown = append(shown, d)
	}
	return shown
}

func presentEvents(events []request.Event) []Event {
	shown := make([]Event, 0, len(events))
	for _, e := range events {
		shown = append(shown, Event{
			At: e.At.UTC(), Step: e.Step, Name: e.Name, Detail: e.Detail, DurationMS: e.Duration.Milliseconds(),
		})
	}
	return shown
}

func list[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}
