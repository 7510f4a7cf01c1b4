package mapping

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// day is the kind of a time that means a day in the tenant's calendar. As a value it is that
// day's midnight in UTC, which is what CRMs want of a date.
const day expr.Kind = "a day"

// format says how a value is written.
type format struct {
	from  []expr.Kind
	to    expr.Kind
	write func(value any, t *tenant.Tenant) (any, error)
}

func (f *format) takes(k expr.Kind) bool {
	return k == expr.Any || slices.Contains(f.from, k) || k == expr.List && f.to == expr.Text && slices.Contains(f.from, expr.Text)
}

var (
	texts   = []expr.Kind{expr.Text}
	numbers = []expr.Kind{expr.Integer, expr.Number}
	times   = []expr.Kind{expr.Time}
)

// formats are the formats that have a name. Any other one is a pattern for times.
var formats = map[string]*format{
	"text":     {[]expr.Kind{expr.Integer, expr.Number, expr.Bool, expr.Time, expr.Text}, expr.Text, asText},
	"number":   {[]expr.Kind{expr.Text, expr.Integer, expr.Number}, expr.Number, asNumber},
	"integer":  {[]expr.Kind{expr.Text, expr.Integer, expr.Number}, expr.Integer, asInteger},
	"money":    {numbers, expr.Text, asMoney},
	"yes_no":   {[]expr.Kind{expr.Bool}, expr.Text, asYesNo},
	"date":     {times, day, asDay},
	"e164":     {texts, expr.Text, phone(expr.E164)},
	"national": {texts, expr.Text, phone(expr.National)},
	"title":    {texts, expr.Text, letters(expr.Title)},
	"words":    {texts, expr.Text, letters(expr.Words)},
	"upper":    {texts, expr.Text, letters(strings.ToUpper)},
	"lower":    {texts, expr.Text, letters(strings.ToLower)},
}

func parseFormat(s string) (*format, error) {
	if f, ok := formats[s]; ok {
		return f, nil
	}
	pattern, err := expr.ParsePattern(s)
	if err != nil {
		return nil, fmt.Errorf("it is neither %s nor a pattern for a time (%w)", strings.Join(formatNames(), ", "), err)
	}
	return &format{times, expr.Text, func(value any, t *tenant.Tenant) (any, error) {
		at, ok := value.(time.Time)
		if !ok {
			return nil, errKind
		}
		return pattern.Format(at.In(t.Location())), nil
	}}, nil
}

func formatNames() []string {
	names := make([]string, 0, len(formats))
	for name := range formats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var errKind = errors.New("the value is of another kind than the format is for")

// apply writes a value; of a list, each text.
func (f *format) apply(value any, t *tenant.Tenant) (any, error) {
	list, ok := value.([]string)
	if !ok {
		if value == nil || !f.takes(kindOf(value)) {
			return nil, errKind
		}
		return f.write(value, t)
	}
	written := make([]string, 0, len(list))
	for _, item := range list {
		one, err := f.write(item, t)
		if err != nil {
			return nil, err
		}
		written = append(written, expr.AsText(one))
	}
	return written, nil
}

// kindOf returns the kind of a value, Any for nothing.
func kindOf(value any) expr.Kind {
	switch value.(type) {
	case string:
		return expr.Text
	case int64:
		return expr.Integer
	case float64:
		return expr.Number
	case bool:
		return expr.Bool
	case time.Time:
		return expr.Time
	case []string:
		return expr.List
	default:
		return expr.Any
	}
}

func asText(value any, t *tenant.Tenant) (any, error) {
	if at, ok := value.(time.Time); ok {
		value = at.In(t.Location())
	}
	return expr.AsText(value), nil
}

// asNumber reads what people write: "$25,000" is a number.
func asNumber(value any, _ *tenant.Tenant) (any, error) {
	s := strings.NewReplacer("$", "", ",", "", " ", "").Replace(expr.AsText(value))
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errors.New("the text is not a number")
	}
	return f, nil
}

func asInteger(value any, t *tenant.Tenant) (any, error) {
	n, err := asNumber(value, t)
	f, ok := n.(float64)
	if err != nil || !ok || math.Abs(f) > 1<<53 {
		return nil, errors.New("the value is not a whole number")
	}
	return int64(math.Round(f)), nil
}

func asMoney(value any, t *tenant.Tenant) (any, error) {
	n, err := asNumber(value, t)
	f, ok := n.(float64)
	if err != nil || !ok {
		return nil, errKind
	}
	return request.USD(f), nil
}

func asYesNo(value any, _ *tenant.Tenant) (any, error) {
	if yes, ok := value.(bool); ok && yes {
		return "Yes", nil
	}
	return "No", nil
}

func asDay(value any, t *tenant.Tenant) (any, error) {
	at, ok := value.(time.Time)
	if !ok {
		return nil, errKind
	}
	year, month, date := at.In(t.Location()).Date()
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC), nil
}

func phone(write func(number, region string) string) func(any, *tenant.Tenant) (any, error) {
	return func(value any, t *tenant.Tenant) (any, error) { return write(expr.AsText(value), t.Region), nil }
}

func letters(write func(string) string) func(any, *tenant.Tenant) (any, error) {
	return func(value any, _ *tenant.Tenant) (any, error) { return write(expr.AsText(value)), nil }
}
