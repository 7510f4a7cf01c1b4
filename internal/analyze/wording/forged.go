package wording

import "github.com/your-org/multi-tenant-pipeline/pkg/lazyregexp"

// Who and what a forged part says that it is of, and the end of the sender's own.
const (
	forgedEnd  = `(?:end|close|start|begin)(?:ning)?(?: of)?(?: the)? (?:form|message|transcript|conversation|call|input|submission|user|data|request|text|document)\b`
	forgedBy   = `(?:assistant|analyst|agent|model|ai|reviewer|scoring|internal|crm|qa|system|admin|office|staff|rep|sales|dispatcher|coordinator|estimator)(?:'?s)?[ _-]`
	forgedNote = `notes?|instructions?|summary|override|comments?|verification|remarks?|use only`
)

// forged begins a part that a sender passes off as somebody else's: the end of the form, the
// office's or the assistant's notes, a turn of the agent. Without a mark before it, it needs a
// colon or a dash behind it and a word that says more than "office update: we need a floor".
var forged = lazyregexp.New(`(?i)(?:[#=*~_<\[{|-]{2,}|[<\[{])\s*/?(?:` + forgedEnd + `|` + forgedBy + `(?:` + forgedNote + `|only|data|info|use|update|review)\b)` +
	`|(?:^|\n)\s*/?(?:` + forgedEnd + `|` + forgedBy + `(?:` + forgedNote + `)(?:\s*\([^)\n]{0,40}\))?\s*[:–—-])`)

// hideForged hides a forged part up to the end of the text. Only what somebody goes on to say of
// themselves, without a claim that the analysis would weigh, stays.
func hideForged(out []byte, text string) {
	at := forged.FindStringIndex(text)
	if at == nil {
		return
	}
	hide(out, Span{at[0], at[1]})
	for _, s := range Sentences(text[at[1]:]) {
		said := Span{at[1] + s.From, at[1] + s.To}
		sentence := Fold(text[said.From:said.To])
		if !firstPerson.MatchString(sentence) || claimWord.MatchString(sentence) {
			hide(out, said)
		}
	}
}
