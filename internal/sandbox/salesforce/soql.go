package salesforce

import (
	"strconv"
	"strings"
)

// selection is a query that was read.
type selection struct {
	count  bool // COUNT() instead of fields
	fields []string
	object string
	where  condition // nil: everything
	orders []ordering
	limit  int // -1: none
	offset int
}

// ordering is one field of ORDER BY.
type ordering struct {
	field      string
	descending bool
	nullsLast  bool
}

// parser reads a query from its tokens.
type parser struct {
	tokens []lexeme
	at     int
}

// maxDepth is how deep parentheses may be nested.
const maxDepth = 100

// parseSOQL reads a query. Names of fields and objects are as they were written.
func parseSOQL(text string) (*selection, *apiError) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	if err := p.expect("SELECT"); err != nil {
		return nil, err
	}
	q := &selection{limit: -1}
	if q.fields, q.count, err = p.fields(); err != nil {
		return nil, err
	}
	if err := p.expect("FROM"); err != nil {
		return nil, err
	}
	if q.object, err = p.name(); err != nil {
		return nil, err
	}
	if err := p.clauses(q); err != nil {
		return nil, err
	}
	if p.peek().kind != endToken {
		return nil, p.unexpected()
	}
	return q, nil
}

// clauses reads what may follow the object: WHERE, ORDER BY, LIMIT and OFFSET.
func (p *parser) clauses(q *selection) *apiError {
	var err *apiError
	if p.take("WHERE") {
		if q.where, err = p.condition(0); err != nil {
			return err
		}
	}
	if p.take("ORDER") {
		if q.orders, err = p.orders(); err != nil {
			return err
		}
	}
	for _, clause := range []struct {
		word string
		into *int
	}{{"LIMIT", &q.limit}, {"OFFSET", &q.offset}} {
		if p.take(clause.word) {
			if *clause.into, err = p.number(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *parser) peek() lexeme { return p.tokens[p.at] }

// take passes over a keyword or mark, if it comes next.
func (p *parser) take(text string) bool {
	if p.peek().is(text) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(text string) *apiError {
	if !p.take(text) {
		return p.unexpected()
	}
	return nil
}

func (p *parser) unexpected() *apiError {
	return malformed("unexpected token: '%s' at position %d", p.peek().text, p.peek().at)
}

// reserved words cannot be names.
var reserved = strings.Fields("SELECT FROM WHERE AND OR NOT IN LIKE ORDER BY LIMIT OFFSET NULLS ASC DESC GROUP HAVING")

func (p *parser) name() (string, *apiError) {
	t := p.peek()
	for _, word := range reserved {
		if t.is(word) {
			return "", p.unexpected()
		}
	}
	if t.kind != wordToken {
		return "", p.unexpected()
	}
	p.at++
	return t.text, nil
}

// fields reads what is selected.
func (p *parser) fields() (names []string, count bool, err *apiError) {
	if p.take("COUNT") {
		if err := p.expect("("); err != nil {
			return nil, false, err
		}
		return nil, true, p.expect(")")
	}
	for {
		name, err := p.name()
		if err != nil {
			return nil, false, err
		}
		names = append(names, name)
		if !p.take(",") {
			return names, false, nil
		}
	}
}

func (p *parser) orders() ([]ordering, *apiError) {
	if err := p.expect("BY"); err != nil {
		return nil, err
	}
	var all []ordering
	for {
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		o := ordering{field: name, descending: p.take("DESC")}
		if !o.descending {
			p.take("ASC")
		}
		if p.take("NULLS") {
			if o.nullsLast = p.take("LAST"); !o.nullsLast {
				if err := p.expect("FIRST"); err != nil {
					return nil, err
				}
			}
		}
		all = append(all, o)
		if !p.take(",") {
			return all, nil
		}
	}
}

func (p *parser) number() (int, *apiError) {
	n, err := strconv.Atoi(p.peek().text)
	if p.peek().kind != numberToken || err != nil || n < 0 {
		return 0, p.unexpected()
	}
	p.at++
	return n, nil
}

// condition reads conditions that are joined by AND, or by OR. Both together need
// parentheses.
func (p *parser) condition(depth int) (condition, *apiError) {
	if depth > maxDepth {
		return nil, malformed("query is too complicated")
	}
	first, err := p.factor(depth)
	if err != nil {
		return nil, err
	}
	all, word := []condition{first}, "AND"
	if p.peek().is("OR") {
		word = "OR"
	}
	for p.take(word) {
		more, err := p.factor(depth)
		if err != nil {
			return nil, err
		}
		all = append(all, more)
	}
	if p.peek().is("AND") || p.peek().is("OR") {
		return nil, p.unexpected()
	}
	if len(all) == 1 {
		return first, nil
	}
	return junction{any: word == "OR", parts: all}, nil
}

// factor reads one comparison, or a condition in parentheses, either with NOT before it.
func (p *parser) factor(depth int) (condition, *apiError) {
	if p.take("NOT") {
		part, err := p.factor(depth + 1)
		return negation{part}, err
	}
	if !p.take("(") {
		return p.comparison()
	}
	inner, err := p.condition(depth + 1)
	if err != nil {
		return nil, err
	}
	return inner, p.expect(")")
}

func (p *parser) comparison() (condition, *apiError) {
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	c := &comparison{field: name}
	if c.operator, err = p.operator(); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(c.operator, "IN") {
		one, err := p.literal()
		c.values = []lexeme{one}
		return c, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	for {
		one, err := p.literal()
		if err != nil {
			return nil, err
		}
		c.values = append(c.values, one)
		if !p.take(",") {
			return c, p.expect(")")
		}
	}
}

func (p *parser) operator() (string, *apiError) {
	if p.take("NOT") {
		return "NOT IN", p.expect("IN")
	}
	for _, operator := range []string{"=", "!=", "<>", "<", "<=", ">", ">=", "LIKE", "IN"} {
		if p.take(operator) {
			return operator, nil
		}
	}
	return "", p.unexpected()
}

// literal reads a value: a string, a number, a date, true, false or null.
func (p *parser) literal() (lexeme, *apiError) {
	t := p.peek()
	if t.kind == textToken || t.kind == numberToken || t.is("true") || t.is("false") || t.is("null") {
		p.at++
		return t, nil
	}
	return lexeme{}, p.unexpected()
}
