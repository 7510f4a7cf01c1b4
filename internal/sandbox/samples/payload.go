package samples

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Company is whose phone rang: the CallRail company that a delivery names.
type Company struct {
	ID         string // the number that webhooks carry as company_id
	ResourceID string // COM…
	Name       string
	TimeZone   string // IANA name
}

// What stands for the company in the files.
const (
	placeholderID         = `100000001`
	placeholderResourceID = `COM019a00000000700080000000000000ff`
	placeholderName       = `Example Remodeling`
	placeholderTimeZone   = `America/Denver`
)

// timeFormat is how CallRail writes a time: milliseconds and the company's offset.
const timeFormat = "2006-01-02T15:04:05.000-07:00"

// datetimeFormat is CallRail's legacy field datetime, always UTC.
const datetimeFormat = "2006-01-02 15:04:05"

var (
	timePattern     = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d"`)
	datetimePattern = regexp.MustCompile(`"datetime":"[^"]*"`)
)

// Payload returns the sample's delivery as it would arrive: for that company, begun (or
// submitted) at start, every other time moved along and shown in start's location. The
// order of the keys is kept, as a form's order of fields means something.
func (s Sample) Payload(c Company, start time.Time) ([]byte, error) {
	begun, err := s.begun()
	if err != nil {
		return nil, fmt.Errorf("payload of sample %s: %w", s.Name, err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, s.Body); err != nil {
		return nil, fmt.Errorf("payload of sample %s: %w", s.Name, err)
	}
	body := strings.NewReplacer(
		field("company_id", placeholderID), field("company_id", c.ID),
		field("company_resource_id", quote(placeholderResourceID)), field("company_resource_id", quote(c.ResourceID)),
		field("company_name", quote(placeholderName)), field("company_name", quote(c.Name)),
		field("company_time_zone", quote(placeholderTimeZone)), field("company_time_zone", quote(c.TimeZone)),
	).Replace(compact.String())

	body = timePattern.ReplaceAllStringFunc(body, func(old string) string {
		t, err := time.Parse(quote(timeFormat), old)
		if err != nil {
			return old // looks like a time and is none: somebody's words
		}
		return quote(start.Add(t.Sub(begun)).Format(timeFormat))
	})
	body = datetimePattern.ReplaceAllString(body, field("datetime", quote(start.UTC().Format(datetimeFormat))))
	if !json.Valid([]byte(body)) {
		return nil, fmt.Errorf("payload of sample %s: company id %q is not a number", s.Name, c.ID)
	}
	return []byte(body), nil
}

// begun returns when the call began or the form was sent, by the file.
func (s Sample) begun() (time.Time, error) {
	var body struct {
		StartTime   string `json:"start_time"`
		SubmittedAt string `json:"submitted_at"`
	}
	if err := json.Unmarshal(s.Body, &body); err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(timeFormat, body.StartTime+body.SubmittedAt) // a delivery has one of them
	if err != nil {
		return time.Time{}, fmt.Errorf("when it began: %w", err)
	}
	return t, nil
}

func field(key, value string) string { return quote(key) + ":" + value }

// quote returns s as a JSON string.
func quote(s string) string {
	quoted, _ := json.Marshal(s) // cannot fail for a string
	return string(quoted)
}
