package expr

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"github.com/nyaruka/phonenumbers"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// maxChoices is how many values coalesce takes.
const maxChoices = 8

// functions are what our expressions can do beyond CEL:
//
//	coalesce(a, b …)          the first that is neither empty, null nor a failure
//	text.words()              a vocabulary's word in plain text: "1_3_months" is "1-3 months"
//	text.title()              "kitchen remodel" is "Kitchen Remodel"
//	text.upper() text.lower()
//	text.truncate(n)          at most n characters
//	text.e164(region)         "(303) 555-0142" is "+13035550142"; "" if it is no phone number
//	text.national(region)     "+13035550142" is "(303) 555-0142"; unchanged if it is no phone number
//	money(n)                  25000 is "$25,000"
//	time.format_time(pattern, zone)   "EEE d MMM, h:mm a" is "Fri 20 Nov, 9:15 AM"
func functions() []cel.EnvOption {
	return []cel.EnvOption{
		coalesceFunction(),
		textFunction("words", Words), textFunction("title", Title),
		textFunction("upper", strings.ToUpper), textFunction("lower", strings.ToLower),
		cel.Function("truncate", cel.MemberOverload("string_truncate_int", []*cel.Type{cel.StringType, cel.IntType}, cel.StringType,
			cel.BinaryBinding(func(s, n ref.Val) ref.Val {
				limit, ok := n.Value().(int64)
				if !ok || limit < 1 {
					return types.NewErr("truncate needs a number from 1")
				}
				return types.String(truncate(text(s), limit))
			}))),
		phoneFunction("e164", E164), phoneFunction("national", National),
		cel.Function("money",
			cel.Overload("money_int", []*cel.Type{cel.IntType}, cel.StringType, cel.UnaryBinding(asMoney)),
			cel.Overload("money_double", []*cel.Type{cel.DoubleType}, cel.StringType, cel.UnaryBinding(asMoney))),
		cel.Function("format_time", cel.MemberOverload("timestamp_format_time",
			[]*cel.Type{cel.TimestampType, cel.StringType, cel.StringType}, cel.StringType, cel.FunctionBinding(formatTime))),
	}
}

// coalesceFunction declares coalesce for each number of values. It is not strict: a failure
// is passed over, so that it also helps where a form has no such field.
func coalesceFunction() cel.EnvOption {
	param := cel.TypeParamType("T")
	var overloads []cel.FunctionOpt
	args := []*cel.Type{param}
	for n := 2; n <= maxChoices; n++ {
		args = append(args, param)
		overloads = append(overloads, cel.Overload(fmt.Sprintf("coalesce_%d", n), args[:n:n], param,
			cel.OverloadIsNonStrict(), cel.FunctionBinding(coalesce)))
	}
	return cel.Function("coalesce", overloads...)
}

func coalesce(args ...ref.Val) ref.Val {
	for _, arg := range args {
		if !types.IsUnknownOrError(arg) && !isEmpty(arg) {
			return arg
		}
	}
	return args[len(args)-1]
}

// isEmpty reports whether a value says nothing. Zero and false do say something.
func isEmpty(v ref.Val) bool {
	switch v := v.(type) {
	case nil, types.Null:
		return true
	case types.String:
		return v == ""
	case *types.Optional:
		return !v.HasValue() || isEmpty(v.GetValue())
	case traits.Lister:
		return v.Size() == types.IntZero
	default:
		return false
	}
}

func textFunction(name string, fn func(string) string) cel.EnvOption {
	return cel.Function(name, cel.MemberOverload("string_"+name, []*cel.Type{cel.StringType}, cel.StringType,
		cel.UnaryBinding(func(s ref.Val) ref.Val { return types.String(fn(text(s))) })))
}

func phoneFunction(name string, fn func(number, region string) string) cel.EnvOption {
	return cel.Function(name,
		cel.MemberOverload("string_"+name, []*cel.Type{cel.StringType}, cel.StringType,
			cel.UnaryBinding(func(s ref.Val) ref.Val { return types.String(fn(text(s), "")) })),
		cel.MemberOverload("string_"+name+"_string", []*cel.Type{cel.StringType, cel.StringType}, cel.StringType,
			cel.BinaryBinding(func(s, region ref.Val) ref.Val { return types.String(fn(text(s), text(region))) })))
}

// text returns a value's text. The type checker has seen to it that there is one.
func text(v ref.Val) string {
	s, _ := v.Value().(string)
	return s
}

var wordsOf = strings.NewReplacer("1_3_", "1-3 ", "3_6_", "3-6 ", "6_plus_", "more than 6 ", "_", " ")

// Words returns a vocabulary's word as plain text: "1_3_months" is "1-3 months".
func Words(s string) string { return wordsOf.Replace(s) }

// Title returns s with a capital at the beginning of each word. The rest stays, so that HVAC
// and McKay do.
func Title(s string) string {
	previous := ' '
	return strings.Map(func(r rune) rune {
		first := unicode.IsSpace(previous) || previous == '-'
		previous = r
		if first {
			return unicode.ToTitle(r)
		}
		return r
	}, s)
}

// E164 returns a phone number in the form +13035550142, "" if s is none. Without a region
// numbers without a country are read as the default region's.
func E164(s, region string) string { return contact.Phone(s, region) }

// National returns a phone number as people of its country write it, s if it is none.
func National(s, region string) string {
	number := contact.Phone(s, region)
	n, err := phonenumbers.Parse(number, "")
	if number == "" || err != nil {
		return s
	}
	return phonenumbers.Format(n, phonenumbers.NATIONAL)
}

func truncate(s string, limit int64) string {
	if int64(utf8.RuneCountInString(s)) <= limit {
		return s
	}
	return strings.TrimRightFunc(string([]rune(s)[:limit-1]), unicode.IsSpace) + "…"
}

func asMoney(v ref.Val) ref.Val {
	switch n := v.Value().(type) {
	case int64:
		return types.String(request.USD(float64(n)))
	case float64:
		return types.String(request.USD(n))
	default:
		return types.MaybeNoSuchOverloadErr(v)
	}
}

func formatTime(args ...ref.Val) ref.Val {
	at, ok := args[0].Value().(time.Time)
	if !ok {
		return types.NewErr("there is no time to format")
	}
	pattern, err := ParsePattern(text(args[1]))
	if err != nil {
		return types.NewErr("%s", err.Error())
	}
	zone, err := time.LoadLocation(text(args[2]))
	if err != nil {
		return types.NewErr("there is no time zone %q", text(args[2]))
	}
	return types.String(pattern.Format(at.In(zone)))
}
