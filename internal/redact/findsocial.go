package redact

import (
	"slices"
	"strings"
)

const socialDigits = 9

var (
	socialWords = wordSet("social ssn ssns itin taxpayer")
	lastWords   = wordSet("last")
)

// findSocial masks the social security and taxpayer numbers in a chain: nine digits that
// somebody calls so, or that are written as only these are.
func (f *finder) findSocial(c chain) {
	begin, end := c[0].first, c[len(c)-1].last+1
	called := f.says(socialWords, begin-40, begin) || f.says(socialWords, end, end+8)
	for _, r := range c.readings(f.parts, f.tokens) {
		for i := range r {
			digits := 0
			for j := i + 1; j <= len(r) && digits < socialDigits; j++ {
				digits += len(r[j-1].digits)
				if digits == socialDigits && f.free(r[i:j]) && (called || f.isWritten(r, i, j)) {
					f.mark(SocialSecurity, c.within(r[i:j]))
				}
			}
		}
	}
	if called && len(c.digits()) == 4 && f.says(lastWords, begin-14, begin) && f.free(c) {
		f.mark(SocialSecurity, c) // the last four alone open doors
	}
}

// isWritten reports whether numbers are written like 123-45-6789, and are a number that may
// have been given out (https://www.ssa.gov/employer/randomization.html; for the ones that
// begin with 9, https://www.irs.gov/pub/irs-pdf/p1915.pdf).
func (f *finder) isWritten(r chain, i, j int) bool {
	if j-i != 3 || len(r[i].digits) != 3 || len(r[i+1].digits) != 2 || len(r[i+2].digits) != 4 {
		return false
	}
	gaps := []string{f.tokens[r[i+1].first].gap, f.tokens[r[i+2].first].gap}
	dashed := slices.Contains([]string{"-", "–", " - "}, gaps[0])
	spaced := gaps[0] == " " && len(r) == 3
	return r[i].written && r[i+1].written && r[i+2].written && gaps[0] == gaps[1] && (dashed || spaced) &&
		issued(r[i].digits, r[i+1].digits, r[i+2].digits)
}

func issued(area, group, serial string) bool {
	if area == "000" || area == "666" || group == "00" || serial == "0000" {
		return false
	}
	if !strings.HasPrefix(area, "9") {
		return true
	}
	switch { // a taxpayer number of somebody without a social security number
	case group < "50", group > "99", "66" <= group && group <= "69", group == "89", group == "93":
		return false
	default:
		return true
	}
}
