package redact

import "strings"

// number is a piece of a chain: a group of digits as written, or the words for some.
type number struct {
	first, last int // tokens
	digits      string
	written     bool
	soft        bool // "to", "for": a digit that was misheard, or just the word
}

var (
	units = map[string]string{
		"zero": "0", "oh": "0", "o": "0", "nought": "0", "naught": "0", "one": "1", "two": "2", "three": "3", "four": "4",
		"five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
	}
	teens = map[string]string{
		"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
		"sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
	}
	tens = map[string]string{
		"twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8", "ninety": "9",
	}
	times = map[string]int{"double": 2, "triple": 3, "treble": 3, "quadruple": 4}

	// misheard are words that speech recognition writes for digits.
	misheard = map[string]string{"to": "2", "too": "2", "for": "4", "fore": "4", "won": "1", "ate": "8", "tree": "3"}

	// ordinals come before a count of digits: "the last four" is no digit four.
	ordinals = wordSet("first last next other final")
)

// numbersOf returns the numbers among tokens, in order.
func numbersOf(ts []token) []number {
	var all []number
	for i := 0; i < len(ts); {
		n, ok := numberAt(ts, i)
		if !ok {
			i++
			continue
		}
		all = append(all, n)
		i = n.last + 1
	}
	return all
}

func numberAt(ts []token, i int) (number, bool) {
	word := ts[i].word
	next := ""
	if i+1 < len(ts) && ts[i+1].part == ts[i].part {
		next = ts[i+1].word
	}
	n := number{first: i, last: i}
	switch {
	case ts[i].written:
		n.digits, n.written = word, true
		return n, len(word) >= shortestCard || !isPrice(ts, i)
	case times[word] > 0:
		n.last++
		n.digits = strings.Repeat(digitOf(next), times[word])
	case tens[word] != "" && units[next] > "0":
		n.last++
		n.digits = tens[word] + units[next]
	case tens[word] != "":
		n.digits = tens[word] + "0"
	case misheard[word] != "":
		n.digits, n.soft = misheard[word], true
	case i > 0 && ordinals[ts[i-1].word]:
		return n, false
	default:
		n.digits = units[word] + teens[word]
	}
	return n, n.digits != ""
}

// digitOf returns the one digit that a word or a written digit stands for.
func digitOf(word string) string {
	if len(word) == 1 && '0' <= word[0] && word[0] <= '9' {
		return word
	}
	return units[word]
}

// isPrice reports whether written digits are an amount of money or a part of one.
func isPrice(ts []token, i int) bool {
	for ; ; i-- {
		if strings.HasSuffix(ts[i].gap, "$") {
			return true
		}
		if i == 0 || !ts[i-1].written || ts[i].gap != "," && ts[i].gap != "." {
			return false
		}
	}
}

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
