package request

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Correction is an answer that a person put right. The analyser's own answer stays beside it.
type Correction struct {
	Field string          `json:"field"` // intent, customer.name …
	Value json.RawMessage `json:"value"`
	Actor string          `json:"actor"`
	At    time.Time       `json:"at"`
}

// CorrectionError says why a correction cannot be taken.
type CorrectionError struct {
	Field string
	Why   string // fixed words
}

func (e *CorrectionError) Error() string { return "correct " + e.Field + ": " + e.Why }

const (
	maxSummary = 4000 // letters
	maxPerson  = 320  // letters: the longest e-mail address
	lowestLead = 20   // the score from which somebody is a lead

	spamIntent, otherIntent = "spam", "other"
)

// answer is one field of an analysis that people may correct.
type answer struct {
	at    func(*Analysis) any  // a pointer to it
	wrong func(*Analysis) bool // nil: every value of its type will do
}

// answers are the fields that may be corrected, by the names of the API.
var answers = map[string]answer{
	"intent":           word(Intents, func(a *Analysis) *string { return &a.Intent }),
	"project_type":     word(ProjectTypes, func(a *Analysis) *string { return &a.ProjectType }),
	"timeline":         word(Timelines, func(a *Analysis) *string { return &a.Timeline }),
	"sentiment":        word(Sentiments, func(a *Analysis) *string { return &a.Sentiment }),
	"appointment":      word(Appointments, func(a *Analysis) *string { return &a.Appointment }),
	"summary":          text(maxSummary, func(a *Analysis) *string { return &a.Summary }),
	"customer.name":    text(maxPerson, func(a *Analysis) *string { return &a.Customer.Name }),
	"customer.email":   text(maxPerson, func(a *Analysis) *string { return &a.Customer.Email }),
	"customer.phone":   text(maxPerson, func(a *Analysis) *string { return &a.Customer.Phone }),
	"customer.address": text(maxPerson, func(a *Analysis) *string { return &a.Customer.Address }),
	"is_lead":          {at: func(a *Analysis) any { return &a.IsLead }},
	"spam":             {at: func(a *Analysis) any { return &a.Spam }},
	"lead_score": {
		at:    func(a *Analysis) any { return &a.LeadScore },
		wrong: func(a *Analysis) bool { return a.LeadScore < 0 || a.LeadScore > 100 },
	},
	"budget": {at: func(a *Analysis) any { return &a.Budget }, wrong: wrongBudget},
}

func word(vocabulary []string, at func(*Analysis) *string) answer {
	return answer{
		at:    func(a *Analysis) any { return at(a) },
		wrong: func(a *Analysis) bool { return !slices.Contains(vocabulary, *at(a)) },
	}
}

func text(letters int, at func(*Analysis) *string) answer {
	return answer{
		at: func(a *Analysis) any { return at(a) },
		wrong: func(a *Analysis) bool {
			return utf8.RuneCountInString(*at(a)) > letters || strings.ContainsRune(*at(a), 0)
		},
	}
}

func wrongBudget(a *Analysis) bool {
	b := a.Budget
	return !slices.Contains(Budgets, b.Signal) || b.Min != nil && *b.Min < 0 || b.Max != nil && *b.Max < 0 ||
		b.Min != nil && b.Max != nil && *b.Min > *b.Max
}

// set writes a value into the field. One that the field cannot have changes nothing.
func (f answer) set(a *Analysis, value json.RawMessage) bool {
	changed := *a
	field := f.at(&changed)
	reflect.ValueOf(field).Elem().SetZero() // decoding into amounts that are there would write through to a's
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.DisallowUnknownFields()
	if bytes.Equal(bytes.TrimSpace(value), []byte("null")) || decoder.Decode(field) != nil {
		return false
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) || f.wrong != nil && f.wrong(&changed) {
		return false
	}
	*a = changed
	return true
}

