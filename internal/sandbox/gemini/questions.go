package gemini

import (
	"regexp"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
	lead "github.com/your-org/multi-tenant-pipeline/internal/request"
)

// replies answers a company's own questions as far as words of the question, or one of its
// choices, come up in what the customer says. A model understands more than that.
func replies(in prompt.Input) []verdict.Reply {
	if len(in.Questions) == 0 {
		return nil
	}
	all := []verdict.Reply{}
	for _, q := range in.Questions {
		if reply, ok := replyTo(q, in.Segments); ok {
			all = append(all, reply)
		}
	}
	return all
}

func replyTo(q lead.Question, segments []prompt.Segment) (verdict.Reply, bool) {
	for _, s := range segments {
		if s.Speaker == lead.Agent {
			continue
		}
		for _, span := range wording.Sentences(s.Text) {
			sentence := strings.TrimSpace(s.Text[span.From:span.To])
			if value, ok := valueIn(q, sentence); ok {
				return verdict.Reply{ID: q.ID, Value: value, Segment: s.Index, Quote: sentence, Confidence: 0.6}, true
			}
		}
	}
	return verdict.Reply{}, false
}

var (
	digits  = regexp.MustCompile(`\d[\d,]*(\.\d+)?`)
	refusal = regexp.MustCompile(`(?i)\b(no|not|never|none|without)\b|n't\b`)
)

// valueIn returns what a sentence says about a question.
func valueIn(q lead.Question, sentence string) (string, bool) {
	if q.Type == lead.QuestionChoice {
		at := slices.IndexFunc(q.Choices, func(c string) bool { return wording.Contains(sentence, c) })
		if at < 0 {
			return "", false
		}
		return q.Choices[at], true
	}
	if !related(q.Question, sentence) {
		return "", false
	}
	switch q.Type {
	case lead.QuestionNumber:
		number := digits.FindString(sentence)
		return number, number != ""
	case lead.QuestionYesNo:
		if refusal.MatchString(sentence) {
			return "no", true
		}
		return "yes", true
	default:
		return sentence, len(sentence) <= 200
	}
}

// fillers are long words that questions have whatever they are about.
var fillers = []string{"there", "they", "have", "what", "when", "where", "which", "with", "would", "does", "that", "this", "much", "many", "want", "about", "will"}

// related reports whether a sentence has a word of the question that matters.
func related(question, sentence string) bool {
	said := wording.Words(sentence)
	return slices.ContainsFunc(wording.Words(question), func(word string) bool {
		return len(word) > 3 && !slices.Contains(fillers, word) &&
			slices.ContainsFunc(said, func(s string) bool { return strings.TrimSuffix(s, "s") == strings.TrimSuffix(word, "s") })
	})
}
