package transcribe

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// profanity are whole words, in English and Spanish, that nobody needs to read to understand a
// call. Words that also mean something in a house ("cock", "damn", "crap") are not among them.
//
// The service has a filter of its own. This one masks the source's transcripts too, and does not
// depend on what a model supports.
var profanity = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	`(mother)?fuck(s|er|ers|ed|ing|in)?`, `(bull|horse)?shit(s|ty|ting|head|heads)?`, `bitch(es|y|ing)?`, `ass ?holes?`, `bastards?`,
	`cunts?`, `dick ?heads?`, `goddamn(ed|it)?`, `pricks?`, `sluts?`, `whores?`, `wank(er|ers|ing)?`, `piss(ed)? off`,
	`mierda`, `put[ao]s?`, `pendej[ao]s?`, `cabr[oó]n(es)?`, `chinga(r|da|do|dos)?`, `joder`, `culeros?`, `verga`,
}, "|") + `)\b`)

// maskProfanity leaves the first letter of each such word.
func maskProfanity(t *request.Transcript) {
	for i := range t.Segments {
		t.Segments[i].Text = masked(t.Segments[i].Text)
	}
}

func masked(text string) string {
	var b strings.Builder
	end := 0
	for _, at := range profanity.FindAllStringIndex(text, -1) {
		// \b knows ASCII alone, and would find "puta" in "putañero".
		if r, _ := utf8.DecodeRuneInString(text[at[1]:]); r != utf8.RuneError && unicode.IsLetter(r) {
			continue
		}
		b.WriteString(text[end : at[0]+1])
		b.WriteString(strings.Repeat("*", utf8.RuneCountInString(text[at[0]+1:at[1]])))
		end = at[1]
	}
	return b.String() + text[end:]
}
