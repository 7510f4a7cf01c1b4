package wording

import "github.com/your-org/multi-tenant-pipeline/pkg/lazyregexp"

// forged begins a part that a sender passes off as somebody else's: the end of the form, the
// office's or the assistant's notes, a turn of the agent.
var forged = lazyregexp.New(`(?i)(?:[#=*~_<\[{|-]{2,}|[<\[{]|(?:^|\n))\s*/?(?:(?:end|close|start|begin)(?:ning)?(?: of)?(?: the)? (?:form|message|transcript|conversation|call|input|submission|user|data|request|text|document)\b|(?:assistant|analyst|agent|model|ai|reviewer|scoring|internal|crm|qa|system|admin|office|staff|rep|sales|dispatcher|coordinator|estimator)(?:'?s)?[ _-](?:notes?|instructions?|summary|override|comments?|only|data|info|use|update|verification|review|remarks?)\b)`)

// hideForged hides a forged part up to the end of the text. Only what somebody goes on to say of
// themselves, without a claim that the analysis would weigh, stays.
func hideForged(out []byte, text string) {
	at := forged.FindStringIndex(text)
	if at == nil {
		return
	}
	for i, s := range Sentences(text[at[0]:]) {
		sentence := Fold(text[at[0]+s.From : at[0]+s.To])
		if i > 0 && firstPerson.MatchString(sentence) && !claimWord.MatchString(sentence) {
			continue
		}
		hide(out, Span{at[0] + s.From, at[0] + s.To})
	}
}
