package contact

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// DefaultRegion is where a number without a country code is read, if the tenant says nothing.
const DefaultRegion = "US"

// withheld are the numbers that carriers and call trackers send when there is none: a word
// on the keypad. Two of them are possible numbers and one is even a valid one, so that only
// a list can tell; matched as a person's number they would merge strangers.
var withheld = map[string]bool{
	"266696687":   true, // ANONYMOUS
	"86282452253": true, // UNAVAILABLE
	"7378742883":  true, // RESTRICTED
	"2562533":     true, // BLOCKED
	"8566696":     true, // UNKNOWN
}

// Phone returns a phone number as E.164, or "" if raw is no number or one that stands for
// a withheld one. Region is the ISO 3166 code of numbers without a country code. A possible
// number is enough: numbering plans grow faster than the table of valid ones.
func Phone(raw, region string) string {
	if Withheld(raw) {
		return ""
	}
	if isNorthAmerican(raw) {
		return raw
	}
	if region == "" {
		region = DefaultRegion
	}
	n, err := phonenumbers.Parse(raw, region)
	if err != nil || phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE {
		return "" // also numbers that are possible only within their own city
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}

// isNorthAmerican reports whether raw is a number of the North American plan as E.164 already,
// which is how nearly every delivery has it: taking it apart and putting it together again
// would be a third of what a delivery costs.
func isNorthAmerican(raw string) bool {
	if len(raw) != len("+13035550142") || raw[:2] != "+1" || raw[2] < '2' {
		return false
	}
	return strings.IndexFunc(raw[2:], func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// Withheld reports whether raw is a sentinel that says that the caller hid their number.
func Withheld(raw string) bool {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, raw)
	return withheld[digits] || withheld[strings.TrimPrefix(digits, "1")]
}

// looksLikePhone reports whether a value that nobody called a phone number is one: a valid
// number that is written as people write numbers, so that an order id is not taken for one.
func looksLikePhone(raw, region string) bool {
	if !strings.ContainsAny(raw, "+-(). ") || strings.IndexFunc(raw, notInPhone) >= 0 || Phone(raw, region) == "" {
		return false
	}
	n, err := phonenumbers.Parse(raw, region)
	return err == nil && phonenumbers.IsValidNumber(n)
}

func notInPhone(r rune) bool { return !strings.ContainsRune("0123456789+-(). ", r) }
