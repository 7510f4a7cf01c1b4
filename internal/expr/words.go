package expr

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	overload   = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'$`)
	undeclared = regexp.MustCompile(`^undeclared reference to '([^']*)'(?: \(in container '[^']*'\))?(.*)$`)
	mismatch   = regexp.MustCompile(`^expected type '(.*)' but found '(.*)'$`)
	noFields   = regexp.MustCompile(`^type '(.*)' does not support field selection$`)
	syntax     = regexp.MustCompile(`^Syntax error: (?:mismatched|extraneous|no viable alternative at) input '(.*?)'(?: expecting .*)?$`)
	noToken    = regexp.MustCompile(`^Syntax error: token recognition error at: '(.*)'$`)
	operators  = map[string]string{
		"_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=", "_&&_": "&&", "_||_": "||", "!_": "!",
		"_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%", "-_": "-", "@in": "in", "_?_:_": "? :", "_[_]": "[ ]",
	}
)

// plainWords translates what people meet most.
func plainWords(message string) string {
	if m := overload.FindStringSubmatch(message); m != nil {
		return noOverload(m[1], typeWords(m[2]))
	}
	if m := undeclared.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("%q is not known%s", m[1], m[2])
	}
	if m := mismatch.FindStringSubmatch(message); m != nil {
		return "here must stand a " + typeWords(m[1]) + " value, not a " + typeWords(m[2])
	}
	if m := noFields.FindStringSubmatch(message); m != nil {
		return "a " + typeWords(m[1]) + " has no fields"
	}
	if m := syntax.FindStringSubmatch(message); m != nil {
		if m[1] == "<EOF>" {
			return "the expression ends too early"
		}
		return fmt.Sprintf("%q does not belong here", m[1])
	}
	if m := noToken.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("%q is not understood; texts stand between quotes", m[1])
	}
	if message == "invalid matches argument" {
		return "this is no regular expression"
	}
	return strings.TrimPrefix(message, "Syntax error: ")
}

func noOverload(name, args string) string {
	if symbol, ok := operators[name]; ok {
		name = symbol
	}
	message := fmt.Sprintf("%s cannot be used with %s", name, args)
	if args == "(whole number, number)" || args == "(number, whole number)" {
		message += "; write double(…) around the whole number"
	}
	return message
}

var celTypes = regexp.MustCompile(`\b(string|int|uint|double|bool|google\.protobuf\.Timestamp|timestamp|google\.protobuf\.Duration|null_type|null)\b`)

// typeWords puts the names of types into plain words.
func typeWords(names string) string {
	names = strings.NewReplacer("pipeline.", "", "wrapper(int)", "int").Replace(names)
	return celTypes.ReplaceAllStringFunc(names, func(name string) string {
		switch name {
		case "string":
			return "text"
		case "int", "uint":
			return "whole number"
		case "double":
			return "number"
		case "bool":
			return "true-or-false"
		case "google.protobuf.Timestamp", "timestamp":
			return "time"
		case "google.protobuf.Duration":
			return "duration"
		default:
			return "nothing"
		}
	})
}

func valueWords(value any) string {
	switch value.(type) {
	case nil:
		return "nothing"
	case string:
		return string(Text)
	case int64, float64:
		return string(Number)
	default:
		return "something else"
	}
}

func oneOf(kinds []Kind) string {
	names := make([]string, 0, len(kinds))
	for _, k := range kinds {
		names = append(names, string(k))
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
