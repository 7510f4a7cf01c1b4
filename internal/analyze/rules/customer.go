package rules

import (
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
)

var (
	fullNameField  = expression(`^(full[ _-]?|your[ _-]?|customer[ _-]?|contact[ _-]?|client[ _-]?)?(name|nombre)s?([ _-]completo)?\W*$|^name\b|^nombre\b|^contact( person)?$|^who are you|^quien (es|eres)|^nombre[ _]y[ _]apellido`)
	firstNameField = expression(`first[ _-]?name|^first$|^fname|^nombre$|given`)
	lastNameField  = expression(`last[ _-]?name|^last$|^lname|surname|apellido|family[ _-]?name`)
)

// formName reads the fields of a form.
func (c *conversation) formName() (string, hit, bool) {
	var first, last, full *sentence
	for _, s := range c.mine {
		switch {
		case s.field == "":
		case lastNameField.MatchString(s.field):
			last = s
		case firstNameField.MatchString(s.field):
			first = s
		case fullNameField.MatchString(s.field):
			full = s
		}
	}
	switch {
	case first != nil && last != nil:
		return first.raw + " " + last.raw, hit{first, 0, len(first.norm)}, true
	case full != nil:
		return full.raw, hit{full, 0, len(full.norm)}, true
	case first != nil:
		return first.raw, hit{first, 0, len(first.norm)}, true
	case last != nil:
		return last.raw, hit{last, 0, len(last.norm)}, true
	default:
		return "", hit{}, false
	}
}

// findCustomer reads who called and how to answer them.
func (a *analysis) findCustomer() {
	if a.answer.Intent == "spam" {
		return
	}
	p := &a.answer.Customer
	for _, detail := range []struct {
		field string
		to    *string
		find  func() (string, hit, bool)
	}{
		{verdict.FieldName, &p.Name, a.findName},
		{verdict.FieldEmail, &p.Email, a.findEmail},
		{verdict.FieldPhone, &p.Phone, a.findPhone},
		{verdict.FieldAddress, &p.Address, a.findAddress},
	} {
		if value, at, ok := detail.find(); ok {
			*detail.to = value
			a.known = p.Name
			a.answer.Evidence = append(a.answer.Evidence, evidence(detail.field, at))
		}
	}
}
