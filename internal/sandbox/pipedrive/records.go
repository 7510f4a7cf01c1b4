package pipedrive

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Pages of a list.
const (
	defaultPage = 100
	maxPage     = 500
)

// filters are the parameters that narrow a list, which are the names of fields too.
// Anything else in the query is ignored.
var filters = map[string]string{
	"persons":    "owner_id org_id",
	"deals":      "owner_id person_id org_id pipeline_id stage_id status",
	"activities": "owner_id deal_id lead_id person_id org_id done",
	"leads":      "owner_id person_id organization_id",
	"notes":      "user_id lead_id deal_id person_id org_id",
	"callLogs":   "",
}

// create makes a record.
func create(kind string) handler {
	return func(c *company, r *http.Request) (result, *apiError) {
		body, err := decode(r)
		if err != nil {
			return result{}, err
		}
		fields, err := c.read(kind, body, true)
		if err != nil {
			return result{}, err
		}
		if err := c.complete(kind, fields); err != nil {
			return result{}, err
		}
		return created(c.insert(kind, fields).fields)
	}
}

// complete checks what a new record needs together, and adds what follows from it.
func (c *company) complete(kind string, fields map[string]any) *apiError {
	switch kind {
	case "leads":
		if fields["person_id"] == nil && fields["organization_id"] == nil {
			return invalid("A lead must be linked to a person or an organization")
		}
		return c.withinPlan()
	case "deals":
		return c.withinPlan()
	case "notes":
		if fields["lead_id"] == nil && fields["deal_id"] == nil && fields["person_id"] == nil && fields["org_id"] == nil {
			return invalid("One of lead_id, deal_id, person_id and org_id is required")
		}
	case "activities":
		c.setPerson(fields)
	case "callLogs":
		return c.completeCall(fields)
	}
	return nil
}

// withinPlan refuses one deal or lead more than the plan allows.
func (c *company) withinPlan() *apiError {
	open := 0
	for _, kind := range []string{"deals", "leads"} {
		for _, r := range c.records[kind] {
			if !r.deleted && !r.archived {
				open++
			}
		}
	}
	if c.settings.OpenDeals == 0 || open < c.settings.OpenDeals {
		return nil
	}
	return &apiError{HTTP: http.StatusForbidden, Error: "The limit of open deals is reached", Code: "feature_capping_deals_limit"}
}

// setPerson makes the primary participant the activity's person.
func (c *company) setPerson(fields map[string]any) {
	participants, _ := fields["participants"].([]any)
	for _, one := range participants {
		if p := one.(map[string]any); p["primary"] == true {
			fields["person_id"] = p["person_id"]
		}
	}
}

// completeCall checks a call and makes the activity that goes with it.
func (c *company) completeCall(fields map[string]any) *apiError {
	if fields["deal_id"] != nil && fields["lead_id"] != nil {
		return invalid("Validation failed: deal_id and lead_id cannot be set together")
	}
	subject, _ := fields["subject"].(string)
	if subject == "" {
		subject = "Call " + fmt.Sprint(fields["to_phone_number"])
	}
	activity := c.insert("activities", map[string]any{
		"type": "call", "subject": subject, "done": true, "person_id": fields["person_id"], "deal_id": fields["deal_id"],
		"lead_id": fields["lead_id"], "note": fields["note"],
	})
	fields["subject"], fields["activity_id"], fields["company_id"] = subject, activity.fields["id"], c.id
	return nil
}

// found returns the record of a kind that the path names.
func (c *company) found(kind string, r *http.Request) (*record, *apiError) {
	if one := c.byID(kind, r.PathValue("id")); one != nil {
		return one, nil
	}
	return nil, notFound(nouns[kind])
}

func read(kind string) handler {
	return func(c *company, r *http.Request) (result, *apiError) {
		one, err := c.found(kind, r)
		if err != nil {
			return result{}, err
		}
		return ok(one.fields)
	}
}

