package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Lessons reads what people have put right, with what was said.
type Lessons interface {
	Corrected(ctx context.Context, after string, limit int) (found []store.Assessed, next string, err error)
	AuditEach(ctx context.Context, actor, action string, targets []string) error
}

const listOfCases = "cases"

// byID is the time in a place of a list that is ordered by id alone.
var byID = time.Unix(0, 0)

// ListCorrectionCases implements GET /v1/tenants/{tenant_id}/corrections/cases. It shows what was
// said, so nothing is answered unless the audit log has each request.
func (h *handlers) ListCorrectionCases(ctx context.Context, in ListCorrectionCasesRequestObject) (ListCorrectionCasesResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	owner, err := h.grantedTenant(ctx)
	if err != nil {
		return nil, err
	}
	from, err := placeOf(listOfCases, in.Params.PageToken)
	if err != nil {
		return nil, err
	}
	scope := h.scope(owner.ID)
	found, next, err := scope.Corrected(ctx, from.id, in.Params.Limit)
	if err != nil {
		return nil, fmt.Errorf("list corrected requests: %w", err)
	}
	page := ListCorrectionCases200JSONResponse{Cases: []Case{}}
	if next != "" {
		page.NextPageToken = place{at: byID, id: next}.token(listOfCases)
	}
	var shown []string
	for _, a := range found {
		if a.Answer == nil || a.Transcript == nil { // its words have expired: nobody could say what is right
			continue
		}
		page.Cases = append(page.Cases, presentCase(owner, a))
		shown = append(shown, a.Request.ID)
	}
	if err := scope.AuditEach(ctx, granted.principal.Actor(), "transcript.export", shown); err != nil {
		return nil, fmt.Errorf("audit export of transcripts: %w", err)
	}
	return page, nil
}

// presentCase returns a request as a case that an evaluation reads.
func presentCase(owner *tenant.Tenant, a store.Assessed) Case {
	r, began := a.Request, a.Request.StartedAt
	if began.IsZero() {
		began = r.ReceivedAt
	}
	c := Case{
		ID: r.ID, Kind: r.Kind, Labels: presentLabels(r, a.Analysis()), Tags: []string{},
		Call: CaseCall{
			DurationS: float64(r.Details.DurationS), Answered: r.Details.Answered, Voicemail: r.Details.Voicemail,
			SourceName: r.Details.SourceName, StartTime: began.In(owner.Location()),
		},
	}
	if len(owner.Settings.Weights) > 0 {
		c.Weights = &owner.Settings.Weights
	}
	for _, made := range a.Corrections {
		c.Tags = append(c.Tags, "corrected:"+made.Field)
	}
	if r.Kind == request.Form {
		c.FormFields = formObject(r.Details.Fields)
		return c
	}
	c.Transcript = []CaseTurn{}
	for _, s := range a.Transcript.Segments {
		c.Transcript = append(c.Transcript, CaseTurn{Speaker: s.Speaker, Start: s.Start, End: s.End, Text: s.Text})
	}
	return c
}

func presentLabels(r *request.Request, a *request.Analysis) CaseLabels {
	name, email := a.Customer.Name, a.Customer.Email
	if r.Kind == request.Form { // its fields name the sender
		name, email = cmp.Or(name, r.Caller.Name), cmp.Or(email, r.Caller.Email)
	}
	return CaseLabels{
		Intent: a.Intent, ProjectType: a.ProjectType, Timeline: a.Timeline, Budget: a.Budget.Signal,
		LeadScore: a.LeadScore, ScoreBand: a.ScoreBand, IsLead: a.IsLead, Spam: a.Spam, Appointment: a.Appointment,
		CustomerName: orNull(name), CustomerEmail: orNull(email),
	}
}

// orNull returns nil for what was not given.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// formObject returns a form's fields as an object in their order, which a map would not keep.
func formObject(fields []request.Field) json.RawMessage {
	var names []string
	values := map[string][]string{}
	for _, f := range fields {
		if values[f.Name] == nil {
			names = append(names, f.Name)
		}
		values[f.Name] = append(values[f.Name], f.Value)
	}
	object := bytes.NewBufferString("{")
	for i, name := range names {
		if i > 0 {
			object.WriteByte(',')
		}
		object.Write(jsonOf(name))
		object.WriteByte(':')
		if len(values[name]) == 1 {
			object.Write(jsonOf(values[name][0]))
		} else {
			object.Write(jsonOf(values[name]))
		}
	}
	object.WriteByte('}')
	return object.Bytes()
}

// jsonOf encodes texts, which always can be.
func jsonOf[T string | []string](v T) []byte {
	text, _ := json.Marshal(v)
	return text
}
