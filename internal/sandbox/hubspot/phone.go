package hubspot

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// setSearchablePhones computes what phone search looks at: area code and local number,
// never the country code.
func setSearchablePhones(props map[string]string) {
	set := func(name, digits string) {
		delete(props, name)
		if digits != "" {
			props[name] = digits
		}
	}
	phone, mobile := nationalDigits(props["phone"]), nationalDigits(props["mobilephone"])
	set("hs_searchable_calculated_phone_number", phone)
	set("hs_searchable_calculated_mobile_number", mobile)
	set("hs_searchable_calculated_international_phone_number", phone)
}

// nationalDigits returns a number as its country dials it. What is no number keeps its
// digits.
func nationalDigits(number string) string {
	parsed, err := phonenumbers.Parse(number, "US")
	if err == nil {
		return phonenumbers.GetNationalSignificantNumber(parsed)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, number)
}
