package salesforce

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// maxHits is how many records of one type are looked at.
const maxHits = 50

var literals = strings.NewReplacer(`\`, `\\`, `'`, `\'`)

// quote makes a SOQL literal of a text.
func quote(text string) string { return "'" + literals.Replace(text) + "'" }

func quoteAll(texts []string) string {
	quoted := make([]string, 0, len(texts))
	for _, t := range texts {
		quoted = append(quoted, quote(t))
	}
	return "(" + strings.Join(quoted, ",") + ")"
}

// anyOf returns a query for the records of a type that meet at least one condition, latest
// modified first, converted leads last.
func anyOf(typ string, fields, conditions []string) string {
	order := "LastModifiedDate DESC"
	if typ == leads {
		order = "IsConverted, " + order
	}
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s LIMIT %d",
		strings.Join(fields, ","), typ, strings.Join(conditions, " OR "), order, maxHits)
}

// phoneForms returns the ways in which people write a number: Salesforce stores it as it
// was typed and compares it as text. A pattern would find more, but reads the whole table.
func phoneForms(e164 string) []string {
	forms := []string{e164, strings.TrimPrefix(e164, "+")}
	n, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return forms
	}
	forms = append(forms,
		phonenumbers.Format(n, phonenumbers.NATIONAL),
		phonenumbers.Format(n, phonenumbers.INTERNATIONAL),
		digits(phonenumbers.Format(n, phonenumbers.NATIONAL)),
	)
	if d := phonenumbers.GetNationalSignificantNumber(n); n.GetCountryCode() == 1 && len(d) == 10 {
		area, exchange, line := d[:3], d[3:6], d[6:]
		for _, pattern := range []string{
			"(%s) %s-%s", "(%s)%s-%s", "%s-%s-%s", "%s.%s.%s", "%s %s %s", "%s/%s-%s", "1-%s-%s-%s", "1 (%s) %s-%s", "1.%s.%s.%s",
			"+1 (%s) %s-%s", "+1-%s-%s-%s", "+1 %s %s %s", "+1.%s.%s.%s", "+1 %s%s%s",
		} {
			forms = append(forms, fmt.Sprintf(pattern, area, exchange, line))
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
