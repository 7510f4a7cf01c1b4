package request

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Question is one that a company wants answered about every request.
type Question struct {
	ID       string   `json:"id"` // names the answer in expressions: answers["has_pets"]
	Question string   `json:"question"`
	Type     string   `json:"type"`
	Choices  []string `json:"choices,omitempty"` // of QuestionChoice alone
}

// The types of questions, and what the value of an answer is in Go and JSON.
const (
	QuestionYesNo  = "yes_no" // a bool
	QuestionChoice = "choice" // one of the choices
	QuestionNumber = "number" // a float64
	QuestionText   = "text"   // a string
)

// Answer is the answer to a Question. It has a value only if words of the transcript justify it.
type Answer struct {
	ID         string  `json:"id"`
	Question   string  `json:"question"` // as it was when it was asked
	Type       string  `json:"type"`
	Value      any     `json:"value"`   // bool, string or float64; nil: not known
	Segment    *int    `json:"segment"` // index of the transcript segment; nil without a value
	Quote      string  `json:"quote"`   // words of that segment; empty without a value
	Confidence float64 `json:"confidence"`
}

// Limits of questions. Each is part of every prompt, which is paid for by its length.
const (
	MaxQuestions = 20
	maxQuestion  = 300 // letters
	maxChoice    = 80  // letters
	minChoices   = 2
	maxChoices   = 20
)

// questionID is a name that needs no quoting in JSON, in a schema or in an expression.
var questionID = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

const longestQuestionID = 40

// Check returns everything that is wrong with a question, one error for each.
func (q Question) Check() []error {
	var errs []error
	wrong := func(is bool, why string) {
		if is {
			errs = append(errs, errors.New(why))
		}
	}
	wrong(!questionID.MatchString(q.ID) || len(q.ID) > longestQuestionID, "id: it must be 1 to 40 lower case letters, digits and underscores, with a letter first")
	wrong(!sayable(q.Question, maxQuestion), "question: it must be one line of 1 to 300 characters")
	switch q.Type {
	case QuestionChoice:
		errs = append(errs, checkChoices(q.Choices)...)
	case QuestionYesNo, QuestionNumber, QuestionText:
		wrong(len(q.Choices) > 0, "choices: only a question of type choice has them")
	default:
		wrong(true, "type: it must be yes_no, choice, number or text")
	}
	return errs
}

func checkChoices(choices []string) []error {
	var errs []error
	if len(choices) < minChoices || len(choices) > maxChoices {
		errs = append(errs, errors.New("choices: there must be 2 to 20"))
	}
	for i, c := range choices {
		if !sayable(c, maxChoice) {
			errs = append(errs, fmt.Errorf("choices.%d: it must be one line of 1 to 80 characters", i))
		}
		if slices.ContainsFunc(choices[:i], func(before string) bool { return strings.EqualFold(before, c) }) {
			errs = append(errs, fmt.Errorf("choices.%d: another choice is the same", i))
		}
	}
	return errs
}

// sayable reports whether the text is one line that says something, at most so many letters.
func sayable(text string, letters int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= letters && strings.TrimSpace(text) != "" &&
		!strings.ContainsFunc(text, unreadable)
}

// unreadable reports whether people would not see the character, or see it as a line's end.
func unreadable(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// UsableQuestions returns the questions that can be asked: settings may have been written by
// other hands than the API's, which checks them.
func UsableQuestions(all []Question) []Question {
	var usable []Question
	for _, q := range all {
		known := slices.ContainsFunc(usable, func(before Question) bool { return before.ID == q.ID })
		if len(usable) < MaxQuestions && !known && len(q.Check()) == 0 {
			usable = append(usable, q)
		}
	}
	return usable
}

// Unanswered returns the answer to a question of which nothing is known.
func (q Question) Unanswered() Answer {
	return Answer{ID: q.ID, Question: q.Question, Type: q.Type}
}
