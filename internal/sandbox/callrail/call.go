package callrail

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// timeLayout is how webhooks and API write times: milliseconds and the company's offset.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// call is one call in the shape of a webhook delivery.
type call struct {
	company   *Company
	id        string
	members   map[string]any
	audio     []byte // nil: nothing was recorded
	accessKey string // opens the recording without the API key
	spam      bool   // hidden from log, reports and API
}

func (c *call) startTime() time.Time { return timeOf(c.members["start_time"]) }

// renamed are the API's fields that webhooks call otherwise.
var renamed = map[string]string{
	"id": "resource_id", "company_id": "company_resource_id",
	"tracker_id": "tracker_resource_id", "person_id": "person_resource_id",
}

// inAPI returns a call as the API shows it: other names, proper types, null for what is
// absent, and a recording that leads to the API instead of the web application.
func (s *Server) inAPI(c *call) map[string]any {
	row := map[string]any{}
	for _, name := range slices.Concat(defaultCallFields, extraCallFields) {
		source := name
		if other, ok := renamed[name]; ok {
			source = other
		}
		row[name] = apiValue(name, c.members[source])
	}
	row["recording"], row["recording_player"] = nil, nil
	if c.audio != nil {
		row["recording"] = fmt.Sprintf("%s/v3/a/%s/calls/%s/recording.json", s.cfg.BaseURL, c.company.AccountID, c.id)
		row["recording_player"] = s.playerURL(c)
	}
	return row
}

func apiValue(name string, v any) any {
	switch name {
	case "duration", "prior_calls", "total_calls":
		return number(v)
	case "answered", "first_call", "voicemail":
		return truth(v)
	case "tags", "call_highlights", "keywords_spotted", "keypad_entries":
		if list, ok := v.([]any); ok {
			return list
		}
		return []any{}
	case "recording_duration", "value":
		if v == nil || v == "" {
			return nil
		}
		return fmt.Sprint(v)
	}
	if v == "" {
		return nil
	}
	return v
}

// number reads a count, which webhooks write as a number or as its digits.
func number(v any) any {
	n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err != nil {
		return nil
	}
	return int64(n)
}

// truth reads a bool, which webhooks also write as a word.
func truth(v any) bool { return strings.EqualFold(fmt.Sprint(v), "true") }

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// timeOf returns the time that a member holds, or zero.
func timeOf(v any) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text(v))
	if err != nil {
		return time.Time{}
	}
	return t
}

// newID returns an id as CallRail makes them: a prefix and 32 hex digits.
func newID(prefix string) string { return prefix + randomHex(16) }

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand crashes the program instead
	return hex.EncodeToString(b)
}
