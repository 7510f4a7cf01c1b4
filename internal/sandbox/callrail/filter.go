package callrail

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Bounds of what can be listed.
const (
	defaultSpan  = 7 * 24 * time.Hour
	oldestMonths = 25
)

// span is an inclusive range of time.
type span struct{ from, to time.Time }

func (s span) holds(t time.Time) bool { return !t.Before(s.from) && !t.After(s.to) }

// spanOf returns the range that a list request asks for: the last seven days without
// dates. Dates are days or minutes, never full timestamps.
func (s *Server) spanOf(query url.Values) (span, error) {
	loc, err := time.LoadLocation(query.Get("time_zone"))
	if err != nil {
		return span{}, errors.New("invalid time_zone")
	}
	now := s.cfg.Now()
	if !query.Has("start_date") && !query.Has("end_date") {
		return span{now.Add(-defaultSpan), now}, nil
	}
	within := span{now.AddDate(0, -oldestMonths, 0), now}
	if query.Has("start_date") {
		from, _, err := parseDate(query.Get("start_date"), loc)
		if err != nil {
			return span{}, errors.New("invalid start_date")
		}
		if from.Before(within.from.AddDate(0, 0, -1)) {
			return span{}, fmt.Errorf("start_date is more than %d months ago", oldestMonths)
		}
		within.from = from
	}
	if query.Has("end_date") {
		_, to, err := parseDate(query.Get("end_date"), loc)
		if err != nil {
			return span{}, errors.New("invalid end_date")
		}
		within.to = to
	}
	return within, nil
}

// parseDate returns the first and the last instant of a day or a minute.
func parseDate(value string, loc *time.Location) (first, last time.Time, err error) {
	if day, err := time.ParseInLocation("2006-01-02", value, loc); err == nil {
		return day, day.AddDate(0, 0, 1).Add(-time.Nanosecond), nil
	}
	minute, err := time.ParseInLocation("2006-01-02T15:04", value, loc)
	if err != nil {
		return time.Time{}, time.Time{}, fmt.Errorf("parse date: %w", err)
	}
	return minute, minute.Add(time.Minute - time.Nanosecond), nil
}

// wanted reports whether a call passes the filters of a list request.
func wanted(row map[string]any, query url.Values) bool {
	for _, name := range []string{"company_id", "tracker_id", "call_type", "direction", "lead_status"} {
		if query.Has(name) && text(row[name]) != query.Get(name) {
			return false
		}
	}
	if query.Has("device") && text(row["device_type"]) != query.Get("device") {
		return false
	}
	return hasAnswerStatus(row, query.Get("answer_status")) && hasTag(row, query.Get("tags")) && found(row, query.Get("search"))
}

func hasAnswerStatus(row map[string]any, status string) bool {
	switch status {
	case "":
		return true
	case "answered":
		return row["answered"] == true
	case "voicemail":
		return row["voicemail"] == true
	case "missed":
		return row["answered"] == false && row["voicemail"] == false
	default:
		return false
	}
}

func hasTag(row map[string]any, tag string) bool {
	tags, _ := row["tags"].([]any)
	return tag == "" || slices.Contains(tags, any(tag))
}

func found(row map[string]any, search string) bool {
	for _, name := range []string{"customer_name", "customer_phone_number", "note", "source_name"} {
		if strings.Contains(strings.ToLower(text(row[name])), strings.ToLower(search)) {
			return true
		}
	}
	return false
}

// sortRows orders a list, newest first unless the request says otherwise.
func sortRows(rows []map[string]any, query url.Values) error {
	name := cmp.Or(query.Get("sort"), "start_time")
	if !slices.Contains([]string{"customer_name", "customer_phone_number", "duration", "start_time", "source"}, name) {
		return fmt.Errorf("cannot sort by %s", name)
	}
	descending := query.Get("order") != "asc"
	slices.SortStableFunc(rows, func(a, b map[string]any) int {
		order := compare(name, a[name], b[name])
		if descending {
			return -order
		}
		return order
	})
	return nil
}

func compare(name string, a, b any) int {
	if name == "start_time" { // offsets differ between companies
		return timeOf(a).Compare(timeOf(b))
	}
	x, isNumber := a.(int64)
	y, both := b.(int64)
	if isNumber && both {
		return cmp.Compare(x, y)
	}
	return strings.Compare(text(a), text(b))
}
