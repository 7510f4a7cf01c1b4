package expr

import (
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
)

// maxShown is how much of a text Used shows, in characters.
const maxShown = 200

// Used returns the parts of the request that the expression speaks about, with their values:
// why a rule fired. Long texts are cut, and what has parts itself is left out.
func (p *Program) Used(v *Vars) map[string]any {
	used := make(map[string]any, len(p.paths))
	for _, path := range p.paths {
		var at any = v.values
		for name := range strings.SplitSeq(path, ".") {
			fields, _ := at.(map[string]any)
			at = fields[name]
		}
		switch value := at.(type) {
		case map[string]any:
		case string:
			used[path] = truncate(value, maxShown)
		case []any:
			if !slices.ContainsFunc(value, func(item any) bool { _, nested := item.(map[string]any); return nested }) {
				used[path] = value
			}
		default:
			used[path] = value
		}
	}
	return used
}

// Path returns the part of the request that the expression is, if it is nothing else.
func (p *Program) Path() (string, bool) {
	if len(p.paths) == 1 && p.paths[0] == strings.TrimSpace(p.Source) {
		return p.paths[0], true
	}
	return "", false
}

// paths returns what an expression reads, as far as the type checker knows it.
func (e *environment) paths(a *ast.AST) []string {
	found := make(map[string]bool)
	inner := make(map[int64]bool) // operands of a longer path
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		path, ok := e.path(x)
		if !ok || inner[x.ID()] {
			if x.Kind() == ast.SelectKind && inner[x.ID()] {
				inner[x.AsSelect().Operand().ID()] = true
			}
			return
		}
		if x.Kind() == ast.SelectKind {
			inner[x.AsSelect().Operand().ID()] = true
		}
		found[path] = true
	}))
	return slices.Sorted(maps.Keys(found))
}

// path returns the dotted name that x is, if it is one of our variables or a field of it.
func (e *environment) path(x ast.Expr) (string, bool) {
	switch x.Kind() {
	case ast.IdentKind:
		_, ok := e.variables[x.AsIdent()]
		return x.AsIdent(), ok
	case ast.SelectKind:
		parent, ok := e.path(x.AsSelect().Operand())
		return parent + "." + x.AsSelect().FieldName(), ok
	default:
		return "", false
	}
}
