package expr

import (
	"reflect"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"
)

// Limits of an expression. Real ones have a few dozen characters and cost some hundred units;
// a search through the longest transcript costs some ten thousand. Cost bounds memory too:
// ten characters that are put together cost one unit.
const (
	maxLength  = 2000 // characters
	maxNesting = 50
	costLimit  = 1_000_000
	regexLimit = 1000
	checkEvery = 1000 // rounds of a loop between looks at the context
)

// environment is what expressions are compiled in.
type environment struct {
	*cel.Env
	shapes    shapes
	variables map[string]*cel.Type
}

// theEnvironment is made once: it never changes, and making it takes longer than compiling.
var theEnvironment = sync.OnceValues(newEnvironment)

func newEnvironment() (*environment, error) {
	e := &environment{shapes: make(shapes)}
	e.shapes.declare(reflect.TypeFor[variables]())
	e.variables = e.shapes["pipeline.variables"]
	opts := []cel.EnvOption{
		cel.OptionalTypes(), ext.Strings(ext.StringsValidateFormatCalls(true)), ext.Math(),
		cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true), cel.EagerlyValidateDeclarations(true),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateDurationLiterals()),
		cel.ParserExpressionSizeLimit(maxLength), cel.ParserRecursionLimit(maxNesting), cel.RegexProgramSizeLimit(regexLimit),
	}
	for name, typ := range e.variables {
		opts = append(opts, cel.Variable(name, typ))
	}
	opts = append(opts, functions()...)
	env, err := cel.NewEnv(append(opts, e.withShapes)...) // last: libraries want to add their types to the provider before
	if err != nil {
		return nil, err
	}
	e.Env = env
	return e, nil
}

func (e *environment) withShapes(env *cel.Env) (*cel.Env, error) {
	return cel.CustomTypeProvider(catalog{Provider: env.CELTypeProvider(), shapes: e.shapes})(env)
}
