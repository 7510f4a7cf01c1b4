package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/propagation"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/redact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Anything that began outside of these times is a mistake: a zero date, milliseconds for seconds.
var (
	earliestStart = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	latestStart   = 24 * time.Hour // from now: clocks and time zones differ
)

// arrival is a request that somebody wants to create.
type arrival struct {
	tenant *tenant.Tenant
	actor  string
	key    string // Idempotency-Key; empty: none
	body   *NewRequest
	now    time.Time
}

// check returns what contradicts itself in the body. What belongs to another kind is refused:
// it would be lost without a word.
func (a *arrival) check() []FieldError {
	b := a.body
	var wrong []FieldError
	refuse := func(when bool, field, message string) {
		if when {
			wrong = append(wrong, FieldError{Field: field, Message: message})
		}
	}
	call, form, text := b.Kind == request.Call, b.Kind == request.Form, b.Kind == request.Text
	refuse(!call && b.DurationS != 0, "duration_s", "only a call has a duration")
	refuse(!call && b.Answered, "answered", "only a call is answered")
	refuse(!call && b.Voicemail, "voicemail", "only a call has a voicemail")
	refuse(form && b.Direction == Outbound, "direction", "a form is sent to the company")
	refuse(!call && b.Audio != nil, "audio", "only a call has audio")
	refuse(!call && b.Transcript != nil, "transcript", "only a call has a transcript")
	refuse(b.Audio != nil && b.Transcript != nil, "transcript", "is used instead of audio: send one of them")
	refuse(!form && b.Fields != nil, "fields", "only a form has fields")
	refuse(form && len(b.Fields) == 0, "fields", "a form has at least one field")
	refuse(!text && b.Text != "", "text", "only a text message has text")
	refuse(text && strings.TrimSpace(b.Text) == "", "text", "a text message has text")
	if b.StartedAt != nil {
		off := b.StartedAt.Before(earliestStart) || b.StartedAt.After(a.now.Add(latestStart))
		refuse(off, "started_at", "is too long ago or in the future")
	}
	return wrong
}

// intake returns the request with what tells a repetition from another body. The body itself
// is not kept: nothing of it is left out of the request but what had to be masked.
func (a *arrival) intake(ctx context.Context) (request.Intake, error) {
	bodyHash, err := a.hash()
	if err != nil {
		return request.Intake{}, err
	}
	r := a.request()
	r.TraceParent = traceParent(ctx)
	if !a.tenant.Settings.Privacy.KeepCardNumbers {
		redact.Details(&r.Details)
	}
	return request.Intake{Request: r, BodyHash: bodyHash}, nil
}

// hash is the same for the same content, however it is written, and whatever order the fields
// have in a later version of the API.
func (a *arrival) hash() (string, error) {
	body := *a.body
	if body.StartedAt != nil {
		utc := body.StartedAt.UTC()
		body.StartedAt = &utc
	}
	ordered, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("encode body: %w", err)
	}
	var fields map[string]any
	if err := json.Unmarshal(ordered, &fields); err != nil {
		return "", fmt.Errorf("decode body: %w", err)
	}
	sorted, err := json.Marshal(fields) // a map's keys are sorted
	if err != nil {
		return "", fmt.Errorf("encode fields: %w", err)
	}
	sum := sha256.Sum256(sorted)
	return hex.EncodeToString(sum[:]), nil
}

// request makes the request.
func (a *arrival) request() *request.Request {
	b := a.body
	r := &request.Request{
		TenantID: a.tenant.ID, ID: request.RandomID(), Kind: b.Kind, Namespace: request.NamespaceAPI,
		ExternalID: a.key, SourceID: sourceAPI, StartedAt: a.now, Caller: a.caller(),
		Handling: request.Handling{Actor: a.actor},
		Details: request.Details{
			Source: b.Source, Campaign: b.Campaign, Medium: b.Medium, LandingPage: b.LandingPage, GCLID: clickOf(b.LandingPage),
			Text: b.Text,
		},
	}
	if a.key != "" {
		r.ID = request.ID(r.TenantID, r.Namespace, a.actor+"\x00"+a.key)
	}
	if b.StartedAt != nil {
		r.StartedAt = *b.StartedAt
	}
	for _, f := range b.Fields {
		r.Details.Fields = append(r.Details.Fields, request.Field(f))
	}
	if b.Kind != request.Form {
		r.Details.Direction = cmp.Or(string(b.Direction), "inbound")
	}
	if b.Kind == request.Call {
		a.call(r)
	}
	return r
}

// call adds what only calls have.
func (a *arrival) call(r *request.Request) {
	b, d := a.body, &r.Details
	d.DurationS, d.Answered, d.Voicemail = b.DurationS, b.Answered, b.Voicemail
	d.HasRecording = b.Audio != nil
	if b.Audio != nil {
		r.Handling.Upload = recording.Upload(r.TenantID, r.ID)
		r.Handling.UploadUntil = a.now.Add(uploadTTL + uploadGrace)
	}
	if b.Transcript != nil {
		d.Given = given(b.Transcript)
	}
}

// given returns the transcript that a call comes with. Nothing said is a transcript too.
func given(segments []SpokenSegment) *request.Transcript {
	t := &request.Transcript{Origin: request.OriginSource, Segments: []request.Segment{}}
	for _, s := range segments {
		text := strings.TrimSpace(s.Text)
		if text == "" {
			continue
		}
		t.Segments = append(t.Segments, request.Segment{
			Index: len(t.Segments), Speaker: strings.TrimSpace(s.Speaker), Text: text,
			Start: float64(s.StartS), End: float64(max(s.StartS, s.EndS)),
		})
	}
	return t
}

// caller returns who called or wrote: what the body says, else what a form's answers say.
func (a *arrival) caller() request.Caller {
	answers := make([]contact.Answer, 0, len(a.body.Fields))
	for _, f := range a.body.Fields {
		answers = append(answers, contact.Answer(f))
	}
	sender := contact.FromForm(answers, a.tenant.Region)
	c := request.Caller{Name: sender.Name, Phone: sender.Phone, Email: sender.Email}
	if told := a.body.Caller; told != nil {
		c.Name = cmp.Or(contact.TypedName(told.Name), c.Name)
		c.Email = cmp.Or(contact.Email(told.Email), c.Email)
		if phone := strings.TrimSpace(told.Phone); phone != "" && !contact.Withheld(phone) {
			c.Phone = cmp.Or(contact.Phone(phone, a.tenant.Region), phone) // one that cannot be read stays as it came
		}
	}
	return c
}

// clickOf returns the ad click in the address of a landing page.
func clickOf(page string) string {
	u, err := url.Parse(page)
	if err != nil {
		return ""
	}
	return u.Query().Get("gclid")
}

// traceParent returns the W3C trace context of ctx, so that the steps go on with its trace.
func traceParent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier["traceparent"]
}
