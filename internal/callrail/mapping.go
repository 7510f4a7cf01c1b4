package callrail

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Request makes the request that a delivery stands for. Region is the tenant's, for phone
// numbers without a country. The tenant, the id and the times of arrival are the caller's
// to set. It fails with ErrNoID.
func (p *Payload) Request(kind Kind, region string) (*request.Request, error) {
	id, err := p.ID()
	if err != nil {
		return nil, err
	}
	r := &request.Request{ExternalID: id}
	r.Kind, r.Namespace = kind.Of()
	switch r.Kind {
	case request.Form:
		applyForm(p.root, r, region)
	case request.Text:
		applyText(p.root, r, kind, region)
	default:
		applyCall(p.root, r, region)
		if kind.Outbound() {
			r.Details.Direction = "outbound"
		}
	}
	return r, nil
}

// applyCall writes what v says about a call onto r; what it does not say stays. The webhook
// and the API name nearly everything alike.
func applyCall(v *value, r *request.Request, region string) {
	d := &r.Details
	applyCommon(v, r)
	applyNames(v, d)
	setText(&d.Direction, v, "direction")
	setText(&d.CallType, v, "call_type")
	if d.CallType == "abandonded" { // CallRail's documentation spells it both ways
		d.CallType = "abandoned"
	}
	setBool(&d.Answered, v, "answered")
	setBool(&d.Voicemail, v, "voicemail")
	setBool(&d.FirstCall, v, "first_call")
	setBool(&d.MarkedSpam, v, "spam")
	setNumber(&d.DurationS, v, "duration")
	setNumber(&d.RecordingS, v, "recording_duration")
	if d.RecordingS > 0 || v.first("recording") != "" {
		d.HasRecording = true
	}
	setText(&d.SourceTranscript, v, "transcription", "conversational_transcript")
	setText(&d.SourceSummary, v, "call_summary")
	setPhone(&r.Caller.Phone, region, v.first("customer_phone_number", "caller_id", "callernum"))
	setStart(r, v, "start_time", "created_at", "timestamp")
}

// applyNames sets where the caller is and who their carrier says they are. The caller-ID text
// becomes the caller's name only if it looks like one: then a person has corrected it.
func applyNames(v *value, d *request.Details) {
	setText(&d.CallerIDName, v, "customer_name", "callername")
	setText(&d.City, v, "customer_city", "callercity")
	setText(&d.State, v, "customer_state", "callerstate")
	setText(&d.Country, v, "customer_country", "callercountry")
	setText(&d.PostalCode, v, "zip_code")
	setText(&d.BusinessPhone, v, "business_phone_number", "destinationnum")
	setText(&d.TrackingPhone, v, "tracking_phone_number", "trackingnum", "tracking_number")
}

// applyCommon sets what calls, forms and texts share: whose it is, where it came from and
// what people have noted about it.
func applyCommon(v *value, r *request.Request) {
	d := &r.Details
	if name := contact.PersonName(v.first("customer_name")); name != "" {
		r.Caller.Name = name
	}
	company := v.first("company_id", "callrail_company_id")
	if strings.HasPrefix(company, "COM") { // the API's company_id is the webhook's company_resource_id
		d.CompanyResourceID, company = company, ""
	}
	d.CompanyID = cmp.Or(company, d.CompanyID)
	setText(&d.CompanyResourceID, v, "company_resource_id")
	setText(&d.PersonID, v, "person_resource_id", "person_id")
	setText(&d.Source, v, "source", "utm_source")
	setText(&d.SourceName, v, "source_name")
	setText(&d.Medium, v, "medium", "utm_medium", "referrermedium")
	setText(&d.Campaign, v, "campaign", "utm_campaign")
	setText(&d.Keywords, v, "keywords", "utm_term")
	setText(&d.LandingPage, v, "landing_page_url", "landingpage")
	setText(&d.Referrer, v, "referring_url", "referrer")
	setText(&d.Note, v, "note")
	setText(&d.Value, v, "value")
	setText(&d.LeadStatus, v, "lead_status")
	if tags, ok := v.strings("tags"); ok {
		d.Tags = tags
	}
	d.GCLID = cmp.Or(gclid(v), d.GCLID)
}

// gclid finds the ad click that brought the caller: it has its own field on calls, and hides
// in addresses and milestones elsewhere.
func gclid(v *value) string {
	if id := v.first("gclid"); id != "" {
		return id
	}
	if id := v.get("form_data").asObject().first("gclid"); id != "" {
		return id
	}
	if u, err := url.Parse(v.first("landing_page_url", "landingpage")); err == nil {
		if id := u.Query().Get("gclid"); id != "" {
			return id
		}
	}
	if milestones := v.get("milestones").asObject(); milestones != nil {
		for i := range milestones.fields {
			if id := gclidOf(milestones.fields[i].value.get("landing_page_url_params")); id != "" {
				return id
			}
		}
	}
	return ""
}

// gclidOf reads parameters that are an object, a JSON text or a query string.
func gclidOf(params *value) string {
	if id := params.asObject().first("gclid"); id != "" {
		return id
	}
	query, err := url.ParseQuery(strings.TrimPrefix(params.str(), "?"))
	if err != nil {
		return ""
	}
	return query.Get("gclid")
}

func applyText(v *value, r *request.Request, kind Kind, region string) {
	applyCommon(v, r)
	r.Details.Direction = "inbound"
	theirs, ours := "source_number", "destination_number"
	if kind == TextSent {
		r.Details.Direction = "outbound"
		theirs, ours = ours, theirs
	}
	setPhone(&r.Caller.Phone, region, v.first(theirs, "customer_phone_number"))
	setText(&r.Details.TrackingPhone, v, ours)
	setText(&r.Details.Text, v, "content")
	setStart(r, v, "timestamp", "created_at")
}

func setText(to *string, v *value, names ...string) {
	*to = cmp.Or(v.first(names...), *to)
}

func setBool(to *bool, v *value, name string) {
	if is, ok := v.get(name).boolean(); ok {
		*to = is
	}
}

func setNumber(to *int, v *value, name string) {
	if n, ok := v.get(name).number(); ok {
		*to = n
	}
}

// setPhone keeps a number that cannot be parsed as it was received, and drops the sentinels
// that stand for a withheld one.
func setPhone(to *string, region, raw string) {
	if raw == "" || contact.Withheld(raw) {
		return
	}
	*to = cmp.Or(contact.Phone(raw, region), raw)
}

func setStart(r *request.Request, v *value, names ...string) {
	for _, name := range names {
		if t, ok := v.get(name).time(); ok {
			r.StartedAt = t
			return
		}
	}
}
