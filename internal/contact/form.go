package contact

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Answer is one field of a web form under the name that the site gave it.
type Answer struct{ Name, Value string }

// Person is what identifies the person who sent a form.
type Person struct{ Name, Phone, Email string }

// FromForm finds the sender among a form's answers. Sites name their fields as they like, so
// the name's words decide, and the value where the name says nothing. The first answer of
// each kind wins: a form asks for the sender before it asks for anybody else.
func FromForm(answers []Answer, region string) Person {
	var p Person
	var first, last string
	for _, a := range answers {
		switch role := roleOf(words(a.Name)); {
		case role == roleEmail && p.Email == "":
			p.Email = Email(a.Value)
		case role == rolePhone && p.Phone == "":
			p.Phone = Phone(a.Value, region)
		case role == roleName && p.Name == "":
			p.Name = TypedName(a.Value)
		case role == roleFirst && first == "":
			first = a.Value
		case role == roleLast && last == "":
			last = a.Value
		}
	}
	if full := TypedName(first, last); p.Name == "" || (first != "" && last != "") {
		p.Name = cmp.Or(full, p.Name)
	}
	return byValue(p, answers, region)
}

// byValue fills in an e-mail address or phone number that stands under a name which says
// nothing, such as field_3, or two things, such as email_or_phone.
func byValue(p Person, answers []Answer, region string) Person {
	for _, a := range answers {
		if roleOf(words(a.Name)) == roleOther {
			continue
		}
		if p.Email == "" && !strings.ContainsAny(strings.TrimSpace(a.Value), " <") {
			p.Email = Email(a.Value)
		}
		if p.Phone == "" && looksLikePhone(a.Value, region) {
			p.Phone = Phone(a.Value, region)
		}
	}
	return p
}

// IsIdentity reports whether an answer only says who its sender is, not what they want.
func IsIdentity(a Answer) bool {
	switch roleOf(words(a.Name)) {
	case roleEmail, rolePhone, roleName, roleFirst, roleLast:
		return true
	default:
		return false
	}
}

type role int

const (
	roleUnknown role = iota
	roleOther        // somebody else's, or no contact data at all
	roleEmail
	rolePhone
	roleName
	roleFirst
	roleLast
)

// roleOf reads the words of a field's name.
func roleOf(words []string) role {
	has := func(wanted ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(wanted, w) })
	}
	named := len(words) == 1 || has("name") // "first" alone is a name, "first_visit" is not
	switch {
	case has("referrer", "referral", "referred", "spouse", "partner", "emergency", "fax", "agent"):
		return roleOther
	case has("subject", "opt", "optin", "consent", "type", "method", "time"):
		return roleOther
	case has("email", "mail"):
		return roleEmail
	case has("phone", "tel", "telephone", "mobile", "cell", "cellphone", "phonenumber"):
		return rolePhone
	case has("fname", "firstname", "forename") || (has("first", "given") && named):
		return roleFirst
	case has("lname", "lastname", "surname") || (has("last", "family") && named):
		return roleLast
	case has("company", "business", "project", "form", "user", "street", "city", "page", "product", "file"):
		return roleOther
	case has("name", "fullname", "yourname"):
		return roleName
	default:
		return roleUnknown
	}
}

// words splits a field's name at everything that is no letter or digit, and where a small
// letter meets a capital: yourName, your-name and form[your_name] are alike.
func words(name string) []string {
	var b strings.Builder
	before := rune(0)
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			b.WriteByte(' ')
		} else {
			b.WriteRune(unicode.ToLower(r))
		}
		before = r
	}
	return joinEmail(strings.Fields(b.String()))
}

// joinEmail reads "e mail" as one word.
func joinEmail(words []string) []string {
	for i := range len(words) - 1 {
		if words[i] == "e" && words[i+1] == "mail" {
			words[i] = "email"
		}
	}
	return words
}
