package rules

import (
	"strconv"
	"strings"
)

// token is a word, a number or a mark of a folded text.
type token struct {
	text   string
	lo, hi int // bytes
}

var tokenPattern = expression(`[a-z]+(?:'[a-z]+)?|\d[\d,]*(?:\.\d+)?|[^\sa-z\d]`)

func tokenize(norm string) []token {
	var tokens []token
	for _, at := range tokenPattern.FindAllStringIndex(norm, -1) {
		tokens = append(tokens, token{norm[at[0]:at[1]], at[0], at[1]})
	}
	return tokens
}

var units = map[string]float64{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
	"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
	"seventeen": 17, "eighteen": 18, "nineteen": 19, "dozen": 12,
	"uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "un": 1, "una": 1,
	"doce": 12, "trece": 13, "catorce": 14, "quince": 15,
}

var tens = map[string]float64{
	"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
	"veinte": 20, "veinticinco": 25, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
}

var multiples = map[string]float64{
	"hundred": 100, "cien": 100, "ciento": 100, "thousand": 1e3, "grand": 1e3, "k": 1e3, "mil": 1e3, "million": 1e6, "millon": 1e6, //nolint:misspell // Spanish
}

// number is a number said in words or written in digits.
type number struct {
	value  float64
	scaled bool // with thousand, grand, k or million: certainly not a small count
	lo, hi int  // bytes
	from   int  // first token
	to     int  // after the last token
}

// numbers returns every number of the tokens, in order.
func numbers(tokens []token) []number {
	var out []number
	for i := 0; i < len(tokens); {
		n, ok := parseNumber(tokens, i)
		if !ok {
			i++
			continue
		}
		out = append(out, n)
		i = n.to
	}
	return out
}

// parseNumber reads the number that begins at token i. "Forty five", "a hundred and
// twenty thousand", "twenty-five hundred", "1.5 million", "40k".
func parseNumber(tokens []token, i int) (number, bool) {
	n := number{from: i, lo: tokens[i].lo}
	i = skipArticle(tokens, i)
	total, part, seen := 0.0, 0.0, 0 // seen: how fine the last word was: 1 unit, 2 tens, 3 digits
	for i < len(tokens) {
		word := tokens[i].text
		switch value, kind := lookUp(word); {
		case kind == kindDigits && seen == 0:
			part, seen = value, 3
		case kind == kindTens && seen == 0:
			part, seen = part+value, 2
		case kind == kindUnit && (seen == 0 || seen == 2 && value < 10):
			part, seen = part+value, 1
		case kind == kindMultiple && part == 0 && total == 0 && seen == 0 && n.from == i && word != "cien" && word != "ciento" && word != "mil":
			return number{}, false // "grand", "thousand" alone
		case kind == kindMultiple && value == 100 && word == "ciento" || word == "cien":
			part, seen = part+100, 0
		case kind == kindMultiple && value == 100:
			part, seen = orOne(part)*100, 0
		case kind == kindMultiple:
			total, part, seen = total+orOne(part)*value, 0, 0
			n.scaled = true
		case (word == "and" || word == "-" || word == "y") && joins(tokens, i, seen):
			i++
			continue
		default:
			return finish(n, total+part, tokens, i)
		}
		i++
	}
	return finish(n, total+part, tokens, i)
}

type kind int

const (
	kindNone kind = iota
	kindDigits
	kindUnit
	kindTens
	kindMultiple
)

func lookUp(word string) (float64, kind) {
	word = strings.TrimSuffix(word, "'s") // "twenty's fine"
	if v, ok := units[word]; ok {
		return v, kindUnit
	}
	if v, ok := tens[word]; ok {
		return v, kindTens
	}
	if v, ok := multiples[word]; ok {
		return v, kindMultiple
	}
	if word != "" && word[0] >= '0' && word[0] <= '9' {
		v, err := strconv.ParseFloat(strings.ReplaceAll(word, ",", ""), 64)
		if err == nil {
			return v, kindDigits
		}
	}
	return 0, kindNone
}

func orOne(f float64) float64 {
	if f == 0 {
		return 1
	}
	return f
}

// skipArticle steps over the "a" of "a hundred".
func skipArticle(tokens []token, i int) int {
	if (tokens[i].text == "a" || tokens[i].text == "an") && i+1 < len(tokens) {
		if _, k := lookUp(tokens[i+1].text); k == kindMultiple && tokens[i+1].text != "k" {
			return i + 1
		}
	}
	return i
}

// joins reports whether "and" or "-" at token i belongs to the number: after a hundred or
// thousand ("a hundred and twenty"), or between tens and units ("forty-five").
func joins(tokens []token, i, seen int) bool {
	if i+1 >= len(tokens) || i == 0 {
		return false
	}
	_, next := lookUp(tokens[i+1].text)
	_, last := lookUp(tokens[i-1].text)
	switch tokens[i].text {
	case "-":
		return last == kindTens && next == kindUnit || next == kindMultiple && seen != 0
	case "y":
		return last == kindTens && next == kindUnit
	default:
		return last == kindMultiple && multiples[tokens[i-1].text] == 100 && (next == kindTens || next == kindUnit)
	}
}

func finish(n number, value float64, tokens []token, i int) (number, bool) {
	for i > n.from && (tokens[i-1].text == "and" || tokens[i-1].text == "-") {
		i--
	}
	if i == n.from || (i == n.from+1 && (tokens[n.from].text == "a" || tokens[n.from].text == "an")) {
		return number{}, false
	}
	n.value, n.to, n.hi = value, i, tokens[i-1].hi
	return n, true
}
