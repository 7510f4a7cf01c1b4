package expr

import (
	"cmp"
	"reflect"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Subject is the request that expressions speak about.
type Subject struct {
	Tenant     *tenant.Tenant
	Request    *request.Request
	Analysis   *request.Analysis   // nil: none yet, which reads like an empty one
	Transcript *request.Transcript // nil: nobody said anything
	Link       string              // the request in our dashboard
	Tags       []string            // what the workflow has decided so far
	Owner      string
}

// Vars are a subject in the form that programs read. They may be used by many programs, and
// by several at once.
type Vars struct{ values map[string]any }

// variables is what tenants see. Its names and types are a contract with them: what is here
// may be added to, not changed.
type variables struct {
	Request      requestView          `json:"request"`
	Person       personView           `json:"person"`
	Analysis     request.Analysis     `json:"analysis"`
	Answers      map[string]any       `json:"answers"`      // to the company's own questions, by their ids
	Conversation request.Conversation `json:"conversation"` // that of the analysis; without one an empty one
	Transcript   transcriptView       `json:"transcript"`
	Tenant       tenantView           `json:"tenant"`
	Tags         []string             `json:"tags"`
	Owner        string               `json:"owner"`
	Now          time.Time            `json:"now"`
}

type requestView struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"` // call, form, text
	ExternalID string            `json:"external_id"`
	Run        int64             `json:"run"`
	ReceivedAt time.Time         `json:"received_at"`
	StartedAt  time.Time         `json:"started_at"` // when the call began or the form was sent; at the latest when it came in
	Source     string            `json:"source"`     // marketing source, for instance Google Ads
	Caller     request.Caller    `json:"caller"`
	Details    request.Details   `json:"details"`
	Form       map[string]string `json:"form"` // a form's fields by the site's own names
	Link       string            `json:"link"`
}

type personView struct {
	Name  string `json:"name"`
	First string `json:"first"`
	Last  string `json:"last"`
	Phone string `json:"phone"` // E.164
	Email string `json:"email"`
}

type transcriptView struct {
	Origin       string            `json:"origin"`
	Language     string            `json:"language"`
	DurationS    float64           `json:"duration_s"`
	Text         string            `json:"text"`          // everything that was said, a line for each segment
	CustomerText string            `json:"customer_text"` // what the customer said
	Segments     []request.Segment `json:"segments"`
}

type tenantView struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	TimeZone    string   `json:"time_zone"`
	Region      string   `json:"region"`
	Services    []string `json:"services"`
	ServiceArea []string `json:"service_area"`
	Hours       string   `json:"hours"`
	MinimumJob  int64    `json:"minimum_job"`
}

// Vars makes the subject readable for programs.
func (s Subject) Vars() *Vars {
	if s.Analysis == nil {
		s.Analysis = &request.Analysis{}
	}
	if s.Transcript == nil {
		s.Transcript = &request.Transcript{}
	}
	v := variables{
		Request: s.request(), Person: s.person(), Analysis: *s.Analysis, Answers: s.answers(), Transcript: s.transcript(), Tenant: s.tenant(),
		Tags: s.Tags, Owner: s.Owner, Now: s.Request.ReceivedAt,
	}
	if s.Analysis.Conversation != nil {
		v.Conversation = *s.Analysis.Conversation
	}
	values, _ := native(reflect.ValueOf(v)).(map[string]any)
	return &Vars{values: values}
}

// With returns the variables with what the workflow has decided since.
func (v *Vars) With(tags []string, owner string) *Vars {
	values := make(map[string]any, len(v.values))
	for name, value := range v.values {
		values[name] = value
	}
	values["tags"], values["owner"] = native(reflect.ValueOf(tags)), owner
	return &Vars{values: values}
}

func (s Subject) request() requestView {
	r := s.Request
	view := requestView{
		ID: r.ID, Kind: string(r.Kind), ExternalID: r.ExternalID, Run: r.Run, ReceivedAt: r.ReceivedAt, StartedAt: r.StartedAt,
		Source: r.Details.Source, Caller: r.Caller, Details: r.Details, Form: make(map[string]string), Link: s.Link,
	}
	if view.StartedAt.IsZero() {
		view.StartedAt = r.ReceivedAt
	}
	for _, f := range r.Details.Fields {
		view.Form[f.Name] = f.Value
	}
	return view
}

func (s Subject) answers() map[string]any {
	byID := make(map[string]any, len(s.Analysis.Answers))
	for _, a := range s.Analysis.Answers {
		byID[a.ID] = a.Value
	}
	return byID
}

func (s Subject) person() personView {
	p := crm.PersonOf(s.Request, s.Analysis, s.Tenant.Region)
	view := personView{Name: p.Name, First: p.Name, Phone: p.Phone, Email: p.Email}
	if words := strings.Fields(p.Name); len(words) > 1 {
		view.First, view.Last = strings.Join(words[:len(words)-1], " "), words[len(words)-1]
	}
	return view
}

func (s Subject) transcript() transcriptView {
	t := s.Transcript
	var all, customer []string
	for _, segment := range t.Segments {
		all = append(all, segment.Text)
		if segment.Speaker == request.Customer {
			customer = append(customer, segment.Text)
		}
	}
	return transcriptView{
		Origin: t.Origin, Language: t.Language, DurationS: t.DurationS, Segments: t.Segments,
		Text: strings.Join(all, "\n"), CustomerText: strings.Join(customer, "\n"),
	}
}

func (s Subject) tenant() tenantView {
	t := s.Tenant
	return tenantView{
		ID: t.ID, Name: t.Name, TimeZone: cmp.Or(t.TimeZone, "UTC"), Region: t.Region, Services: t.Settings.Services,
		ServiceArea: t.Settings.ServiceArea, Hours: t.Settings.Hours, MinimumJob: t.Settings.MinimumJob,
	}
}
