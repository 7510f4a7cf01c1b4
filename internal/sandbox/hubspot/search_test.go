package hubspot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const contactsSearch = "/crm/objects/2026-09/contacts/search"

// searchFor returns the body of a search with one filter group.
func searchFor(filters string) string {
	return `{"filterGroups":[{"filters":[` + filters + `]}],"properties":["email","phone"],"sorts":[],"limit":20,"after":"0"}`
}

func filterOn(property, operator, value string) string {
	return fmt.Sprintf(`{"propertyName":%q,"operator":%q,"value":%q}`, property, operator, value)
}

// hits returns how many results a search found, and waits until the next may be made.
func (f *fixture) hits(t *testing.T, kind, body string) int {
	t.Helper()
	got := f.do(t, "POST", "/crm/objects/2026-09/"+kind+"/search", body)
	if got.status != 200 {
		t.Fatalf("search %s: status = %d (%s)", body, got.status, got.raw)
	}
	f.wait(time.Second)
	results, _ := got.body["results"].([]any)
	return len(results)
}

func TestSearch_sees_changes_after_the_lag(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	byEmail := searchFor(filterOn("email", "EQ", "dana@example.com"))
	id := f.create(t, "contacts", dana)
	if n := f.hits(t, "contacts", byEmail); n != 0 {
		t.Errorf("at once: %d hits, want 0", n)
	}
	f.wait(time.Second)
	if n := f.hits(t, "contacts", byEmail); n != 1 {
		t.Errorf("after the lag: %d hits, want 1", n)
	}
	f.do(t, "PATCH", "/crm/objects/2026-09/contacts/"+id, `{"properties":{"email":"new@example.com"}}`)
	if n := f.hits(t, "contacts", byEmail); n != 1 {
		t.Errorf("just changed: %d hits by the old address, want 1", n)
	}
	f.wait(time.Second)
	if n := f.hits(t, "contacts", byEmail); n != 0 {
		t.Errorf("changed long ago: %d hits by the old address, want 0", n)
	}
	f.do(t, "DELETE", "/crm/objects/2026-09/contacts/"+id, "")
	byNew := searchFor(filterOn("email", "EQ", "new@example.com"))
	if n := f.hits(t, "contacts", byNew); n != 1 {
		t.Errorf("just archived: %d hits, want 1", n)
	}
	f.wait(time.Second)
	if n := f.hits(t, "contacts", byNew); n != 0 {
		t.Errorf("archived long ago: %d hits, want 0", n)
	}
}

func TestSearch_finds_phones_by_national_digits_only(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "contacts", `{"properties":{"firstname":"Dana","phone":"+13035550142"},"associations":[]}`)
	f.create(t, "contacts", `{"properties":{"firstname":"Robin","mobilephone":"(303) 555-0177"},"associations":[]}`)
	f.wait(2 * time.Second)
	tests := []struct {
		property, operator, value string
		want                      int
	}{
		{"hs_searchable_calculated_phone_number", "EQ", "3035550142", 1},
		{"hs_searchable_calculated_phone_number", "EQ", "+13035550142", 0},
		{"hs_searchable_calculated_phone_number", "EQ", "13035550142", 0},
		{"hs_searchable_calculated_mobile_number", "EQ", "3035550177", 1},
		{"phone", "EQ", "+13035550142", 1},
		{"phone", "CONTAINS_TOKEN", "*3035550142", 1},
		{"phone", "CONTAINS_TOKEN", "3035550142", 0},
		{"mobilephone", "CONTAINS_TOKEN", "*3035550177", 0},
		{"mobilephone", "CONTAINS_TOKEN", "0177", 1},
	}
	for _, tt := range tests {
		if n := f.hits(t, "contacts", searchFor(filterOn(tt.property, tt.operator, tt.value))); n != tt.want {
			t.Errorf("%s %s %s: %d hits, want %d", tt.property, tt.operator, tt.value, n, tt.want)
		}
	}
}

