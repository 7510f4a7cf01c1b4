package expr

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Kind is what an expression results in.
type Kind string

// The kinds, in words for people.
const (
	Text    Kind = "text"
	Integer Kind = "a whole number"
	Number  Kind = "a number"
	Bool    Kind = "true or false"
	Time    Kind = "a time"
	List    Kind = "a list of texts"
	Any     Kind = "anything" // known only when it runs
)

// Values are the kinds that a field can hold.
var Values = []Kind{Text, Integer, Number, Bool, Time, List}

// Program is a compiled expression. It is safe for concurrent use.
type Program struct {
	Source  string
	Kind    Kind
	program cel.Program
	paths   []string
}

// maxPrograms bounds the cache. A deployment's rules are some thousand different ones.
const maxPrograms = 10_000

// cache holds compiled programs by source: they are pure, and compiling takes a hundred
// times as long as running.
var cache = struct {
	sync.Mutex
	programs map[string]*Program
}{programs: make(map[string]*Program)}

// Compile compiles an expression that results in one of the kinds. Its errors are Errors.
func Compile(source string, kinds ...Kind) (*Program, error) {
	p, err := cached(source)
	if err != nil {
		return nil, err
	}
	if p.Kind != Any && !slices.Contains(kinds, p.Kind) {
		return nil, Errors{{Line: 1, Column: 1, Message: fmt.Sprintf("the expression must be %s, but it is %s", oneOf(kinds), p.Kind)}}
	}
	return p, nil
}

func cached(source string) (*Program, error) {
	cache.Lock()
	p := cache.programs[source]
	cache.Unlock()
	if p != nil {
		return p, nil
	}
	p, err := compile(source)
	if err != nil {
		return nil, err
	}
	cache.Lock()
	defer cache.Unlock()
	if len(cache.programs) >= maxPrograms {
		for old := range cache.programs { // any one
			delete(cache.programs, old)
			break
		}
	}
	cache.programs[source] = p
	return p, nil
}

// checking is held while an expression is checked: cel-go 0.33 fills in what it suggests for
// unknown names in an environment that other checks read.
var checking sync.Mutex

func compile(source string) (*Program, error) {
	env, err := theEnvironment()
	if err != nil {
		return nil, fmt.Errorf("make expression environment: %w", err)
	}
	if strings.TrimSpace(source) == "" {
		return nil, Errors{{Line: 1, Column: 1, Message: "the expression is empty"}}
	}
	parsed, issues := env.Parse(source)
	if issues.Err() != nil {
		return nil, env.explain(issues, nil)
	}
	checking.Lock()
	checked, issues := env.Check(parsed)
	checking.Unlock()
	if issues.Err() != nil {
		return nil, env.explain(issues, parsed.NativeRep())
	}
	if errs := checkPatterns(checked.NativeRep()); len(errs) > 0 {
		return nil, errs
	}
	kind, ok := kindOf(checked.OutputType())
	if !ok {
		return nil, Errors{{Line: 1, Column: 1, Message: "the expression results in " + typeWords(checked.OutputType().String()) + ", which is no single value"}}
	}
	program, err := env.Program(checked, cel.CostLimit(costLimit), cel.InterruptCheckFrequency(checkEvery))
	if err != nil {
		return nil, Errors{{Line: 1, Column: 1, Message: err.Error()}}
	}
	return &Program{Source: source, Kind: kind, program: program, paths: env.paths(checked.NativeRep())}, nil
}

// kindOf returns the kind of a type. What may be null or absent is of the kind that it is
// when it is there.
func kindOf(t *cel.Type) (Kind, bool) {
	switch t.Kind() {
	case types.StringKind:
		return Text, true
	case types.IntKind, types.UintKind:
		return Integer, true
	case types.DoubleKind:
		return Number, true
	case types.BoolKind:
		return Bool, true
	case types.TimestampKind:
		return Time, true
	case types.DynKind, types.AnyKind, types.NullTypeKind, types.TypeParamKind:
		return Any, true
	case types.ListKind:
		element, ok := kindOf(t.Parameters()[0])
		return List, ok && element != List
	case types.OpaqueKind:
		if t.TypeName() == "optional_type" {
			return kindOf(t.Parameters()[0])
		}
	}
	return "", false
}

// Match runs an expression that is true or false.
func (p *Program) Match(ctx context.Context, v *Vars) (bool, error) {
	value, err := p.Value(ctx, v)
	if err != nil {
		return false, err
	}
	matched, ok := value.(bool)
	if !ok {
		return false, fmt.Errorf("the expression results in %s instead of true or false", valueWords(value))
	}
	return matched, nil
}

// Value runs an expression. The value is a string, bool, int64, float64, time.Time, []string,
// or nil if nothing is known. An error quotes no more of the request than the expression did.
func (p *Program) Value(ctx context.Context, v *Vars) (any, error) {
	result, _, err := p.program.ContextEval(ctx, v.values)
	if err != nil {
		return nil, runError(err)
	}
	return plain(result)
}

func plain(v ref.Val) (any, error) {
	switch v := v.(type) {
	case types.Null:
		return nil, nil
	case types.String:
		return string(v), nil
	case types.Bool:
		return bool(v), nil
	case types.Int:
		return int64(v), nil
	case types.Uint:
		if v > math.MaxInt64 {
			return nil, errors.New("the number is too large")
		}
		return int64(v), nil
	case types.Double:
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, errors.New("the result is no number: something was divided by zero")
		}
		return float64(v), nil
	case types.Timestamp:
		return v.Time, nil
	case *types.Optional:
		if !v.HasValue() {
			return nil, nil
		}
		return plain(v.GetValue())
	case traits.Lister:
		return plainList(v)
	default:
		return nil, fmt.Errorf("the expression results in %s, which is no single value", typeWords(v.Type().TypeName()))
	}
}

func plainList(list traits.Lister) (any, error) {
	texts := []string{}
	for it := list.Iterator(); it.HasNext() == types.True; {
		value, err := plain(it.Next())
		if err != nil {
			return nil, err
		}
		if s := AsText(value); s != "" {
			texts = append(texts, s)
		}
	}
	return texts, nil
}

// AsText returns a value as text: "" for nothing, times by ISO 8601.
func AsText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case time.Time:
		return v.Format(time.RFC3339)
	case []string:
		return strings.Join(v, ", ")
	case float64:
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.6f", v), "0"), ".")
	default:
		return fmt.Sprint(v)
	}
}
