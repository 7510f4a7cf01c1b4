package salesforce

import (
	"strings"
)

// tokenKind tells what a token of a query is.
type tokenKind int

const (
	endToken    tokenKind = iota
	wordToken             // a name or a keyword
	textToken             // a string, without its quotes and escapes
	numberToken           // a number, or a date or time, which has no quotes
	markToken             // a comparison, a comma or a parenthesis
)

type lexeme struct {
	kind tokenKind
	text string
	at   int // where it begins
}

// is reports whether the token is a keyword or a mark.
func (t lexeme) is(text string) bool {
	return (t.kind == wordToken || t.kind == markToken) && strings.EqualFold(t.text, text)
}

// escapes are those that a string may hold, by what follows the backslash.
var escapes = map[byte]string{
	'n': "\n", 'N': "\n", 'r': "\r", 'R': "\r", 't': "\t", 'T': "\t", 'b': "\b", 'B': "\b", 'f': "\f", 'F': "\f",
	'"': `"`, '\'': "'", '\\': `\`, '_': `\_`, '%': `\%`, // the last two stay escaped for LIKE
}

// lex cuts a query into tokens.
func lex(query string) ([]lexeme, *apiError) {
	var tokens []lexeme
	for at := 0; at < len(query); {
		c := query[at]
		if strings.IndexByte(" \t\r\n", c) >= 0 {
			at++
			continue
		}
		token, end, err := next(query, at)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
		at = end
	}
	return append(tokens, lexeme{kind: endToken, text: "<EOF>", at: len(query)}), nil
}

// next returns the token at a place, and where it ends.
func next(query string, at int) (lexeme, int, *apiError) {
	c := query[at]
	switch {
	case c == '\'':
		return quoted(query, at)
	case isLetter(c):
		end := after(query, at, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' })
		return lexeme{wordToken, query[at:end], at}, end, nil
	case isDigit(c) || (c == '-' || c == '+') && at+1 < len(query) && isDigit(query[at+1]):
		end := after(query, at+1, func(c byte) bool { return isLetter(c) || isDigit(c) || strings.IndexByte(".:+-", c) >= 0 })
		return lexeme{numberToken, query[at:end], at}, end, nil
	}
	for _, mark := range []string{"!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ","} {
		if strings.HasPrefix(query[at:], mark) {
			return lexeme{markToken, mark, at}, at + len(mark), nil
		}
	}
	return lexeme{}, 0, malformed("unexpected character '%c' at position %d", c, at)
}

// quoted reads a string.
func quoted(query string, at int) (lexeme, int, *apiError) {
	var text strings.Builder
	for i := at + 1; i < len(query); i++ {
		switch query[i] {
		case '\'':
			return lexeme{textToken, text.String(), at}, i + 1, nil
		case '\\':
			i++
			if i == len(query) {
				continue // the end is refused below
			}
			plain, ok := escapes[query[i]]
			if !ok {
				return lexeme{}, 0, malformed("Illegal string literal escape: \\%c", query[i])
			}
			text.WriteString(plain)
		default:
			text.WriteByte(query[i])
		}
	}
	return lexeme{}, 0, malformed("Bind variables only allowed in Apex code, or a string is not closed: position %d", at)
}

func after(query string, at int, belongs func(byte) bool) int {
	for at < len(query) && belongs(query[at]) {
		at++
	}
	return at
}

func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
