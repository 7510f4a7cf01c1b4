package wording

import (
	"strings"

	"github.com/your-org/multi-tenant-pipeline/pkg/lazyregexp"
)

// hidden stands for every byte of a part that Mask took out.
const hidden = "\x00"

// steering are the ways in which somebody talks to the analysis rather than the company:
// orders to ignore orders, the machine addressed or described, our own field names, wishes
// about a score. Phrases that a customer could mean otherwise ("put me down for Tuesday",
// "mark it urgent") are left alone.
var steering = lazyregexp.New(strings.Join([]string{
	`\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(instructions?|rules?|prompts?|guidelines|directions|(everything|anything|all)( that was| you were)? (above|said|told))\b`,
	`\b(previous|prior|above|new|updated|following|hidden|special|system) instructions?\b`,
	`\b(system|developer|admin|debug) (prompt|message|mode|override|note|command|instruction)\b`,
	`^\W*(system|assistant|instructions?|note to (the )?\w+|attention)\s*[:>\]]`,
	`[<\[(]/?\s*(system|assistant|instructions?|inst|request_data|user|end)\b.{0,20}[>\])]`,
	`\b(you are|you're|act as|pretend to be|as) (now )?(an? |the )?(ai|a\.i\.|artificial intelligence|language model|llm|chatbot|bot|assistant|lead[ -]scor\w+|classifier|analy[sz]er)\b`,
	`\b(dear|hey|hello|hi|attention|note (to|for)|message (to|for)|instructions? (to|for)|tell|telling|for) (the |an? |your |this |whatever |any )?(ai|a\.i\.|artificial intelligence|language model|llm|gemini|chat ?gpt|classifier|analy[sz]er|transcri\w+ (system|software|ai|bot)|(automated|scoring|analysis|lead) (system|software|ai|bot|tool|model|engine|analysis))\b`,
	`\b(whoever|whatever|anyone|anything|the (ai|computer|machine|software|system|bot|robot|algorithm|model)|your (ai|computer|machine|software|bot|robot|algorithm|model)) (that |that's |which |who |is |are |will |may |might )*(scor|rat|grad|analy[sz]|read|classif|evaluat|process|review|transcrib|summari)\w*`,
	`\b(lead|intent|quality)[ _-]?scor(e|ing)s?\b|\bscore[ _]?band\b|\bis_lead\b|\bproject_type\b|\bbudget[ _]signal\b|\bquote_request\b|\b(1_3|3_6|6_plus)_months\b`,
	`\b(set|give|assign|make|raise|change|bump|boost|rate|put|return|output|write|enter|report)\b.{0,40}\b(score|scoring|rating|rank|ranking|grade|points)\b`,
	`\b(score|rate|grade|rank) (this|me|it|us|my|the|that)\b.{0,40}\b(\d{2,3}|hundred|ninety|high(est)?|hot|top|max\w*|perfect|ten|full)\b`,
	`\bscore (of|is|to|should be|must be|=|:) ?(a |an )?(\d{1,3}|one hundred|a hundred|hundred|ninety|maximum|perfect)\b`,
	`\b(mark|classify|label|rate|tag|flag|categori[sz]e|record|treat|log|count|report|register|list|set|consider|code|file)\b.{0,40}\b(as|to) (an? |the |your |being )?((very |extra |super |red )?hot|qualified|high[ -](value|priority|quality|budget|intent|scor\w+)|top[ -](lead|priority|score)|lead\b|not (a )?spam|non-?spam|spam|booked|quote|100|one hundred|legitimate|legit|genuine|customer|(none|high|low|medium|cold|warm|immediate|unknown)\b)`,
	`\b(hot|qualified|top|priority|perfect) lead\b`,
	`\b(output|respond|reply|answer|return)\b.{0,30}\b(json|schema|format|only with|with only|exactly)\b`,
	`["']?\b(intent|timeline|budget|spam|appointment|sentiment|score|project)\b["']?\s*[=:]\s*["']?(high|low|medium|unknown|immediate|booked|requested|none|true|false|spam|hot|\d{2,3})\b`,
	`\b(end|beginning|start) of (the )?(transcript|conversation|call|user input|data|prompt)\b.{0,5}$`,
	`\b(ignor(a|e|en)|olvid(a|e|en)|omit(a|e|an))\b.{0,30}\b(instrucciones|reglas|ordenes)\b`,
	`\b(clasific|marc|calific|puntu|registr)(a|ar|e|en|ue|uen)\b.{0,40}\b(como|con)\b.{0,25}\b(cliente|lead|alta|caliente|100|cien|prioridad|spam|urgente)\b`,
	`^\W*(sistema|asistente|instruc{2}ion(es)?|nota (para|a) (la |el )?(ia|sistema|modelo|asistente))\s*:`,
	`\b(puntuacion|puntaje)\b|\blead (caliente|calificado)\b`,
}, "|"))