// change writes to a record. An archived one only comes back from the archive.
func change(kind string) handler {
	return func(c *company, r *http.Request) (result, *apiError) {
		one, err := c.found(kind, r)
		if err != nil {
			return result{}, err
		}
		body, err := decode(r)
		if err != nil {
			return result{}, err
		}
		if one.archived && (len(body) != 1 || body["is_archived"] != false) {
			return result{}, &apiError{HTTP: http.StatusForbidden, Error: "An archived " + strings.ToLower(nouns[kind]) + " cannot be edited", Code: "ERR_FORBIDDEN"}
		}
		fields, err := c.read(kind, body, false)
		if err != nil {
			return result{}, err
		}
		for _, m := range members[kind] {
			if value, given := fields[m.name]; given && m.required && isEmpty(value) {
				return result{}, invalid("Validation failed: %s: Required", m.name)
			}
		}
		c.setPerson(fields)
		c.write(one, fields)
		return ok(one.fields)
	}
}

func remove(kind string) handler {
	return func(c *company, r *http.Request) (result, *apiError) {
		one, err := c.found(kind, r)
		if err != nil {
			return result{}, err
		}
		one.deleted = true
		if _, tells := one.fields["is_deleted"]; tells {
			one.fields["is_deleted"] = true
		}
		c.publish(one)
		return ok(map[string]any{"id": one.fields["id"]})
	}
}

// all returns the records of a kind that the query's filters leave.
func (c *company) all(kind string, r *http.Request, archived bool) []any {
	query := r.URL.Query()
	shown := []any{}
	for _, one := range c.records[kind] {
		passes := !one.deleted && one.archived == archived
		for name := range strings.FieldsSeq(filters[kind]) {
			if wish := query.Get(name); wish != "" && wish != fmt.Sprint(one.fields[name]) {
				passes = false
			}
		}
		if ids := query.Get("ids"); ids != "" && !slices.Contains(strings.Split(ids, ","), one.id) {
			passes = false
		}
		if passes {
			shown = append(shown, maps.Clone(one.fields))
		}
	}
	return shown
}

// listV2 lists records with a cursor.
func listV2(kind string, archived bool) handler {
	return func(c *company, r *http.Request) (result, *apiError) {
		return c.cursorPage(r, c.all(kind, r, archived))
	}
}

// listV1 lists records from a start.
func listV1(kind string, archived bool) handler {
	return func(c *company, r *http.Request) (result, *apiError) { return startPage(r, c.all(kind, r, archived)) }
}

// cursorPage cuts a page out, and tells the cursor of the next.
func (c *company) cursorPage(r *http.Request, all []any) (result, *apiError) {
	limit, err := pageLimit(r)
	if err != nil {
		return result{}, err
	}
	from := 0
	if cursor := r.URL.Query().Get("cursor"); cursor != "" {
		raw, bad := base64.RawURLEncoding.DecodeString(cursor)
		n, wrong := strconv.Atoi(string(raw))
		if bad != nil || wrong != nil || n < 0 || n > len(all) {
			return result{}, invalid("Validation failed: cursor: Invalid value")
		}
		from = n
	}
	end := min(from+limit, len(all))
	var next any
	if end < len(all) {
		next = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(end)))
	}
	return result{status: http.StatusOK, data: all[from:end], more: map[string]any{"next_cursor": next}}, nil
}

// startPage cuts a page out as v1 does.
func startPage(r *http.Request, all []any) (result, *apiError) {
	limit, err := pageLimit(r)
	if err != nil {
		return result{}, err
	}
	start, bad := strconv.Atoi(r.URL.Query().Get("start"))
	if bad != nil || start < 0 {
		start = 0
	}
	start = min(start, len(all))
	end := min(start+limit, len(all))
	pages := map[string]any{"start": start, "limit": limit, "more_items_in_collection": end < len(all)}
	if end < len(all) {
		pages["next_start"] = end
	}
	return result{status: http.StatusOK, data: all[start:end], more: map[string]any{"pagination": pages}}, nil
}

func pageLimit(r *http.Request) (int, *apiError) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return defaultPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPage {
		return 0, invalid("Validation failed: limit: Invalid value")
	}
	return n, nil
}
