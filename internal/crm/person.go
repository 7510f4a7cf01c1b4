package crm

import (
	"cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// PersonOf returns who called or wrote. What a form's sender typed comes before what the
// analysis understood, what was said on a call before caller-ID text; the line that rang
// comes before a number that was said. Region is where numbers without a country are read.
func PersonOf(req *request.Request, analysis *request.Analysis, region string) Person {
	var said request.Person
	if analysis != nil {
		said = analysis.Customer
	}
	return Person{
		Name:  nameOf(req, said),
		Phone: phoneOf(req, said, region),
		Email: cmp.Or(contact.Email(req.Caller.Email), contact.Email(said.Email)),
	}
}

func nameOf(req *request.Request, said request.Person) string {
	if req.Kind == request.Form {
		return cmp.Or(contact.TypedName(req.Caller.Name), contact.PersonName(said.Name))
	}
	return cmp.Or(
		contact.PersonName(said.Name),
		contact.PersonName(req.Caller.Name),
		contact.PersonName(req.Details.CallerIDName),
	)
}

// phoneOf never returns one of the company's own numbers: a transferred call shows them,
// and as an identity they would merge all such callers into one.
func phoneOf(req *request.Request, said request.Person, region string) string {
	business := contact.Phone(req.Details.BusinessPhone, region)
	tracking := contact.Phone(req.Details.TrackingPhone, region)
	for _, raw := range []string{req.Caller.Phone, said.Phone} {
		if phone := contact.Phone(raw, region); phone != "" && phone != business && phone != tracking {
			return phone
		}
	}
	return ""
}
