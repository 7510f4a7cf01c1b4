package verdict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/pkg/lazyregexp"
)

// Replies turns an analyser's replies into one answer for each question, in the questions'
// order. A reply without a quote that is in the transcript, or with a value that the question
// cannot have, leaves the question unanswered; the warnings count them.
func Replies(given []Reply, questions []request.Question, tr *request.Transcript) (answers []request.Answer, warnings []string) {
	texts := maskedTexts(tr)
	var invented, unfit int
	for _, q := range questions {
		answer := q.Unanswered()
		at := slices.IndexFunc(given, func(r Reply) bool { return r.ID == q.ID && r.Value != nil })
		if at >= 0 {
			reply := given[at]
			value, fits := valueOf(q, reply.Value)
			segment, found := locate(texts, request.Evidence{Segment: reply.Segment, Quote: reply.Quote})
			switch {
			case !fits:
				unfit++
			case !found:
				invented++
			default:
				answer.Value, answer.Segment, answer.Quote, answer.Confidence = value, &segment, reply.Quote, round2(reply.Confidence)
			}
		}
		answers = append(answers, answer)
	}
	return answers, slices.Concat(
		counted(unfit, "%d answers to questions of the company were of the wrong kind and were dropped"),
		counted(invented, "%d answers to questions of the company have no quote in the transcript and were dropped"),
	)
}

func counted(n int, format string) []string {
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf(format, n)}
}

// valueOf returns a reply's value as the question's type has it.
func valueOf(q request.Question, given any) (value any, ok bool) {
	text := strings.TrimSpace(textOf(given))
	switch q.Type {
	case request.QuestionYesNo:
		return yesNo(text)
	case request.QuestionNumber:
		return number(text)
	case request.QuestionChoice:
		at := slices.IndexFunc(q.Choices, func(c string) bool { return same(c, text) })
		if at < 0 {
			return nil, false
		}
		return q.Choices[at], true
	default:
		return text, text != "" && len(text) <= maxText
	}
}

// same reports whether a choice was meant: case, accents and punctuation do not matter, unless
// a choice is nothing else.
func same(choice, text string) bool {
	words := wording.Words(choice)
	return text == choice || len(words) > 0 && slices.Equal(words, wording.Words(text))
}

// textOf returns a value as the text that was asked for; empty if it is no single value.
func textOf(given any) string {
	switch v := given.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return ""
	}
}

func yesNo(text string) (value any, ok bool) {
	switch strings.ToLower(text) {
	case "yes", "true":
		return true, true
	case "no", "false":
		return false, true
	default:
		return nil, false
	}
}

// plainNumber is a number as people write it: 1,200 or $40 or 2.5.
var plainNumber = lazyregexp.New(`^-?\$?\d{1,15}(,\d{3})*(\.\d{1,6})?$`)

func number(text string) (value any, ok bool) {
	if !plainNumber.MatchString(text) {
		return nil, false
	}
	n, err := strconv.ParseFloat(strings.NewReplacer(",", "", "$", "").Replace(text), 64)
	return n, err == nil
}
