package webhook

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/redact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// repeatWithin is how long the same content of a tenant counts as the same form, if it has no
// id: a visitor who presses the button again, a server that tries again.
const repeatWithin = 10 * time.Minute

// formIntake makes the form's request.
func (h *handler) formIntake(ctx context.Context, s *submission) request.Intake {
	s.mask()
	r := s.request()
	in := request.Intake{Request: r, BodyHash: hash(s.body)}
	in.Body, in.ContentType = s.payload()
	s.identify(&in)
	r.TraceParent = traceParent(ctx)
	trace.SpanFromContext(ctx).SetAttributes(
		attribute.String("tenant_id", r.TenantID), attribute.String("request_id", r.ID), attribute.String("kind", reasonForm))
	return in
}

// takeForm commits the form before ctx ends and tells the next step. If the store is unavailable
// the result says which request it would have been.
func (h *handler) takeForm(ctx context.Context, s *submission, in request.Intake) (result, error) {
	accepted, err := h.accept(ctx, s.tenant, in)
	id := cmp.Or(accepted.Original, in.Request.ID)
	return result{outcome: accepted.Outcome, kind: in.Request.Kind, requestID: &id}, err
}

// identify gives the request its id, by which a repetition meets its own row.
//
// A server's id stands for the form: sent again with other answers it is the same form, and
// updated. A visitor's id is anybody's word: it counts with the content only, so that nobody
// can use up an id, or change what somebody else has sent. Without an id the content is looked
// for among the forms of the last ten minutes: an id is good for one stretch of time, and the
// one before is looked at as well. A form that was kept may have been overtaken by the next one.
func (s *submission) identify(in *request.Intake) {
	r, content := in.Request, contentHash(s.form.fields)
	switch {
	case s.form.id != "" && s.public:
		r.ExternalID = s.source.ID + "/" + hash([]byte(s.form.id+"\x00"+content))
	case s.form.id != "":
		r.ExternalID, in.Change = s.form.id, true
	default:
		stretch := s.arrived.Unix() / int64(repeatWithin.Seconds())
		id := func(stretch int64) string { return request.ID(r.TenantID, r.Namespace, repeatID(content, stretch)) }
		r.ExternalID = repeatID(content, stretch)
		in.Alike, in.Within = []string{id(stretch - 1)}, repeatWithin
		if s.drained {
			in.Alike = append(in.Alike, id(stretch+1))
		}
	}
	r.ID = request.ID(r.TenantID, r.Namespace, r.ExternalID)
}

func repeatID(content string, stretch int64) string {
	return "content/" + content + "/" + strconv.FormatInt(stretch, 10)
}

// contentHash is the same for the same answers in any order.
func contentHash(fields []request.Field) string {
	sorted := slices.SortedStableFunc(slices.Values(fields), func(a, b request.Field) int { return cmp.Compare(a.Name, b.Name) })
	text, _ := json.Marshal(sorted) // texts always encode
	return hash(text)
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	var digits [2 * sha256.Size]byte
	hex.Encode(digits[:], sum[:])
	return string(digits[:])
}

// request makes the request that the form stands for, without its id.
func (s *submission) request() *request.Request {
	r := &request.Request{
		TenantID: s.tenant.ID, SourceID: s.source.ID, Kind: request.Form, Namespace: request.NamespaceForm,
		Handling: request.Handling{Public: s.public},
		Details:  request.Details{SourceName: cmp.Or(s.source.Name, s.source.ID)},
	}
	if s.drained {
		r.StartedAt = s.arrived // its row will say that it was received now
	}
	answers := make([]contact.Answer, 0, len(s.kept))
	for _, f := range s.kept {
		if to := marketing(&r.Details, f.Name); to != nil {
			*to = f.Value
			continue
		}
		r.Details.Fields = append(r.Details.Fields, f)
		answers = append(answers, contact.Answer(f))
	}
	sender := contact.FromForm(answers, s.tenant.Region)
	r.Caller = request.Caller{Name: sender.Name, Phone: sender.Phone, Email: sender.Email}
	if r.Details.FormURL == "" && s.public {
		r.Details.FormURL = s.header.Get("Referer")
	}
	if u, err := url.Parse(r.Details.LandingPage); err == nil {
		r.Details.GCLID = cmp.Or(r.Details.GCLID, u.Query().Get("gclid"))
	}
	return r
}

// marketing returns where the value of a field is kept that the page filled in, not the
// visitor; nil for all others.
func marketing(d *request.Details, name string) *string {
	return map[string]*string{
		"utm_source": &d.Source, "utm_medium": &d.Medium, "utm_campaign": &d.Campaign, "utm_term": &d.Keywords,
		"gclid": &d.GCLID, "landing_page": &d.LandingPage, "landing_page_url": &d.LandingPage,
		"referrer": &d.Referrer, "form_url": &d.FormURL, "page_url": &d.FormURL,
	}[strings.ToLower(name)]
}

// mask takes what nobody may keep out of the form's fields.
func (s *submission) mask() {
	s.kept = s.form.fields
	if !s.tenant.Settings.Privacy.KeepCardNumbers {
		s.kept = redact.Fields(s.form.fields)
	}
}

// payload returns what is kept of the body and its type: the raw bytes, or the fields where
// something was masked or a file dropped.
func (s *submission) payload() (body []byte, contentType string) {
	if !s.form.files && slices.Equal(s.kept, s.form.fields) {
		return s.body, s.header.Get("Content-Type")
	}
	body, _ = json.Marshal(s.kept) // texts always encode
	return body, callrail.TypeJSON
}
