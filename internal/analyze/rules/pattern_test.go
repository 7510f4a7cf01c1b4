package rules

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A pattern must answer as its whole expression does, whatever it leaves untried.
func TestAPatternAnswersAsItsExpression(t *testing.T) {
	t.Parallel()
	patterns := []*pattern{
		words(`quotes?`, `(new|old) roof`, `roof`, `a+b*`, `(?:not|no) (more|less)`, `\d+ ?k`, `i`, `(x|yz|)end`, `call\W*$`),
		words(`roof`), words(`ro`, `roof`, `new`), expression(`(new )?roof|call.{0,9}new`), anyOf(`\?`, `e-?mail`), moneyTalk, priceTalk, roomAsPlace,
	}
	texts := rapid.OneOf(
		rapid.StringMatching(`((new|old|roof|quote|quotes|call|no|more|less|aab|ab|12 k|i|end|xend|e-mail|email|the|kitchen|in|fine|cost)( |, |\?|\.)){0,9}`),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		p := rapid.SampledFrom(patterns).Draw(t, "pattern")
		if got, want := p.MatchString(text), p.whole.MatchString(text); got != want {
			t.Fatalf("MatchString(%q) = %t, want %t", text, got, want)
		}
		if diff := cmp.Diff(p.whole.FindStringIndex(text), p.FindStringIndex(text)); diff != "" {
			t.Fatalf("FindStringIndex(%q) (-want +got):\n%s", text, diff)
		}
		if diff := cmp.Diff(p.whole.FindAllStringIndex(text, -1), p.FindAllStringIndex(text, -1)); diff != "" {
			t.Fatalf("FindAllStringIndex(%q) (-want +got):\n%s", text, diff)
		}
		s := &sentence{norm: text, letters: new(signature)}
		s.letters.add(text)
		h, ok := find([]*sentence{s}, p)
		if want := p.whole.FindStringIndex(text); ok != (want != nil) || ok && (h.lo != want[0] || h.hi != want[1]) {
			t.Fatalf("find(%q) = %v %t, want %v", text, h, ok, want)
		}
	})
}
