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

// takeForm makes the form's request, commits it and tells the next step.
func (h *handler) takeForm(ctx context.Context, s *submission) (result, error) {
	s.mask()
	r := s.request()
	in := request.Intake{Request: r, BodyHash: hash(string(s.body))}
	in.Body, in.ContentType = s.payload()
	h.identify(s, &in)
	r.TraceParent = traceParent(ctx)
	trace.SpanFromContext(ctx).SetAttributes(
		attribute.String("tenant_id", r.TenantID), attribute.String("request_id", r.ID), attribute.String("kind", reasonForm))
	ctx = context.WithoutCancel(ctx) // whoever sent it has hung up, and will not send it again
	accepted, err := h.accept(ctx, s.tenant, in)
	if err != nil {
		return result{}, err
	}
	id := r.ID
	if accepted.Earlier {
		id = in.Earlier
	}
	return result{outcome: accepted.Outcome, kind: r.Kind, requestID: &id}, nil
}

// identify gives the request its id, by which a repetition meets its own row.
//
// A server's id stands for the form: sent again with other answers it is the same form, and
// updated. A visitor's id is anybody's word: it counts with the content only, so that nobody
// can use up an id, or change what somebody else has sent. Without an id the content is looked
// for among the forms of the last ten minutes: an id is good for one stretch of time, and the
// one before is looked at as well.
func (h *handler) identify(s *submission, in *request.Intake) {
	r, content := in.Request, contentHash(s.form.fields)
	switch {
	case s.form.id != "" && s.public:
		r.ExternalID = s.source.ID + "/" + hash(s.form.id+"\x00"+content)
	case s.form.id != "":
		r.ExternalID, in.Change = s.form.id, true
	default:
		stretch := h.Now().Unix() / int64(repeatWithin.Seconds())
		r.ExternalID = repeatID(content, stretch)
		in.Earlier, in.Within = request.ID(r.TenantID, r.Namespace, repeatID(content, stretch-1)), repeatWithin
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
	return hash(string(text))
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// request makes the request that the form stands for, without its id.
func (s *submission) request() *request.Request {
	r := &request.Request{
		TenantID: s.tenant.ID, SourceID: s.source.ID, Kind: request.Form, Namespace: request.NamespaceForm,
		Handling: request.Handling{Public: s.public},
		Details:  request.Details{SourceName: cmp.Or(s.source.Name, s.source.ID)},
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
