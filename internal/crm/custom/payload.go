package custom

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// The types of events.
const (
	leadCreated = "lead.created"
	leadUpdated = "lead.updated"
)

// event is one event of one request.
type event struct {
	id        string
	kind      string
	requestID string
}

// newEvent returns the event that brings the receiver up to the lead's revision: created, as
// long as it never said that it has the lead. The id stands for the revision, so that what
// changed is never taken for a repetition.
func newEvent(s crm.State, destination string) event {
	e := event{kind: leadCreated, requestID: s.Lead.Request.ID}
	if s.Current != "" {
		e.kind = leadUpdated
	}
	parts := []string{s.Lead.Request.TenantID, destination, s.Lead.Request.ID, strconv.FormatInt(s.Lead.Revision, 10)}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	e.id = "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])[:26])
	return e
}

// message is the payload. Its names are a contract with receivers: what is here may be added
// to, not changed. Every field is always there, so that a tenant's expression can name it.
type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // when the request came in; the same over all repetitions
	Data      data      `json:"data"`
}

type data struct {
	TenantID   string            `json:"tenant_id"`
	Revision   int64             `json:"revision"` // a lead with a higher one replaces those before
	Request    requestView       `json:"request"`
	Person     personView        `json:"person"`
	Analysis   request.Analysis  `json:"analysis"`
	Transcript []request.Segment `json:"transcript"` // empty unless asked for
	Link       string            `json:"link"`       // the request in our dashboard
	Fields     map[string]any    `json:"fields"`     // what the tenant's mapping adds
}

type requestView struct {
	ID            string            `json:"request_id"`
	Kind          request.Kind      `json:"kind"`        // call, form, text
	ExternalID    string            `json:"external_id"` // the source's own id
	ReceivedAt    time.Time         `json:"received_at"`
	StartedAt     time.Time         `json:"started_at"` // when the call began or the form was sent
	Direction     string            `json:"direction"`
	Answered      bool              `json:"answered"`
	Voicemail     bool              `json:"voicemail"`
	FirstCall     bool              `json:"first_call"`
	DurationS     int               `json:"duration_s"`
	TrackingPhone string            `json:"tracking_phone"`
	BusinessPhone string            `json:"business_phone"`
	Source        string            `json:"source"`
	Medium        string            `json:"medium"`
	Campaign      string            `json:"campaign"`
	Keywords      string            `json:"keywords"`
	GCLID         string            `json:"gclid"`
	LandingPage   string            `json:"landing_page"`
	Referrer      string            `json:"referrer"`
	Tags          []string          `json:"tags"`
	Form          map[string]string `json:"form"` // a form's fields by the site's own names
	FormURL       string            `json:"form_url"`
	Text          string            `json:"text"` // a text message's content
}

type personView struct {
	Name       string `json:"name"`
	Phone      string `json:"phone"` // E.164
	Email      string `json:"email"`
	Address    string `json:"address"`
	City       string `json:"city"`
	State      string `json:"state"`
	PostalCode string `json:"postal_code"`
}

// payload returns the event's message. The same lead always makes the same bytes: receivers
// refuse an id that comes with another body.
func (e event) payload(lead crm.Lead, transcript bool) ([]byte, error) {
	m := message{Type: e.kind, Timestamp: lead.Request.ReceivedAt.UTC(), Data: data{
		TenantID: lead.Request.TenantID, Revision: lead.Revision, Request: viewRequest(lead.Request), Person: viewPerson(lead),
		Analysis: viewAnalysis(lead.Analysis), Transcript: []request.Segment{}, Link: lead.Link, Fields: make(map[string]any),
	}}
	if transcript && lead.Transcript != nil && lead.Transcript.Segments != nil {
		m.Data.Transcript = lead.Transcript.Segments
	}
	for name, field := range lead.Fields[crm.StepEvent] {
		if field.Value != nil {
			m.Data.Fields[name] = field.Value
		}
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode payload: %w", err)
	}
	return raw, nil
}

func viewRequest(r *request.Request) requestView {
	d := r.Details
	v := requestView{
		ID: r.ID, Kind: r.Kind, ExternalID: r.ExternalID, ReceivedAt: r.ReceivedAt.UTC(), StartedAt: r.StartedAt.UTC(),
		Direction: d.Direction, Answered: d.Answered, Voicemail: d.Voicemail, FirstCall: d.FirstCall, DurationS: d.DurationS,
		TrackingPhone: d.TrackingPhone, BusinessPhone: d.BusinessPhone, Source: d.Source, Medium: d.Medium, Campaign: d.Campaign,
		Keywords: d.Keywords, GCLID: d.GCLID, LandingPage: d.LandingPage, Referrer: d.Referrer, Tags: list(d.Tags),
		Form: make(map[string]string), FormURL: d.FormURL, Text: d.Text,
	}
	if r.StartedAt.IsZero() {
		v.StartedAt = v.ReceivedAt
	}
	for _, f := range d.Fields {
		v.Form[f.Name] = f.Value
	}
	return v
}

func viewPerson(lead crm.Lead) personView {
	d := lead.Request.Details
	v := personView{
		Name: lead.Person.Name, Phone: lead.Person.Phone, Email: lead.Person.Email,
		City: d.City, State: d.State, PostalCode: d.PostalCode,
	}
	if lead.Analysis != nil {
		v.Address = lead.Analysis.Customer.Address
	}
	return v
}

// viewAnalysis leaves out how the analysis was made.
func viewAnalysis(a *request.Analysis) request.Analysis {
	if a == nil {
		a = &request.Analysis{}
	}
	v := *a
	v.Model, v.ModelVersion, v.PromptVersion, v.PromptHash, v.ModelScore, v.Usage, v.Warnings = "", "", "", "", nil, request.Usage{}, nil
	v.ScoreBreakdown, v.NextSteps, v.Evidence = list(v.ScoreBreakdown), list(v.NextSteps), list(v.Evidence)
	if v.Confidence.Fields == nil {
		v.Confidence.Fields = make(map[string]float64)
	}
	v.ScoreBand = cmp.Or(v.ScoreBand, request.NoLead)
	return v
}

// list keeps an empty list from being null.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return slices.Clip(items)
}
