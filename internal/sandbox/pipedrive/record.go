package pipedrive

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// kinds of records, as inspection names them.
var kinds = []string{"persons", "deals", "leads", "activities", "notes", "callLogs"}

// nouns are how refusals name one record of a kind.
var nouns = map[string]string{
	"persons": "Person", "deals": "Deal", "leads": "Lead", "activities": "Activity", "notes": "Note", "callLogs": "Call log",
}

// record is one record of any kind, with its fields as answers show them.
type record struct {
	kind     string
	id       string // digits, or the id itself where ids are text
	fields   map[string]any
	archived bool
	deleted  bool
	versions []version // what search sees, oldest first
}

// version is how a record looked from a time on, as far as search knows.
type version struct {
	from    time.Time
	fields  map[string]any
	deleted bool
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// insert adds a record. The caller holds the lock, as in all that follows.
func (c *company) insert(kind string, fields map[string]any) *record {
	c.nextID++
	r := &record{kind: kind, fields: map[string]any{}}
	var id any = c.nextID
	switch kind {
	case "leads": // like UUIDs of version 7, which begin with the time
		ms := c.now().UnixMilli()
		tail := random(8)
		id = fmt.Sprintf("%08x-%04x-7%03x-8%s-%s%04x", ms>>16, ms&0xffff, c.nextID&0xfff, tail[:3], tail[3:11], c.nextID&0xffff)
	case "callLogs":
		id = "CA" + random(16)
	}
	r.id = fmt.Sprint(id)
	maps.Copy(r.fields, defaults[kind])
	maps.Copy(r.fields, map[string]any{"id": id, "add_time": stamp(c.now())})
	c.records[kind] = append(c.records[kind], r)
	c.write(r, fields)
	return r
}

// defaults are what a record has when nobody says otherwise.
var defaults = map[string]map[string]any{
	"persons": {
		"owner_id": userID, "org_id": nil, "phones": []any{}, "emails": []any{}, "visible_to": 3, "label_ids": []any{},
		"is_deleted": false, "custom_fields": map[string]any{},
	},
	"deals": {
		"owner_id": userID, "person_id": nil, "org_id": nil, "pipeline_id": pipelineID, "stage_id": 1, "value": 0, "currency": "USD",
		"status": "open", "is_archived": false, "is_deleted": false, "label_ids": []any{}, "expected_close_date": nil,
		"probability": nil, "lost_reason": nil, "origin": "API", "custom_fields": map[string]any{},
	},
	"activities": {
		"owner_id": userID, "type": "call", "done": false, "deal_id": nil, "lead_id": nil, "person_id": nil, "org_id": nil,
		"participants": []any{}, "is_deleted": false,
	},
	"leads": {
		"owner_id": userID, "creator_id": userID, "person_id": nil, "organization_id": nil, "label_ids": []any{}, "value": nil,
		"expected_close_date": nil, "source_name": "API", "origin": "API", "origin_id": nil, "channel": nil, "channel_id": nil,
		"is_archived": false, "was_seen": false, "visible_to": "3",
	},
	"notes": {
		"user_id": userID, "lead_id": nil, "deal_id": nil, "person_id": nil, "org_id": nil, "active_flag": true,
		"pinned_to_lead_flag": false, "pinned_to_deal_flag": false, "pinned_to_person_flag": false, "pinned_to_organization_flag": false,
	},
	"callLogs": {"user_id": userID, "person_id": nil, "org_id": nil, "deal_id": nil, "lead_id": nil, "has_recording": false, "company_id": nil},
}

// write sets fields and lets search know after the lag. Custom fields of a v2 record are
// merged, everything else is replaced.
func (c *company) write(r *record, fields map[string]any) {
	for name, value := range fields {
		if name == "custom_fields" {
			own, _ := r.fields[name].(map[string]any)
			merged := maps.Clone(own)
			maps.Copy(merged, value.(map[string]any))
			value = merged
		}
		r.fields[name] = value
	}
	r.fields["update_time"] = stamp(c.now())
	r.archived = r.fields["is_archived"] == true
	c.publish(r)
}

// publish makes the record's present state visible to search once the lag is over.
func (c *company) publish(r *record) {
	if current := r.indexed(c.now()); current != nil {
		since := current.from
		r.versions = slices.DeleteFunc(r.versions, func(v version) bool { return v.from.Before(since) })
	}
	r.versions = append(r.versions, version{from: c.now().Add(c.lag), fields: maps.Clone(r.fields), deleted: r.deleted})
}

// indexed returns the version that search sees, nil if it sees none yet.
func (r *record) indexed(now time.Time) *version {
	for i := len(r.versions) - 1; i >= 0; i-- {
		if !r.versions[i].from.After(now) {
			return &r.versions[i]
		}
	}
	return nil
}

// byID returns a record that is not deleted, nil without one.
func (c *company) byID(kind, id string) *record {
	for _, r := range c.records[kind] {
		if r.id == id && !r.deleted {
			return r
		}
	}
	return nil
}

func (c *company) byNumber(kind string, id int64) *record {
	return c.byID(kind, strconv.FormatInt(id, 10))
}
