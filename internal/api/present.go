package api

import (
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// detail is a request with everything that belongs to it.
type detail struct {
	request    *request.Request
	transcript *request.Transcript // nil: none yet
	analysis   *request.Analysis   // nil: none yet
	deliveries []request.Delivery
	events     []request.Event
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

func presentDetail(d *detail) RequestDetail {
	return RequestDetail{
		RequestCommon: presentCommon(d.request),
		Transcript:    presentTranscript(d.transcript),
		Analysis:      presentAnalysis(d.analysis),
		Deliveries:    presentDeliveries(d.deliveries),
		Timeline:      presentEvents(d.events),
	}
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
