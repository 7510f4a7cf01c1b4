package expr_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/expr"
)

// FuzzProgram: whatever a tenant writes, it is refused with its place or runs to an end, at a
// bounded cost, to a value of the kind that it was compiled for.
func FuzzProgram(f *testing.F) {
	for _, source := range []string{
		"analysis.lead_score >= 80 && request.kind == 'call'", "coalesce(request.form['rooms'], 'one').title()",
		"transcript.segments.map(s, s.text).join(' ').matches('(a+)+$')", "now.format_time('EEE d MMM', tenant.time_zone)",
		"[1,2,3].map(x, [1,2,3].map(y, x / (y - 1)))", "'%s'.format([analysis.budget.min])", "money(1e308 * 10.0)",
		"transcript.text.split('').map(a, transcript.text.split('').map(b, transcript.text)).size()", "'a'.truncate(-1)", "((((",
		"person.phone.e164('ZZ') + '\u0000'", "duration('1h') > duration('-1s')", "-9223372036854775808 / -1",
	} {
		f.Add(source)
	}
	vars := newSubject().Vars()
	f.Fuzz(func(t *testing.T, source string) {
		p, err := expr.Compile(source, expr.Values...)
		if err != nil {
			for _, m := range expr.Mistakes(err) {
				if m.Line < 1 || m.Column < 1 || m.Message == "" {
					t.Errorf("%q: a mistake without words or place: %+v", source, m)
				}
			}
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		value, err := p.Value(ctx, vars)
		if ctx.Err() != nil {
			t.Fatalf("%q costs too much", source)
		}
		if err != nil {
			for _, private := range []string{"Dana", "dana@example.com", "5550142"} {
				if strings.Contains(err.Error(), private) && !strings.Contains(source, private) {
					t.Errorf("%q: the error quotes the request: %v", source, err)
				}
			}
			return
		}
		switch value.(type) {
		case nil, string, bool, int64, float64, time.Time, []string:
			_ = expr.AsText(value)
		default:
			t.Errorf("%q is a %T", source, value)
		}
		matched, err := p.Match(ctx, vars)
		if is, ok := value.(bool); ok && (err != nil || matched != is) {
			t.Errorf("%q is %t, and matches %t, %v", source, is, matched, err)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q costs too much", source)
		}
	})
}
