package pipedrive

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// member is what a body may hold under one name.
type member struct {
	name     string
	kind     string
	detail   string // choices, or the longest text
	required bool   // on create
	once     bool   // on create only
}

// What a body may hold, by kind of record: name, type, and flags. The type "readonly" is
// refused by name, "sync" needs Contact Sync. In v1 whole numbers may also be flags.
var members = parseMembers(map[string]string{
	"persons": `
		name text required
		owner_id user
		org_id none
		emails points
		phones points
		visible_to int
		label_ids ints
		marketing_status choice:no_consent,unsubscribed,subscribed,archived
		add_time time once
		custom_fields custom:persons
		job_title sync
		notes sync
		im sync
		birthday sync
		postal_address sync`,
	"deals": `
		title text required
		owner_id user
		person_id person
		org_id none
		pipeline_id pipeline
		stage_id stage
		value number
		currency currency
		add_time time once
		status choice:open,won,lost
		expected_close_date date
		probability number
		lost_reason text
		visible_to int
		label_ids ints
		is_archived bool
		custom_fields custom:deals`,
	"activities": `
		subject text
		type activity
		owner_id user
		deal_id deal
		lead_id lead
		org_id none
		person_id readonly
		due_date date
		due_time clock
		duration clock
		busy bool
		done bool
		note text
		public_description text
		priority int
		participants participants`,
	"leads": `
		title text required
		owner_id user
		label_ids labels
		person_id person
		organization_id none
		value money
		expected_close_date date
		visible_to choice:1,3,5,7
		was_seen bool
		origin_id text once
		channel int
		channel_id text
		is_archived bool`,
	"notes": `
		content html required
		lead_id lead
		deal_id deal
		person_id person
		org_id none
		user_id user
		pinned_to_lead_flag flag
		pinned_to_deal_flag flag
		pinned_to_person_flag flag
		pinned_to_organization_flag flag`,
	"callLogs": `
		user_id user
		activity_id int
		subject text
		duration seconds
		outcome choice:connected,no_answer,left_message,left_voicemail,wrong_number,busy required
		from_phone_number text
		to_phone_number text required
		start_time time required
		end_time time required
		person_id person
		org_id none
		deal_id deal
		lead_id lead
		note text`,
})

func parseMembers(definitions map[string]string) map[string][]member {
	all := map[string][]member{}
	for kind, lines := range definitions {
		for line := range strings.Lines(strings.TrimSpace(lines)) {
			words := strings.Fields(line)
			m := member{name: words[0]}
			m.kind, m.detail, _ = strings.Cut(words[1], ":")
			m.required = slices.Contains(words[2:], "required")
			m.once = slices.Contains(words[2:], "once")
			all[kind] = append(all[kind], m)
		}
	}
	return all
}

// read validates a body for a record of a kind and returns its fields as they are kept.
func (c *company) read(kind string, body map[string]any, creating bool) (map[string]any, *apiError) {
	fields := map[string]any{}
	for _, m := range members[kind] {
		if creating && m.required && isEmpty(body[m.name]) {
			return nil, invalid("Validation failed: %s: Required", m.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		i := slices.IndexFunc(members[kind], func(m member) bool { return m.name == name })
		if i < 0 {
			value, err := c.readFurther(kind, name, body[name])
			if err != nil {
				return nil, err
			}
			fields[name] = value
			continue
		}
		value, err := c.readMember(members[kind][i], body[name], creating)
		if err != nil {
			return nil, err
		}
		fields[name] = value
	}
	return fields, nil
}

func isEmpty(value any) bool { return value == nil || value == "" }

// readFurther reads what is no member: a lead's custom fields stand at the top level,
// under the hashes of deal fields.
func (c *company) readFurther(kind, name string, value any) (any, *apiError) {
	if kind == "leads" {
		if f := c.field("deals", name); f != nil && f.custom {
			return c.readCustom(f, value)
		}
	}
	return nil, invalid("Validation failed: %q is not allowed", name)
}

func (c *company) readMember(m member, value any, creating bool) (any, *apiError) {
	switch {
	case m.kind == "readonly":
		return nil, invalid("Validation failed: %s is a read-only field", m.name)
	case m.kind == "sync":
		return nil, &apiError{HTTP: 403, Error: "Field " + m.name + " needs Contact Sync", Code: "ERR_FORBIDDEN"}
	case m.once && !creating:
		return nil, invalid("Validation failed: %s cannot be changed", m.name)
	case value == nil && !m.required:
		return nil, nil
	}
	if m.kind == "custom" {
		return c.readCustoms(m.detail, value)
	}
	read, found := readers[m.kind]
	if !found {
		return nil, invalid("Validation failed: %s: Unknown type %s", m.name, m.kind)
	}
	kept, fits := read(c, m, value)
	if !fits {
		return nil, invalid("Validation failed: %s: Expected %s, received %s", m.name, strings.TrimSuffix(m.kind+" "+m.detail, " "), typeName(value))
	}
	return kept, nil
}

// typeName names the type of a JSON value.
func typeName(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case json.Number:
		return "number"
	case bool:
		return "boolean"
	case []any:
		return "array"
	default:
		return "object"
	}
}

// whole returns a JSON number without a fraction.
func whole(value any) (int64, bool) {
	n, isNumber := value.(json.Number)
	if !isNumber {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil
}

// parseTime reads RFC 3339, or the spaced form of a company that wants it so.
func (c *company) parseTime(text string) (string, bool) {
	layout := time.RFC3339
	if c.settings.SpacedTimes {
		layout = time.DateTime
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		return "", false
	}
	return stamp(t), true
}

func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

func isClock(text string) bool {
	for _, layout := range []string{"15:04", "15:04:05"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

// isSeconds reports whether text is a whole number of seconds.
func isSeconds(text string) bool {
	_, err := strconv.ParseUint(text, 10, 32)
	return err == nil
}

func isCurrency(text string) bool {
	return len(text) == 3 && strings.ToUpper(text) == text && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
