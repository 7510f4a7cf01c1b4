package redact

import "slices"

// brand is a range of card numbers by their first digits.
type brand struct {
	from, to string // first digits, both of the same length
	lengths  []int  // the usual one first
	minor    bool   // rare here, and much else begins so: counts only where somebody speaks of a card
}

// brands are the ranges of the networks whose cards are used in the United States
// (https://en.wikipedia.org/wiki/Payment_card_number, issuer identification numbers).
var brands = []brand{
	{"4", "4", []int{16, 19, 13}, false}, // Visa
	{"51", "55", []int{16}, false},       // Mastercard
	{"2221", "2720", []int{16}, false},
	{"34", "34", []int{15}, false}, // American Express
	{"37", "37", []int{15}, false},
	{"6011", "6011", []int{16, 19}, false}, // Discover
	{"644", "649", []int{16, 19}, false},
	{"65", "65", []int{16, 19}, false},
	{"300", "305", []int{14, 16, 19}, false}, // Diners Club
	{"3095", "3095", []int{14, 16, 19}, false},
	{"36", "36", []int{14, 16, 19}, false},
	{"38", "39", []int{14, 16, 19}, false},
	{"3528", "3589", []int{16, 17, 18, 19}, false},        // JCB
	{"62", "62", []int{16, 17, 18, 19}, false},            // UnionPay
	{"50", "50", []int{16, 13, 14, 15, 17, 18, 19}, true}, // Maestro
	{"56", "58", []int{16, 13, 14, 15, 17, 18, 19}, true},
	{"60", "60", []int{16, 13, 14, 15, 17, 18, 19}, true},
	{"63", "63", []int{16, 13, 14, 15, 17, 18, 19}, true},
	{"67", "69", []int{16, 13, 14, 15, 17, 18, 19}, true},
}

const shortestCard, longestCard = 13, 19

// brandOf returns the brand of digits that are as long as its cards.
func brandOf(digits string) (brand, bool) {
	if len(digits) < shortestCard {
		return brand{}, false
	}
	for _, b := range brands {
		if !slices.Contains(b.lengths, len(digits)) {
			continue
		}
		if first := digits[:len(b.from)]; b.from <= first && first <= b.to {
			return b, true
		}
	}
	return brand{}, false
}

// checks reports whether the last digit is the check digit of the others (Luhn).
func checks(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// evidence is how much is known about a chain from the words around it.
type evidence int

const (
	nothing evidence = iota
	aCard            // somebody speaks of a card nearby
	ofCard           // somebody has just spoken of it
)

// isCard reports whether numbers that follow each other, with these digits, are a card number.
func isCard(c chain, digits string, context evidence) bool {
	b, ok := brandOf(digits)
	switch {
	case !ok:
		return false
	case !checks(digits):
		// One digit misheard or mistyped must not keep the other fifteen.
		return context == ofCard && !b.minor && len(digits) == b.lengths[0]
	case context > nothing:
		return true
	default:
		return !b.minor && grouped(c, digits)
	}
}

// grouped reports whether numbers are grouped as on a card, or read digit by digit, and not
// as phone numbers, sizes or dates are.
func grouped(c chain, digits string) bool {
	if len(c) == 1 {
		return true
	}
	lengths := make([]int, 0, len(c))
	for _, n := range c {
		lengths = append(lengths, len(n.digits))
	}
	last := lengths[len(lengths)-1]
	fours := !slices.ContainsFunc(lengths[:len(lengths)-1], func(n int) bool { return n != 4 }) && last <= 4
	return fours || slices.Equal(lengths, []int{8, 8}) ||
		slices.Equal(lengths, []int{4, 6, 5}) || slices.Equal(lengths, []int{4, 6, 4}) || spelled(c) && !twoPhones(digits)
}

// spelled reports whether numbers are read out digit by digit or in pairs, a few of them
// perhaps in fours.
func spelled(c chain) bool {
	return !slices.ContainsFunc(c, func(n number) bool { return n.written && len(n.digits) > 2 && len(n.digits) != 4 })
}

// twoPhones reports whether digits are part of a phone number that is said twice.
func twoPhones(digits string) bool {
	repeats := func(period int) bool { return digits[period:] == digits[:len(digits)-period] }
	return (repeats(7) || repeats(10) || repeats(11)) && !repeats(2) && !repeats(4)
}
