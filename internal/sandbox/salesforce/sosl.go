package salesforce

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// sosl is a search that was read.
type sosl struct {
	in        string     // ALL NAME EMAIL PHONE, or empty for ALL
	any       [][]string // what is looked for: words of which all must be there, in alternatives
	returning []*selection
	limit     int // -1: none
}

// scopes are the fields that IN may name, by their types; nil: every text.
var scopes = map[string][]string{"": nil, "ALL": nil, "NAME": nil, "EMAIL": {"email"}, "PHONE": {"phone"}}

func badSearch(format string, args ...any) *apiError {
	return refused(http.StatusBadRequest, "MALFORMED_SEARCH", fmt.Sprintf(format, args...))
}

// parseSOSL reads "FIND {text} IN PHONE FIELDS RETURNING Lead(Id,Name), Contact LIMIT 20".
func parseSOSL(text string) (*sosl, *apiError) {
	head, rest, _ := strings.Cut(strings.TrimSpace(text), "{")
	if !strings.EqualFold(strings.TrimSpace(head), "FIND") {
		return nil, badSearch("No search term found. The search term must be enclosed in braces.")
	}
	term, rest, err := braced(rest)
	if err != nil {
		return nil, err
	}
	s := &sosl{limit: -1}
	if err := s.setTerm(term); err != nil {
		return nil, err
	}
	tokens, err := lex(rest)
	if err != nil {
		return nil, badSearch("%s", err.Message)
	}
	p := &parser{tokens: tokens}
	if err := p.searchClauses(s); err != nil {
		return nil, badSearch("%s", err.Message)
	}
	return s, nil
}

// braced reads to the brace that closes the text.
func braced(text string) (term, rest string, err *apiError) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '}':
			return text[:i], text[i+1:], nil
		}
	}
	return "", "", badSearch("The search term is not closed by a brace.")
}

// setTerm reads the text between the braces: words, alternatives with OR, and a star for
// the rest of a word. Other reserved characters need a backslash.
func (s *sosl) setTerm(term string) *apiError {
	var plain strings.Builder
	for i := 0; i < len(term); i++ {
		c := term[i]
		switch {
		case c == '\\' && i+1 < len(term):
			i++
			plain.WriteByte(term[i])
		case strings.IndexByte(`&|!(){}[]^~:\'+-`, c) >= 0:
			return badSearch("Invalid search term: the character %c has to be escaped", c)
		case c == '"' || c == '?':
			plain.WriteByte(' ')
		default:
			plain.WriteByte(c)
		}
	}
	for alternative := range strings.SplitSeq(plain.String(), " OR ") {
		if err := s.addWords(alternative); err != nil {
			return err
		}
	}
	return nil
}

// setPlain looks for text as it is.
func (s *sosl) setPlain(text string) *apiError {
	if _, known := scopes[s.in]; !known {
		return badSearch("unknown scope: %s", s.in)
	}
	return s.addWords(strings.ReplaceAll(text, "*", " "))
}

func (s *sosl) addWords(text string) *apiError {
	words := strings.Fields(strings.ToLower(text))
	for i, word := range words {
		words[i] = strings.TrimLeft(word, "*") // a star does nothing before a word
	}
	if len([]rune(strings.Join(words, ""))) < 2 {
		return badSearch("search term must be longer than one character: %s", text)
	}
	s.any = append(s.any, words)
	return nil
}

// searchClauses reads what may follow the text.
func (p *parser) searchClauses(s *sosl) *apiError {
	if p.take("IN") {
		s.in = strings.ToUpper(p.peek().text)
		if _, known := scopes[s.in]; !known || s.in == "" {
			return p.unexpected()
		}
		p.at++
		if err := p.expect("FIELDS"); err != nil {
			return err
		}
	}
	if p.take("RETURNING") {
		for {
			q, err := p.returned()
			if err != nil {
				return err
			}
			s.returning = append(s.returning, q)
			if !p.take(",") {
				break
			}
		}
	}
	if p.take("LIMIT") {
		var err *apiError
		if s.limit, err = p.number(); err != nil {
			return err
		}
	}
	if p.peek().kind != endToken {
		return p.unexpected()
	}
	return nil
}

// returned reads one object with its fields and conditions.
func (p *parser) returned() (*selection, *apiError) {
	q := &selection{limit: -1}
	var err *apiError
	if q.object, err = p.name(); err != nil || !p.take("(") {
		return q, err
	}
	if q.fields, _, err = p.fields(); err != nil {
		return nil, err
	}
	if err := p.clauses(q); err != nil {
		return nil, err
	}
	return q, p.expect(")")
}

// matches reports whether a record has all words of an alternative in the scope's fields.
func (s *sosl) matches(schema *object, fields map[string]any) bool {
	return slices.ContainsFunc(s.any, func(words []string) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return !s.finds(schema, fields, word) })
	})
}

func (s *sosl) finds(schema *object, fields map[string]any, word string) bool {
	for name, value := range fields {
		text, isText := value.(string)
		f := schema.fields[name]
		if !isText || f == nil || !s.covers(f) {
			continue
		}
		if f.Type == "phone" && hasNumber(text, word) || hasWord(text, word) {
			return true
		}
	}
	return false
}

// covers reports whether the scope has a field in it.
func (s *sosl) covers(f *field) bool {
	if s.in == "NAME" {
		return slices.Contains([]string{"Name", "FirstName", "LastName"}, f.Name)
	}
	kinds := scopes[s.in]
	return kinds == nil && f.isText() && f.Type != "id" && f.Type != "reference" || slices.Contains(kinds, f.Type)
}

// hasNumber reports whether a phone number ends in the digits of a word, if those are
// enough for a local number.
func hasNumber(number, word string) bool {
	const local = 7
	digits := onlyDigits(word)
	return len(digits) >= local && len(digits) == len(word) && strings.HasSuffix(onlyDigits(number), digits)
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// hasWord reports whether text has a word in it, or is the word.
func hasWord(text, word string) bool {
	text = strings.ToLower(text)
	start, isStart := strings.CutSuffix(word, "*")
	if text == word || isStart && strings.HasPrefix(text, start) {
		return true
	}
	for own := range strings.FieldsFuncSeq(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' }) {
		if own == word || isStart && strings.HasPrefix(own, start) {
			return true
		}
	}
	return false
}
