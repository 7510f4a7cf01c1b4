package expr

import (
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"github.com/adrg/strutil/metrics"
)

// Error is one mistake in an expression.
type Error struct {
	Line    int    `json:"line"`   // from 1
	Column  int    `json:"column"` // from 1, in characters
	Message string `json:"message"`
}

// Errors are all mistakes of an expression, in their order.
type Errors []Error

func (e Errors) Error() string {
	lines := make([]string, 0, len(e))
	for _, one := range e {
		lines = append(lines, fmt.Sprintf("%d:%d: %s", one.Line, one.Column, one.Message))
	}
	return strings.Join(lines, "\n")
}

// Mistakes returns the positions in an error of Compile. One without a position is at the
// beginning.
func Mistakes(err error) []Error {
	var all Errors
	if errors.As(err, &all) {
		return all
	}
	return []Error{{Line: 1, Column: 1, Message: err.Error()}}
}

// explain puts the compiler's words into plain ones. The tree is nil if there was none.
func (e *environment) explain(issues *cel.Issues, tree *ast.AST) Errors {
	var all Errors
	for _, issue := range issues.Errors() {
		one := Error{Line: max(issue.Location.Line(), 1), Column: max(issue.Location.Column(), 0) + 1, Message: plainWords(issue.Message)}
		if field, ok := cutQuoted(issue.Message, "undefined field '"); ok {
			one.Column++ // past the dot
			one.Message = e.unknownField(field, selectOf(tree, issue.ExprID))
		}
		all = append(all, one)
	}
	return all
}

func cutQuoted(message, before string) (string, bool) {
	rest, ok := strings.CutPrefix(message, before)
	quoted, _, _ := strings.Cut(rest, "'")
	return quoted, ok
}

// selectOf returns what the field was asked of, nil if it cannot be found.
func selectOf(tree *ast.AST, id int64) ast.Expr {
	var operand ast.Expr
	if tree == nil {
		return nil
	}
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.ID() == id && x.Kind() == ast.SelectKind {
			operand = x.AsSelect().Operand()
		}
	}))
	return operand
}

func (e *environment) unknownField(field string, of ast.Expr) string {
	if of == nil {
		return fmt.Sprintf("there is no field %q", field)
	}
	owner, ok := e.path(of)
	if !ok {
		return fmt.Sprintf("there is no field %q", field)
	}
	message := fmt.Sprintf("%s has no field %q", owner, field)
	if near := nearest(field, sortedNames(e.fieldsOf(of))); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return message
}

// fieldsOf returns the fields of what x is.
func (e *environment) fieldsOf(x ast.Expr) map[string]*cel.Type {
	var typ *cel.Type
	if x.Kind() == ast.IdentKind {
		typ = e.variables[x.AsIdent()]
	} else {
		typ = e.fieldsOf(x.AsSelect().Operand())[x.AsSelect().FieldName()]
	}
	if typ == nil || typ.Kind() != types.StructKind {
		return nil
	}
	return e.shapes[typ.TypeName()]
}

// nearest returns the name that a misspelt one probably stands for, or "".
func nearest(name string, names []string) string {
	best, distance := "", max(len(name)/3, 1)+1
	for _, candidate := range names {
		if d := metrics.NewLevenshtein().Distance(name, candidate); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}

// runError puts a failure at run time into plain words, without what it was about: the
// runtime quotes values, which may be a caller's.
func runError(err error) error {
	message := err.Error()
	switch {
	case strings.Contains(message, "no such key"):
		return errors.New("a key is not there")
	case strings.Contains(message, "no such overload"):
		return errors.New("a value is not known (null), or of another type")
	case strings.Contains(message, "index out of bounds"), strings.Contains(message, "out of range"):
		return errors.New("there is no element at that place")
	case strings.Contains(message, "divi"), strings.Contains(message, "modulus by zero"):
		return errors.New("something was divided by zero")
	case strings.Contains(message, "limit exceeded"):
		return errors.New("the expression takes too much time or memory")
	case strings.Contains(message, "time zone"), strings.Contains(message, "time pattern"):
		return errors.New(message)
	case strings.Contains(message, "interrupted"):
		return errors.New("the expression was interrupted")
	default:
		return errors.New("a value could not be converted")
	}
}
