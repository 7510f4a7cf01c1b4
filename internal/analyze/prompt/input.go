package prompt

import (
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Input is everything an analyser may know about a request. The caller's number and the
// caller id are left out: nothing that is asked for can be read from them.
type Input struct {
	Kind     request.Kind `json:"kind"`
	Tenant   Tenant       `json:"tenant"`
	Call     Call         `json:"call"`
	Segments []Segment    `json:"segments"`

	Questions []request.Question `json:"-"` // the company's own; they stand apart from what callers say
	Cut       bool               `json:"-"` // more was said than is read
}

// Tenant is the company that was called.
type Tenant struct {
	Name        string   `json:"name"`
	Services    []string `json:"services,omitempty"`
	ServiceArea []string `json:"service_area,omitempty"`
	Hours       string   `json:"hours,omitempty"`
	MinimumJob  int64    `json:"minimum_job,omitempty"` // US dollars
}

// Call holds the facts that the source told.
type Call struct {
	StartTime  time.Time `json:"start_time"` // in the tenant's zone
	Weekday    string    `json:"weekday"`    // of StartTime, which models get wrong
	DurationS  int       `json:"duration_s"`
	Answered   bool      `json:"answered"`
	Voicemail  bool      `json:"voicemail"`
	Direction  string    `json:"direction,omitempty"`
	SourceName string    `json:"source_name,omitempty"`
	MarkedSpam bool      `json:"marked_spam,omitempty"` // by a person or the source's filter
}

// NewInput collects what an analyser may know.
func NewInput(t *tenant.Tenant, r *request.Request, tr *request.Transcript) Input {
	start := startOf(r).In(t.Location())
	in := Input{
		Kind: r.Kind,
		Tenant: Tenant{
			Name: t.Name, Services: t.Settings.Services, ServiceArea: t.Settings.ServiceArea,
			Hours: t.Settings.Hours, MinimumJob: t.Settings.MinimumJob,
		},
		Call: Call{
			StartTime: start, Weekday: start.Weekday().String(), DurationS: r.Details.DurationS,
			Answered: r.Details.Answered, Voicemail: r.Details.Voicemail,
			Direction: r.Details.Direction, SourceName: r.Details.SourceName, MarkedSpam: r.Details.MarkedSpam,
		},
		Questions: request.UsableQuestions(t.Settings.Questions),
	}
	limit := maxSpoken
	if r.Kind != request.Call {
		limit = maxWritten
	}
	in.Segments, in.Cut = bounded(segmentsOf(tr, r.Details.Fields), limit)
	return in
}

// startOf returns when the customer got in touch: what they say about time counts from then.
func startOf(r *request.Request) time.Time {
	if r.StartedAt.IsZero() {
		return r.ReceivedAt
	}
	return r.StartedAt
}

func segmentsOf(tr *request.Transcript, fields []request.Field) []Segment {
	if tr == nil {
		return nil
	}
	out := make([]Segment, 0, len(tr.Segments))
	for _, s := range tr.Segments {
		if strings.TrimSpace(s.Text) == "" {
			continue
		}
		seg := Segment{Index: s.Index, Speaker: s.Speaker, Text: s.Text}
		if tr.Origin == request.OriginForm {
			seg.Field, seg.Text = splitField(s.Text, fields)
		}
		out = append(out, seg)
	}
	return out
}

const fieldMark = ": "

// splitField takes a segment of FormTranscript apart again.
func splitField(text string, fields []request.Field) (name, value string) {
	for _, f := range fields {
		name := strings.TrimSpace(f.Name)
		if rest, ok := strings.CutPrefix(text, name+fieldMark); ok && rest == strings.TrimSpace(f.Value) {
			return name, rest
		}
	}
	return "", text
}

// FormTranscript returns a form or text message as a transcript, so that evidence can cite
// it: one segment for every field that was filled in, as "name: value".
func FormTranscript(d request.Details) *request.Transcript {
	tr := &request.Transcript{Origin: request.OriginForm, RoleConfidence: 1}
	add := func(text string) {
		tr.Segments = append(tr.Segments, request.Segment{Index: len(tr.Segments), Speaker: request.Customer, Text: text})
	}
	for _, f := range d.Fields {
		if value := strings.TrimSpace(f.Value); value != "" {
			add(strings.TrimSpace(f.Name) + fieldMark + value)
		}
	}
	if text := strings.TrimSpace(d.Text); text != "" {
		add(text)
	}
	return tr
}