func TestSearch_knows_the_documented_operators(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, amount := range []string{"900", "25000", ""} {
		f.create(t, "deals", `{"properties":{"dealname":"Kitchen for Dana `+amount+`","pipeline":"default","dealstage":"closedwon","amount":"`+amount+`"},"associations":[]}`)
	}
	f.wait(2 * time.Second)
	tests := []struct {
		filter string
		want   int
	}{
		{filterOn("amount", "EQ", "900.0"), 1},
		{filterOn("amount", "NEQ", "900"), 1},
		{filterOn("amount", "GT", "900"), 1},
		{filterOn("amount", "GTE", "900"), 2},
		{filterOn("amount", "LT", "25000"), 1},
		{filterOn("amount", "LTE", "25000"), 2},
		{`{"propertyName":"amount","operator":"BETWEEN","value":"900","highValue":"1000"}`, 1},
		{`{"propertyName":"amount","operator":"HAS_PROPERTY"}`, 2},
		{`{"propertyName":"amount","operator":"NOT_HAS_PROPERTY"}`, 1},
		{`{"propertyName":"dealstage","operator":"IN","values":["closedwon","closedlost"]}`, 3},
		{`{"propertyName":"dealstage","operator":"NOT_IN","values":["closedwon"]}`, 0},
		{filterOn("dealname", "CONTAINS_TOKEN", "kitchen dana"), 3},
		{filterOn("dealname", "CONTAINS_TOKEN", "kit*"), 3},
		{filterOn("dealname", "CONTAINS_TOKEN", "kit"), 0},
		{filterOn("dealname", "NOT_CONTAINS_TOKEN", "900"), 2},
		{filterOn("createdate", "GT", "2026-11-20T15:59:59Z"), 3},
		{filterOn("amount", "GT", "0") + "," + filterOn("dealstage", "EQ", "closedlost"), 0},
	}
	for _, tt := range tests {
		if n := f.hits(t, "deals", searchFor(tt.filter)); n != tt.want {
			t.Errorf("%s: %d hits, want %d", tt.filter, n, tt.want)
		}
	}
}

func TestSearch_refuses_what_HubSpot_refuses(t *testing.T) {
	t.Parallel()
	group := `{"filters":[` + filterOn("email", "EQ", "x") + `]}`
	groups := func(n int) string {
		return `{"filterGroups":[` + strings.TrimSuffix(strings.Repeat(group+",", n), ",") + `],"properties":[],"sorts":[],"limit":20,"after":"0"}`
	}
	tests := []struct{ name, body string }{
		{"no after", `{"filterGroups":[],"properties":[],"sorts":[],"limit":20}`},
		{"no sorts", `{"filterGroups":[],"properties":[],"limit":20,"after":"0"}`},
		{"sorts as objects", `{"filterGroups":[],"properties":[],"sorts":[{"propertyName":"email"}],"limit":20,"after":"0"}`},
		{"after as a number", `{"filterGroups":[],"properties":[],"sorts":[],"limit":20,"after":0}`},
		{"a limit over 200", `{"filterGroups":[],"properties":[],"sorts":[],"limit":201,"after":"0"}`},
		{"beyond 10,000", `{"filterGroups":[],"properties":[],"sorts":[],"limit":100,"after":"9950"}`},
		{"six groups", groups(6)},
		{"seven filters", searchFor(strings.TrimSuffix(strings.Repeat(filterOn("email", "EQ", "x")+",", 7), ","))},
		{"an unknown operator", searchFor(filterOn("email", "LIKE", "x"))},
		{"an unknown property", searchFor(filterOn("budget_band", "EQ", "x"))},
		{"an operator without its value", searchFor(`{"propertyName":"email","operator":"EQ"}`)},
		{"a list operator without values", searchFor(filterOn("email", "IN", "x"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := newFixture(t).do(t, "POST", contactsSearch, tt.body); got.status != 400 || got.body["category"] != "VALIDATION_ERROR" {
				t.Errorf("answer = %d %s, want 400 VALIDATION_ERROR", got.status, got.raw)
			}
		})
	}
}

func TestSearch_pages_and_sorts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, name := range []string{"B", "A", "C"} {
		f.create(t, "contacts", `{"properties":{"firstname":"`+name+`"},"associations":[]}`)
	}
	f.wait(2 * time.Second)
	body := `{"filterGroups":[],"properties":["firstname"],"sorts":["-firstname"],"limit":2,"after":"%s"}`
	first := f.do(t, "POST", contactsSearch, fmt.Sprintf(body, "0"))
	if first.body["total"] != float64(3) || !strings.Contains(first.raw, `"next":{"after":"2"}`) || strings.Index(first.raw, `"C"`) > strings.Index(first.raw, `"B"`) {
		t.Errorf("first page = %s", first.raw)
	}
	second := f.do(t, "POST", contactsSearch, fmt.Sprintf(body, "2"))
	if strings.Contains(second.raw, "paging") || !strings.Contains(second.raw, `"A"`) {
		t.Errorf("second page = %s", second.raw)
	}
}
