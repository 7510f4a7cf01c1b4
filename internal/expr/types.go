package expr

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

var timeType = reflect.TypeFor[time.Time]()

// shapes are the object types that expressions know, each with its fields by JSON name.
type shapes map[string]map[string]*cel.Type

// declare returns the type of a Go type, and learns the structures in it. What may be absent
// (a pointer) may be null.
func (s shapes) declare(t reflect.Type) *cel.Type {
	switch t.Kind() {
	case reflect.Bool:
		return cel.BoolType
	case reflect.Int, reflect.Int64:
		return cel.IntType
	case reflect.Float64:
		return cel.DoubleType
	case reflect.String:
		return cel.StringType
	case reflect.Pointer:
		return cel.NullableType(s.declare(t.Elem()))
	case reflect.Slice:
		return cel.ListType(s.declare(t.Elem()))
	case reflect.Map:
		return cel.MapType(cel.StringType, s.declare(t.Elem()))
	case reflect.Interface: // an answer's value, which is of its question's type
		return cel.DynType
	case reflect.Struct:
		if t == timeType {
			return cel.TimestampType
		}
		return s.object(t)
	default:
		panic("expressions cannot hold a " + t.String()) // reached by our own structures alone
	}
}

func (s shapes) object(t reflect.Type) *cel.Type {
	name := "pipeline." + t.Name()
	if _, known := s[name]; !known {
		s[name] = make(map[string]*cel.Type)
		for i := range t.NumField() {
			if field, ok := jsonName(t.Field(i)); ok {
				s[name][field] = s.declare(t.Field(i).Type)
			}
		}
	}
	return cel.ObjectType(name)
}

func jsonName(f reflect.StructField) (string, bool) {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name, name != "" && name != "-"
}

// native returns a Go value in the form that expressions work on: structures become maps by
// JSON name with all their fields, what is absent becomes nil.
func native(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return native(v.Elem())
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int64:
		return v.Int()
	case reflect.Slice:
		all := make([]any, v.Len())
		for i := range all {
			all[i] = native(v.Index(i))
		}
		return all
	case reflect.Struct:
		return nativeStruct(v)
	case reflect.Map:
		return nativeMap(v)
	default:
		return v.Interface()
	}
}

func nativeStruct(v reflect.Value) any {
	if at, ok := v.Interface().(time.Time); ok {
		if at.IsZero() {
			return nil
		}
		return at
	}
	fields := make(map[string]any, v.NumField())
	for i := range v.NumField() {
		if name, ok := jsonName(v.Type().Field(i)); ok {
			fields[name] = native(v.Field(i))
		}
	}
	return fields
}

// nativeMap keeps maps of plain values as they are.
func nativeMap(v reflect.Value) any {
	if v.Type().Elem().Kind() != reflect.Struct {
		return v.Interface()
	}
	all := make(map[string]any, v.Len())
	for name, value := range v.Seq2() {
		all[name.String()] = native(value)
	}
	return all
}

// catalog tells the type checker about our shapes, and beside them what CEL knows itself.
type catalog struct {
	types.Provider
	shapes shapes
}

// FindStructType implements types.Provider.
func (c catalog) FindStructType(name string) (*types.Type, bool) {
	if _, ok := c.shapes[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return c.Provider.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (c catalog) FindStructFieldNames(name string) ([]string, bool) {
	if fields, ok := c.shapes[name]; ok {
		return sortedNames(fields), true
	}
	return c.Provider.FindStructFieldNames(name)
}

// FindStructFieldType implements types.Provider. A field is set if it is not empty.
func (c catalog) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	fields, ok := c.shapes[name]
	if !ok {
		return c.Provider.FindStructFieldType(name, field)
	}
	typ, ok := fields[field]
	if !ok {
		return nil, false
	}
	get := func(target any) (any, error) {
		object, ok := target.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("no such field: %s", field)
		}
		return object[field], nil
	}
	isSet := func(target any) bool {
		value, err := get(target)
		return err == nil && !isEmpty(types.DefaultTypeAdapter.NativeToValue(value))
	}
	return &types.FieldType{Type: typ, IsSet: isSet, GetFrom: get}, true
}

// NewValue implements types.Provider. Expressions read requests; they cannot make one up.
func (c catalog) NewValue(name string, fields map[string]ref.Val) ref.Val {
	if _, ok := c.shapes[name]; ok {
		return types.NewErr("%s cannot be made in an expression", name)
	}
	return c.Provider.NewValue(name, fields)
}

func sortedNames(fields map[string]*cel.Type) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
