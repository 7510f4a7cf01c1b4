package expr

import (
	"fmt"
	"time"

	"cel.dev/cel-go/common/ast"
)

// checkPatterns finds mistakes in the literal arguments of format_time before it runs.
func checkPatterns(a *ast.AST) Errors {
	var all Errors
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.CallKind || x.AsCall().FunctionName() != "format_time" || len(x.AsCall().Args()) != 2 {
			return
		}
		args := x.AsCall().Args()
		if pattern, ok := literal(args[0]); ok {
			if _, err := ParsePattern(pattern); err != nil {
				all = append(all, mistakeAt(a, args[0], err.Error()))
			}
		}
		if zone, ok := literal(args[1]); ok {
			if _, err := time.LoadLocation(zone); err != nil {
				all = append(all, mistakeAt(a, args[1], fmt.Sprintf("there is no time zone %q", zone)))
			}
		}
	}))
	return all
}

func literal(x ast.Expr) (string, bool) {
	if x.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := x.AsLiteral().Value().(string)
	return s, ok
}

func mistakeAt(a *ast.AST, x ast.Expr, message string) Error {
	at := a.SourceInfo().GetStartLocation(x.ID())
	return Error{Line: at.Line(), Column: at.Column() + 1, Message: message}
}
