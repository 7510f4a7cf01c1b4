package pipedrive

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// searchOf says where search looks for a kind of record.
type searchOf struct {
	kind   string
	fields []string // values of the parameter fields
}

func (c *company) searchPersons(r *http.Request) (result, *apiError) {
	return c.searchRecords(r, searchOf{"persons", []string{"custom_fields", "email", "name", "notes", "phone"}})
}

func (c *company) searchDeals(r *http.Request) (result, *apiError) {
	return c.searchRecords(r, searchOf{"deals", []string{"custom_fields", "notes", "title"}})
}

// searchRecords answers from the index: what changed within the lag is not seen yet.
func (c *company) searchRecords(r *http.Request, of searchOf) (result, *apiError) {
	query := r.URL.Query()
	term, exact := strings.TrimSpace(query.Get("term")), query.Get("exact_match") == "true"
	if shortest := map[bool]int{false: 2, true: 1}[exact]; len([]rune(term)) < shortest {
		return result{}, invalid("Validation failed: term: must be at least %d characters long", shortest)
	}
	names := of.fields
	if wish := query.Get("fields"); wish != "" {
		if !slices.Contains(of.fields, wish) { // one name, not a list of them
			return result{}, invalid("Validation failed: fields: Invalid value")
		}
		names = []string{wish}
	}
	items := []any{}
	now := c.now()
	for _, one := range c.records[of.kind] {
		v := one.indexed(now)
		if v == nil || v.deleted || one.archived {
			continue
		}
		if matches(c.values(of.kind, v.fields, names), term, exact) {
			items = append(items, map[string]any{"result_score": 0.9, "item": c.hit(of.kind, v.fields)})
		}
	}
	page, err := c.cursorPage(r, items)
	if err != nil {
		return result{}, err
	}
	page.data = map[string]any{"items": page.data}
	return page, nil
}

// values returns what a record has in the named places.
func (c *company) values(kind string, fields map[string]any, names []string) []string {
	var all []string
	for _, name := range names {
		switch name {
		case "phone":
			all = append(all, points(fields["phones"])...)
		case "email":
			all = append(all, points(fields["emails"])...)
		case "custom_fields":
			all = append(all, c.customValues(kind, fields)...)
		default:
			if text, isText := fields[name].(string); isText {
				all = append(all, text)
			}
		}
	}
	return all
}

// customValues returns the custom values whose types search looks at.
func (c *company) customValues(kind string, fields map[string]any) []string {
	var all []string
	customs, _ := fields["custom_fields"].(map[string]any)
	for code, value := range customs {
		f := c.field(kind, code)
		if f == nil || value == nil || !slices.Contains(searchable, f.kind) {
			continue
		}
		if m, isObject := value.(map[string]any); isObject {
			value = m["value"]
		}
		all = append(all, fmt.Sprint(value))
	}
	return all
}

// points returns the plain values of phones or e-mails.
func points(value any) []string {
	all := []string{}
	list, _ := value.([]any)
	for _, one := range list {
		if p, isPoint := one.(map[string]any); isPoint {
			all = append(all, fmt.Sprint(p["value"]))
		}
	}
	return all
}

// matches reports whether one of the values has the term in it, or with exact is the
// term. Numbers are compared by their digits.
func matches(values []string, term string, exact bool) bool {
	return slices.ContainsFunc(values, func(value string) bool {
		if dial, ok := dialled(term); ok {
			if own, ok := dialled(value); ok && (own == dial || !exact && strings.Contains(own, dial)) {
				return true
			}
		}
		value, term := strings.ToLower(value), strings.ToLower(term)
		return value == term || !exact && strings.Contains(value, term)
	})
}

// dialled returns the digits of what looks like a phone number.
func dialled(text string) (string, bool) {
	var digits strings.Builder
	for _, c := range text {
		switch {
		case unicode.IsDigit(c):
			digits.WriteRune(c)
		case !strings.ContainsRune("+-(). /", c):
			return "", false
		}
	}
	return digits.String(), digits.Len() >= 2
}

// hit shows a record as search does: flat, with plain strings.
func (c *company) hit(kind string, fields map[string]any) map[string]any {
	item := map[string]any{
		"id": fields["id"], "type": strings.TrimSuffix(kind, "s"), "visible_to": fields["visible_to"],
		"owner": map[string]any{"id": fields["owner_id"]}, "organization": nil, "update_time": fields["update_time"],
		"custom_fields": c.customValues(kind, fields), "notes": []string{},
	}
	if kind == "deals" {
		item["title"], item["value"], item["currency"] = fields["title"], fields["value"], fields["currency"]
		item["status"], item["stage"], item["is_archived"] = fields["status"], map[string]any{"id": fields["stage_id"]}, fields["is_archived"]
		item["person"] = c.nameOf(fields["person_id"])
		return item
	}
	phones, emails := points(fields["phones"]), points(fields["emails"])
	item["name"], item["phones"], item["emails"], item["primary_email"] = fields["name"], phones, emails, nil
	if len(emails) > 0 {
		item["primary_email"] = emails[0]
	}
	return item
}

// nameOf shows a linked person, nil without one.
func (c *company) nameOf(id any) any {
	n, isID := id.(int64)
	if !isID {
		return nil
	}
	person := c.byNumber("persons", n)
	if person == nil {
		return nil
	}
	return map[string]any{"id": id, "name": person.fields["name"]}
}