// Was returns the analysis' own answer to a field that may be corrected, as JSON; null to
// any other.
func (a *Analysis) Was(field string) json.RawMessage {
	known, ok := answers[field]
	if !ok {
		return json.RawMessage("null")
	}
	value, err := json.Marshal(known.at(a))
	if err != nil {
		return json.RawMessage("null")
	}
	return value
}

// Corrected returns the analysis as people have put it right; a stays as it is. Quotes that
// supported an answer which was wrong are left out. A correction that does not fit its field
// any more has no effect.
//
// The score follows only as far as it must: somebody who is no lead is below 20, and
// whoever a person calls a lead is not. Anything finer is corrected as lead_score.
func (a *Analysis) Corrected(all []Correction) *Analysis {
	if a == nil || len(all) == 0 {
		return a
	}
	c := *a
	by, unquoted := map[string]bool{}, map[string]bool{}
	for _, one := range all {
		if field, ok := answers[one.Field]; ok && field.set(&c, one.Value) {
			by[one.Field], unquoted[evidenceField(one.Field)] = true, true
		}
	}
	c.Evidence = slices.DeleteFunc(slices.Clone(a.Evidence), func(e Evidence) bool { return unquoted[e.Field] })
	c.settle(a, by)
	return &c
}

// evidenceField returns the name under which evidence cites an answer: customer_name is
// customer.name.
func evidenceField(field string) string { return strings.ReplaceAll(field, ".", "_") }

// decisive are the fields that decide whether somebody is a lead.
var decisive = []string{"is_lead", "lead_score", "spam", "intent"}

// settle makes lead, score and band agree after the fields of by were corrected; was is the
// analyser's own answer.
func (a *Analysis) settle(was *Analysis, by map[string]bool) {
	if !slices.ContainsFunc(decisive, func(field string) bool { return by[field] }) {
		return
	}
	if by["intent"] && !by["spam"] && (a.Intent == spamIntent || was.Intent == spamIntent) {
		a.Spam = a.Intent == spamIntent
	}
	switch {
	case by["is_lead"]:
	case by["lead_score"]:
		a.IsLead = BandOf(a.LeadScore) != NoLead
	case a.Spam || slices.Contains(NonLeads, a.Intent):
		a.IsLead = false
	case a.Intent != otherIntent: // which alone says nothing about it
		a.IsLead = true
	}
	before, reason := a.LeadScore, "a person called it a lead"
	if a.IsLead {
		a.LeadScore = max(a.LeadScore, lowestLead)
	} else {
		a.LeadScore, reason = min(a.LeadScore, lowestLead-1), "a person called it no lead"
	}
	a.ScoreBand = BandOf(a.LeadScore)
	if by["lead_score"] {
		a.ScoreBreakdown = []Factor{corrected(a.LeadScore, "a person set the score")}
	} else if a.LeadScore != before {
		a.ScoreBreakdown = append(slices.Clone(a.ScoreBreakdown), corrected(a.LeadScore-before, reason))
	}
}

func corrected(points int, reason string) Factor {
	return Factor{Signal: "correction", Value: 1, Weight: float64(points), Points: float64(points), Reason: reason}
}

// CheckCorrections returns a *CorrectionError if one of the corrections cannot be made to
// the analysis, or if they contradict each other: a high score and spam.
func (a *Analysis) CheckCorrections(all []Correction) error {
	asked, scored := *a, false
	for _, one := range all {
		field, ok := answers[one.Field]
		if !ok {
			return &CorrectionError{Field: one.Field, Why: "this field cannot be corrected"}
		}
		if !field.set(&asked, one.Value) {
			return &CorrectionError{Field: one.Field, Why: "the field cannot have this value"}
		}
		scored = scored || one.Field == "lead_score"
	}
	made := a.Corrected(all)
	if made.Spam && made.IsLead {
		return &CorrectionError{Field: "spam", Why: "spam is no lead"}
	}
	if scored && made.LeadScore != asked.LeadScore {
		return &CorrectionError{Field: "lead_score", Why: "leads score from 20, and nobody else does"}
	}
	return nil
}