// thirdPerson is somebody who speaks of the caller as a file would.
var thirdPerson = lazyregexp.New(`\b(the|this) (caller|customer|lead|prospect|client)\b.{0,60}\b(is|has|wants|needs|agreed|booked|confirmed|budget|timeline|appointment|ready|should|must|was|will)\b|\b(this|the) (call|request|form|message|inquiry|submission|conversation) (is|was|should|must|counts|has|deserves)\b.{0,40}\b(lead|quote|spam|legit\w*|genuine|urgent|priority|hot|booked|scor\w*|qualified|high)\b`)

var (
	firstPerson = lazyregexp.New(`\b(i|i'm|i've|i'd|i'll|my|me|we|we're|we've|we'd|we'll|our|us|mi|mis|nuestr[oa]|quiero|necesito|queremos)\b`)
	claimWord   = lazyregexp.New(`\b(budget|timeline|intent|score|lead|hot|booked|appointment|priority|qualified|urgent|immediate|high|unlimited|spam|json|field|confidence|sentiment|dollars|thousand|approved)\b|\$|[{}<>]`)
	clauseEnd   = lazyregexp.New(`(?i)[,:]\s+|\s+(?:because|since|but|and i|and we|so i|so we|pero|porque)\s+`)
)

// Mask hides the parts of a customer's text that try to steer the analysis, and what they
// go on to claim in the same breath. The result is as long as the text.
func Mask(text string) string {
	out := []byte(text)
	steered := false
	hideEncoded(out, text)
	hideForged(out, text)
	for _, s := range Sentences(text) {
		sentence := Fold(text[s.From:s.To])
		switch {
		case steering.MatchString(sentence) || thirdPerson.MatchString(sentence):
			steered = true
			maskClauses(out, text, s)
		case steered && claimWord.MatchString(sentence) && !firstPerson.MatchString(sentence):
			hide(out, s)
		}
	}
	return string(out)
}

// maskClauses hides a steering sentence but for the clauses in which somebody speaks of
// themselves and not to the machine.
func maskClauses(out []byte, text string, s Span) {
	sentence := text[s.From:s.To]
	from := 0
	ends := append(clauseEnd.FindAllStringIndex(sentence, -1), []int{len(sentence), len(sentence)})
	found := false
	for _, end := range ends {
		clause := Fold(sentence[from:end[1]])
		steers := steering.MatchString(clause) || thirdPerson.MatchString(clause)
		if steers || !firstPerson.MatchString(clause) {
			hide(out, Span{s.From + from, s.From + end[1]})
		}
		found = found || steers
		from = end[1]
	}
	if !found { // it steers only as a whole
		hide(out, s)
	}
}

func hide(out []byte, s Span) {
	for i := s.From; i < s.To; i++ {
		out[i] = hidden[0]
	}
}

// Steers reports whether any part of the text tries to steer the analysis.
func Steers(text string) bool {
	return strings.Contains(Mask(text), hidden) && !strings.Contains(text, hidden)
}
