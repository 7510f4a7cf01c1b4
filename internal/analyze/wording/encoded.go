package wording

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/pkg/lazyregexp"
)

// encoded is what may be text in base64: nobody says it, but forms can hold it.
var encoded = lazyregexp.New(`[A-Za-z0-9+/_-]{16,}={0,2}`)

// hideEncoded hides base64 in which somebody talks to the analysis. What else looks like it, a
// click id for instance, stays.
func hideEncoded(out []byte, text string) {
	for _, at := range encoded.FindAllStringIndex(text, -1) {
		if plain, ok := decode(text[at[0]:at[1]]); ok && steering.MatchString(Fold(plain)) {
			hide(out, Span{at[0], at[1]})
		}
	}
}

// decode reads base64 of either alphabet, with or without padding.
func decode(token string) (string, bool) {
	token = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(token, "="))
	plain, err := base64.RawStdEncoding.DecodeString(token)
	return string(plain), err == nil && utf8.Valid(plain)
}
