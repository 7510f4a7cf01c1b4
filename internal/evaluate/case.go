package evaluate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rubric"
	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// maxLine bounds a case: an hour of talk is a tenth of it.
const maxLine = 4 << 20 // bytes

// Case is one call, form or text, and what the right answers are.
type Case struct {
	ID         string       `json:"id"`
	Kind       request.Kind `json:"kind"`
	Transcript []Turn       `json:"transcript"`
	FormFields Form         `json:"form_fields"`
	Call       CallFacts    `json:"call"`
	Labels     Labels       `json:"labels"`

	// Weights are the points per signal by which the labels score; none: the default ones.
	Weights map[string]float64 `json:"weights"`

	Tags     []string `json:"tags"`
	Injected []string `json:"injected"` // the words that try to steer the analysis
	CleanOf  string   `json:"clean_of"` // id of the same case without such words
}

// Turn is one turn of a conversation.
type Turn struct {
	Speaker string  `json:"speaker"` // agent, customer, or "speaker 1" where roles are not known
	Start   float64 `json:"start"`   // seconds from the beginning
	End     float64 `json:"end"`
	Text    string  `json:"text"`
}

// Form is a form's fields in the order sent.
type Form []request.Field

// UnmarshalJSON reads an object as the webhook reads a form.
func (f *Form) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	if data[0] != '{' {
		return errors.New("form_fields is not an object")
	}
	payload, err := callrail.Decode(data)
	if err != nil {
		return fmt.Errorf("form_fields: %w", err)
	}
	*f = Form{}
	for _, field := range payload.Fields() {
		if field.Value != "" {
			*f = append(*f, field)
		}
	}
	return nil
}

// CallFacts is what the source told about the call.
type CallFacts struct {
	DurationS  float64 `json:"duration_s"` // seconds
	Answered   *bool   `json:"answered"`   // nil: answered if it is no voicemail and somebody spoke
	Voicemail  bool    `json:"voicemail"`
	SourceName string  `json:"source_name"`
	StartTime  Moment  `json:"start_time"`
}

// Moment is a time with its zone; without one it is UTC.
type Moment struct{ time.Time }

// UnmarshalJSON reads RFC 3339, also without seconds or zone, or a day.
func (m *Moment) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	if text == "" { // null, too
		return nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			m.Time = t
			return nil
		}
	}
	return fmt.Errorf("%q is not a time", text)
}

// tagInjection marks a case in which somebody tries to steer the analysis.
const tagInjection = "injection"

// Set is what a file of cases holds.
type Set struct {
	Cases   []Case
	Ignored []string // keys that mean nothing here, sorted
}

// caseKeys are the keys of a case.
var caseKeys = []string{"id", "kind", "transcript", "form_fields", "call", "labels", "weights", "tags", "injected", "clean_of"}

// ReadCases reads cases, one JSON object a line. The error names the line.
func ReadCases(r io.Reader) (Set, error) {
	var set Set
	seen := map[string]bool{}
	ignored := map[string]bool{}
	err := eachLine(r, func(line []byte) error {
		var c Case
		if err := decodeCase(line, &c, ignored); err != nil {
			return err
		}
		if seen[c.ID] {
			return fmt.Errorf("there are two cases with the id %q", c.ID)
		}
		seen[c.ID] = true
		set.Cases = append(set.Cases, c)
		return nil
	})
	if err == nil {
		err = checkPairs(set.Cases, seen)
	}
	if err != nil {
		return Set{}, fmt.Errorf("read cases: %w", err)
	}
	for key := range ignored {
		set.Ignored = append(set.Ignored, key)
	}
	slices.Sort(set.Ignored)
	return set, nil
}

// eachLine calls read with every line that is not blank.
func eachLine(r io.Reader, read func([]byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(line) == 0 {
			continue
		}
		if err := read(line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}

func decodeCase(line []byte, c *Case, ignored map[string]bool) error {
	if err := json.Unmarshal(line, c); err != nil {
		return err
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(line, &keys); err != nil {
		return err
	}
	for key := range keys {
		if !slices.Contains(caseKeys, key) {
			ignored[key] = true
		}
	}
	for _, key := range c.Labels.ignored {
		ignored["labels."+key] = true
	}
	return c.check()
}

// check reports what makes a case unusable.
func (c *Case) check() error {
	switch {
	case c.ID == "":
		return errors.New("the case has no id")
	case !slices.Contains([]request.Kind{request.Call, request.Form, request.Text}, c.Kind):
		return fmt.Errorf("case %s: kind %q is not call, form or text", c.ID, c.Kind)
	case c.Kind == request.Form && c.FormFields == nil:
		return fmt.Errorf("case %s: a form needs form_fields", c.ID)
	case c.Kind != request.Form && c.FormFields != nil:
		return fmt.Errorf("case %s: only a form has form_fields", c.ID)
	}
	if err := rubric.CheckWeights(c.Weights); err != nil {
		return fmt.Errorf("case %s: %w", c.ID, err)
	}
	_, err := c.clean()
	return err
}

func checkPairs(cases []Case, known map[string]bool) error {
	for _, c := range cases {
		if c.CleanOf != "" && !known[c.CleanOf] {
			return fmt.Errorf("case %s: there is no case %q to compare it with", c.ID, c.CleanOf)
		}
	}
	return nil
}
