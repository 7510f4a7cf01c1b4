package callrail

import (
	"cmp"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// applyForm writes a form submission onto r. Its name, phone and e-mail stand under the
// site's own names in form_data; only the API parses them into fields of their own.
func applyForm(v *value, r *request.Request, region string) {
	applyCommon(v, r)
	setText(&r.Details.FormURL, v, "form_url", "url")
	r.Details.Fields = flatten("", v.get("form_data").asObject(), r.Details.Fields)

	sender := contact.FromForm(answers(r.Details.Fields), region)
	r.Caller.Name = cmp.Or(contact.TypedName(v.first("customer_name")), sender.Name)
	r.Caller.Email = cmp.Or(contact.Email(v.first("customer_email")), sender.Email)
	setPhone(&r.Caller.Phone, region, cmp.Or(v.first("customer_phone_number"), sender.Phone))
	setStart(r, v, "submitted_at", "created_at", "timestamp")
}

// flatten lists an object's fields in their order, nested ones as a[b].
func flatten(prefix string, v *value, fields []request.Field) []request.Field {
	if v == nil {
		return fields
	}
	for i := range v.fields {
		name, member := v.fields[i].name, &v.fields[i].value
		if prefix != "" {
			name = prefix + "[" + name + "]"
		}
		switch member.kind {
		case object:
			fields = flatten(name, member, fields)
		case list:
			fields = append(fields, request.Field{Name: name, Value: strings.Join(member.flat(), ", ")})
		default:
			fields = append(fields, request.Field{Name: name, Value: member.str()})
		}
	}
	return fields
}

func answers(fields []request.Field) []contact.Answer {
	as := make([]contact.Answer, len(fields))
	for i, f := range fields {
		as[i] = contact.Answer(f)
	}
	return as
}
