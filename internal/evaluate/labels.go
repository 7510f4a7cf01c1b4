package evaluate

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// The fields that are scored.
const (
	Intent        = "intent"
	ProjectType   = "project_type"
	Timeline      = "timeline"
	Budget        = "budget"
	ScoreBand     = "score_band"
	IsLead        = "is_lead"
	Spam          = "spam"
	Appointment   = "appointment"
	CustomerName  = "customer_name"
	CustomerEmail = "customer_email"

	leadScore = "lead_score"
)

// Fields are the scored fields in the order of reports.
var Fields = []string{Intent, ProjectType, Timeline, Budget, ScoreBand, IsLead, Spam, Appointment, CustomerName, CustomerEmail}

// vocabularies are the words of the fields that have a fixed set of them.
var vocabularies = map[string][]string{
	Intent: request.Intents, ProjectType: request.ProjectTypes, Timeline: request.Timelines, Budget: request.Budgets,
	ScoreBand: {string(request.Hot), string(request.Warm), string(request.Cold), string(request.NoLead)},
	IsLead:    {"true", "false"}, Spam: {"true", "false"}, Appointment: request.Appointments,
}

// isText reports whether a field holds free text, of which "" is that none was given.
func isText(field string) bool { return field == CustomerName || field == CustomerEmail }

// Labels are the right answers by field: those that are equally right, written as words. A
// field that is not there is not scored.
type Labels struct {
	accepted map[string][]string
	ignored  []string // keys that mean nothing here
}

// UnmarshalJSON reads an object of values, or of lists of equally right ones.
func (l *Labels) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("labels: %w", err)
	}
	l.accepted = map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		if key != leadScore && !slices.Contains(Fields, key) {
			l.ignored = append(l.ignored, key)
			continue
		}
		words, err := wordsOf(key, raw[key])
		if err != nil {
			return fmt.Errorf("labels: %s: %w", key, err)
		}
		if len(words) > 0 {
			l.accepted[key] = words
		}
	}
	return l.derive()
}

// derive finds the band of a score, and whether it is a lead, where only the one is given.
func (l *Labels) derive() error {
	scores, bands := l.accepted[leadScore], l.accepted[ScoreBand]
	delete(l.accepted, leadScore)
	for _, word := range scores {
		score, err := strconv.ParseFloat(word, 64)
		if err != nil || score < 0 || score > 100 {
			return fmt.Errorf("labels: %s: %q is not a score", leadScore, word)
		}
		if len(bands) == 0 {
			l.accepted[ScoreBand] = append(l.accepted[ScoreBand], string(request.BandOf(int(score))))
		}
	}
	if len(l.accepted[IsLead]) > 0 {
		return nil
	}
	for _, band := range l.accepted[ScoreBand] {
		l.accepted[IsLead] = append(l.accepted[IsLead], strconv.FormatBool(band != string(request.NoLead)))
	}
	return nil
}

// wordsOf reads a value, or a list of equally right ones.
func wordsOf(field string, raw json.RawMessage) ([]string, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, err
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	var words []string
	for _, v := range list {
		switch v := v.(type) {
		case nil:
			if isText(field) {
				words = append(words, "")
			}
		case string:
			words = append(words, strings.TrimSpace(v))
		case bool:
			words = append(words, strconv.FormatBool(v))
		case float64:
			words = append(words, strconv.FormatFloat(v, 'f', -1, 64))
		default:
			return nil, errors.New("it is neither a value nor a list of values")
		}
	}
	for _, word := range words {
		if known := vocabularies[field]; known != nil && !slices.Contains(known, word) {
			return nil, fmt.Errorf("%q is not one of %s", word, strings.Join(known, ", "))
		}
	}
	return words, nil
}

// has reports whether a field is scored.
func (l *Labels) has(field string) bool { return len(l.accepted[field]) > 0 }

// accepts reports whether an answer is one of the right ones.
func (l *Labels) accepts(field, answer string) bool {
	return slices.ContainsFunc(l.accepted[field], func(right string) bool { return same(field, right, answer) })
}

// truth returns the class that an answer is to be counted under: its own if it is right, else
// the first of the right ones.
func (l *Labels) truth(field, answer string) string {
	if l.accepts(field, answer) {
		return answer
	}
	return l.accepted[field][0]
}
