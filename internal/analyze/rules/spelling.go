package rules

import (
	"strings"
)

// spelled is a word that was spelled out, letter by letter.
type spelled struct {
	word   string
	lo, hi int
}

// oneLetter is a letter as people spell it: alone, doubled, or with a word for it.
const oneLetter = `(?:(?:double|capital|lower ?case)[ -])*[a-z](?: (?:as in|like|for|like in|de) [a-z]+)?`

var (
	spellPattern  = expression(`(?:^|[^a-z0-9'])(` + oneLetter + `(?:(?:\.? ?[-,.]+ ?| )(?:and )?` + oneLetter + `\b){2,})`)
	letterPattern = expression(`\b((?:double|capital|lower ?case)[ -])*([a-z])\b(?: (?:as in|like in|like|for|de) [a-z]+)?`)
)

// spellings returns the words that are spelled out in a folded text. "S-M-Y-T-H-E",
// "d a n a", "B as in boy, R, I, double N".
func spellings(norm string) []spelled {
	norm = strings.ReplaceAll(norm, "e-mail", "_-mail") // its letter belongs to no name
	var out []spelled
	for _, at := range spellPattern.FindAllStringSubmatchIndex(norm, -1) {
		for _, part := range splitSpelled(norm, at[2], at[3]) {
			if word := letters(norm[part[0]:part[1]]); len(word) >= 3 {
				out = append(out, spelled{word, part[0], part[1]})
			}
		}
	}
	return out
}

// splitSpelled parts what is spelled with dashes from letters round it: "J-O-H-N D-O-E",
// "with a K, K-A-T-H-Y". Without dashes all letters are one word.
func splitSpelled(norm string, lo, hi int) [][2]int {
	var out [][2]int
	for _, at := range dashedWord.FindAllStringIndex(norm[lo:hi], -1) {
		out = append(out, [2]int{lo + at[0], lo + at[1]})
	}
	if at := spacedWord.FindStringIndex(norm[lo:hi]); len(out) == 0 && at != nil {
		return [][2]int{{lo, lo + at[1] - 1}, {lo + at[1], hi}}
	}
	if len(out) == 0 {
		return [][2]int{{lo, hi}}
	}
	return out
}

// spacedWord is spelled with spaces alone; a comma ends it.
var spacedWord = expression(`^[a-z](?: [a-z]\b){2,},`)

var dashedWord = expression(`\b[a-z](?:-[a-z]\b){2,}`)

func letters(text string) string {
	var b strings.Builder
	for _, m := range letterPattern.FindAllStringSubmatch(text, -1) {
		b.WriteString(m[2])
		if strings.HasPrefix(m[0], "double") {
			b.WriteString(m[2])
		}
	}
	return b.String()
}

// distance is the Levenshtein distance of two short words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// alike reports whether a recogniser could have heard one word for the other.
func alike(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	longer := max(len(a), len(b))
	limit := max(1, longer/2)
	if a[0] != b[0] {
		limit = longer / 3
	}
	return distance(a, b) <= limit
}

// roughlyAlike is alike for a word that is spelled right after it was said.
func roughlyAlike(a, b string) bool { return distance(a, b) <= max(len(a), len(b))*6/10 }
