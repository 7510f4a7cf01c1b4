package lazyregexp

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNothingIsCompiledBeforeTheFirstUse(t *testing.T) {
	t.Parallel()
	r := &Regexp{expression: `a+`}
	if r.compiled != nil {
		t.Fatal("it is compiled already")
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if !r.MatchString("caat") || r.MatchString("b") {
				t.Error("it does not match as it should")
			}
		})
	}
	all.Wait()
	if r.compiled == nil {
		t.Error("it is not kept")
	}
}

func TestAnExpressionIsCompiledInTestsAtOnce(t *testing.T) {
	t.Parallel()
	if New(`a`).compiled == nil {
		t.Error("it is not compiled")
	}
	defer func() {
		if recover() == nil {
			t.Error("one that is wrong did not panic")
		}
	}()
	New(`(`)
}

func TestItFindsWhatTheCompiledOneFinds(t *testing.T) {
	t.Parallel()
	const expression, text = `(\w)(\d+)`, "a12, b3 and c4"
	lazy, compiled := &Regexp{expression: expression}, regexp.MustCompile(expression)
	for name, pair := range map[string][2]any{
		"FindStringIndex":            {lazy.FindStringIndex(text), compiled.FindStringIndex(text)},
		"FindStringSubmatch":         {lazy.FindStringSubmatch(text), compiled.FindStringSubmatch(text)},
		"FindStringSubmatchIndex":    {lazy.FindStringSubmatchIndex(text), compiled.FindStringSubmatchIndex(text)},
		"FindAllString":              {lazy.FindAllString(text, 2), compiled.FindAllString(text, 2)},
		"FindAllStringIndex":         {lazy.FindAllStringIndex(text, 2), compiled.FindAllStringIndex(text, 2)},
		"FindAllStringSubmatch":      {lazy.FindAllStringSubmatch(text, -1), compiled.FindAllStringSubmatch(text, -1)},
		"FindAllStringSubmatchIndex": {lazy.FindAllStringSubmatchIndex(text, -1), compiled.FindAllStringSubmatchIndex(text, -1)},
		"ReplaceAllStringFunc":       {lazy.ReplaceAllStringFunc(text, strings.ToUpper), compiled.ReplaceAllStringFunc(text, strings.ToUpper)},
	} {
		if diff := cmp.Diff(pair[1], pair[0]); diff != "" {
			t.Errorf("%s (-compiled +lazy):\n%s", name, diff)
		}
	}
}
