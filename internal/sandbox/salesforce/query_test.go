package salesforce_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// soql asks a query.
func (f *fixture) soql(t *testing.T, text string) reply {
	t.Helper()
	return f.do(t, "GET", "/query?q="+url.QueryEscape(text), "")
}

// lastNames returns those of the records that an answer has.
func (r reply) lastNames() string {
	var names []string
	records, _ := r.body["records"].([]any)
	for _, one := range records {
		fields, _ := one.(map[string]any)
		names = append(names, fmt.Sprint(fields["LastName"]))
	}
	return strings.Join(names, " ")
}

// newPeople returns a stand-in with three leads: A has two phones, B is rated, C has an
// apostrophe in the company's name.
func newPeople(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	f.create(t, "Lead", `{"LastName":"A","Company":"One","Phone":"+13035550142","MobilePhone":"(303) 555-0177","NumberOfEmployees":5}`)
	f.create(t, "Lead", `{"LastName":"B","Company":"Two","Rating":"Hot","NumberOfEmployees":50,"AnnualRevenue":1.5}`)
	f.create(t, "Lead", `{"LastName":"C","Company":"O'Neil \\ Sons","Email":"c@example.com","Phone":"+13035550143"}`)
	return f
}

func TestQuery_finds(t *testing.T) {
	t.Parallel()
	f := newPeople(t)
	tests := []struct{ rest, want string }{
		{"", "A B C"},
		{"WHERE Phone = '+13035550142'", "A"},
		{"WHERE Phone IN ('+13035550142','+13035550143')", "A C"},
		{"WHERE Phone NOT IN ('+13035550142')", "B C"},
		{"where phone = '+13035550142' or mobilephone = '(303) 555-0177'", "A"},
		{"WHERE IsConverted=false AND (Phone IN ('3035550142') OR MobilePhone IN ('(303) 555-0177'))", "A"},
		{"WHERE Company = 'two'", "B"},
		{`WHERE Company = 'O\'Neil \\ Sons'`, "C"},
		{`WHERE Company LIKE 'o\'neil%'`, "C"},
		{"WHERE Phone LIKE '%555014_'", "A C"},
		{`WHERE Company LIKE '100\%'`, ""},
		{`WHERE Company LIKE 'T_o' OR Company LIKE '\_ne'`, "B"},
		{"WHERE Email = null", "A B"},
		{"WHERE Email != null", "C"},
		{"WHERE Rating != 'Hot'", "A C"},
		{"WHERE NumberOfEmployees > 5", "B"},
		{"WHERE NumberOfEmployees <= 5", "A"},
		{"WHERE AnnualRevenue = 1.5", "B"},
		{"WHERE NOT (Company = 'One')", "B C"},
		{"WHERE CreatedDate >= 2026-11-20T16:00:00Z AND CreatedDate < 2026-11-20T16:00:01Z", "A B C"},
		{"ORDER BY LastName DESC", "C B A"},
		{"ORDER BY NumberOfEmployees", "C A B"},
		{"ORDER BY NumberOfEmployees DESC NULLS LAST, LastName ASC LIMIT 2", "B A"},
		{"ORDER BY LastName LIMIT 1 OFFSET 1", "B"},
	}
	for _, tt := range tests {
		got := f.soql(t, "SELECT Id, LastName FROM Lead "+tt.rest)
		if got.status != 200 || got.lastNames() != tt.want || got.body["done"] != true {
			t.Errorf("%s = %d %s, want %q", tt.rest, got.status, got.raw, tt.want)
		}
	}
	if got := f.soql(t, "SELECT COUNT() FROM Lead"); got.body["totalSize"] != float64(3) {
		t.Errorf("count = %s, want 3", got.raw)
	}
}

func TestQuery_sees_changes_at_once_and_what_is_not_deleted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.create(t, "Lead", dana)
	ask := "SELECT Id FROM Lead WHERE Email = 'dana@example.com'"
	if got := f.soql(t, ask); got.body["totalSize"] != float64(1) {
		t.Errorf("just created = %s", got.raw)
	}
	f.do(t, "DELETE", "/sobjects/Lead/"+id, "")
	if got := f.soql(t, ask); got.body["totalSize"] != float64(0) {
		t.Errorf("just deleted = %s", got.raw)
	}
}

func TestQuery_refuses_what_Salesforce_refuses(t *testing.T) {
	t.Parallel()
	f := newPeople(t)
	tests := []struct{ name, query, code string }{
		{"nothing", "", "MALFORMED_QUERY"},
		{"no fields", "SELECT FROM Lead", "MALFORMED_QUERY"},
		{"a star", "SELECT * FROM Lead", "MALFORMED_QUERY"},
		{"another statement", "DELETE FROM Lead", "MALFORMED_QUERY"},
		{"an open string", "SELECT Id FROM Lead WHERE Company = 'O'Neil'", "MALFORMED_QUERY"},
		{"an unknown escape", `SELECT Id FROM Lead WHERE Company = '\x'`, "MALFORMED_QUERY"},
		{"AND with OR", "SELECT Id FROM Lead WHERE Company = 'a' AND Phone = 'b' OR Phone = 'c'", "MALFORMED_QUERY"},
		{"an open parenthesis", "SELECT Id FROM Lead WHERE (Company = 'a'", "MALFORMED_QUERY"},
		{"a list without values", "SELECT Id FROM Lead WHERE Phone IN ()", "MALFORMED_QUERY"},
		{"words after the end", "SELECT Id FROM Lead LIMIT 1 PLEASE", "MALFORMED_QUERY"},
		{"a limit of words", "SELECT Id FROM Lead LIMIT x", "MALFORMED_QUERY"},
		{"an unknown object", "SELECT Id FROM Person", "INVALID_TYPE"},
		{"an unknown field", "SELECT Budget__c FROM Lead", "INVALID_FIELD"},
		{"a field twice", "SELECT Id, id FROM Lead", "INVALID_FIELD"},
		{"an unknown filter", "SELECT Id FROM Lead WHERE Budget__c = 'x'", "INVALID_FIELD"},
		{"an unknown order", "SELECT Id FROM Lead ORDER BY Budget__c", "INVALID_FIELD"},
		{"a relationship", "SELECT Account.Name FROM Contact", "INVALID_FIELD"},
		{"a long text area", "SELECT Id FROM Task WHERE Description LIKE '%req_0001%'", "INVALID_FIELD"},
		{"a number for text", "SELECT Id FROM Lead WHERE Phone = 3035550142", "INVALID_FIELD"},
		{"text for a boolean", "SELECT Id FROM Lead WHERE IsConverted = 'false'", "INVALID_FIELD"},
		{"text for a time", "SELECT Id FROM Lead WHERE CreatedDate > '2026-11-20T16:00:00Z'", "INVALID_FIELD"},
		{"a pattern for a number", "SELECT Id FROM Lead WHERE NumberOfEmployees LIKE 5", "INVALID_FIELD"},
	}
	for _, tt := range tests {
		if got := f.soql(t, tt.query); got.status != 400 || got.code() != tt.code {
			t.Errorf("%s = %d %s, want 400 %s", tt.name, got.status, got.raw, tt.code)
		}
	}
}

func TestQuery_pages_through_many(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 2001 {
		f.create(t, "Task", fmt.Sprintf(`{"Subject":"%d"}`, i))
	}
	first := f.soql(t, "SELECT Id FROM Task")
	records, _ := first.body["records"].([]any)
	next, _ := first.body["nextRecordsUrl"].(string)
	if first.body["done"] != false || first.body["totalSize"] != float64(2001) || len(records) != 2000 || !strings.HasPrefix(next, base) {
		t.Fatalf("first page: done = %v, %d records, next %q", first.body["done"], len(records), next)
	}
	second := f.do(t, "GET", strings.TrimPrefix(next, base), "")
	if records, _ := second.body["records"].([]any); second.body["done"] != true || len(records) != 1 {
		t.Errorf("second page = %d %s", second.status, second.raw)
	}
	if got := f.do(t, "GET", "/query/01gx-2000", ""); got.code() != "INVALID_QUERY_LOCATOR" {
		t.Errorf("unknown page = %d %s", got.status, got.raw)
	}
}

func TestComposite_runs_parts_that_refer_to_each_other(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	body := `{"allOrNone":true,"compositeRequest":[
		{"method":"PATCH","url":"` + base + keyed + `","referenceId":"lead","body":` + dana + `},
		{"method":"PATCH","url":"` + base + `/sobjects/Task/Pipeline_Key__c/req_0001","referenceId":"task","body":{"WhoId":"@{lead.id}","Subject":"Inbound call","CallDurationInSeconds":187}}]}`
	for _, want := range []string{"201 201", "200 200"} {
		got := f.do(t, "POST", "/composite", body)
		if got.status != 200 || got.statuses() != want {
			t.Fatalf("composite = %d %s, want %s", got.status, got.raw, want)
		}
	}
	objects := f.Objects("a")
	if len(objects) != 2 || objects[1].Fields["WhoId"] != objects[0].ID {
		t.Errorf("objects = %v", objects)
	}
}

// statuses returns those of a composite's parts.
func (r reply) statuses() string {
	var all []string
	parts, _ := r.body["compositeResponse"].([]any)
	for _, one := range parts {
		part, _ := one.(map[string]any)
		all = append(all, fmt.Sprint(part["httpStatusCode"]))
	}
	return strings.Join(all, " ")
}

func TestComposite_undoes_all_or_keeps_what_went_well(t *testing.T) {
	t.Parallel()
	parts := `"compositeRequest":[
		{"method":"POST","url":"` + base + `/sobjects/Lead","referenceId":"lead","body":` + dana + `},
		{"method":"POST","url":"` + base + `/sobjects/Task","referenceId":"bad","body":{"WhoId":"@{lead.id}","CallType":"x"}},
		{"method":"POST","url":"` + base + `/sobjects/Task","referenceId":"task","body":{"WhoId":"@{bad.id}"}}]}`
	tests := []struct {
		name, allOrNone, want string
		records               int
		codes                 []string
	}{
		{"all or none", "true", "400 400 400", 0, []string{"PROCESSING_HALTED", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"}},
		{"each by itself", "false", "201 400 400", 1, []string{"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Invalid reference specified"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			got := f.do(t, "POST", "/composite", `{"allOrNone":`+tt.allOrNone+`,`+parts)
			if got.status != 200 || got.statuses() != tt.want || len(f.Objects("a")) != tt.records {
				t.Errorf("composite = %d %s, want %s and %d records", got.status, got.raw, tt.want, tt.records)
			}
			if slices.ContainsFunc(tt.codes, func(code string) bool { return !strings.Contains(got.raw, code) }) {
				t.Errorf("answer = %s, want %v", got.raw, tt.codes)
			}
		})
	}
}

func TestComposite_is_refused_as_a_whole(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	one := `{"method":"GET","url":"` + base + `/limits","referenceId":"%s"%s}`
	many := make([]string, 26)
	for i := range many {
		many[i] = fmt.Sprintf(one, fmt.Sprintf("r%d", i), "")
	}
	tests := []struct{ name, parts, code string }{
		{"no parts", "", "INVALID_INPUT"},
		{"26 parts", strings.Join(many, ","), "INVALID_INPUT"},
		{"no reference", fmt.Sprintf(one, "", ""), "INVALID_INPUT"},
		{"a reference twice", fmt.Sprintf(one, "a", "") + "," + fmt.Sprintf(one, "a", ""), "INVALID_INPUT"},
		{"a header of the whole", fmt.Sprintf(one, "a", `,"httpHeaders":{"Content-Type":"application/json"}`), "INVALID_HTTP_HEADER"},
	}
	for _, tt := range tests {
		if got := f.do(t, "POST", "/composite", `{"compositeRequest":[`+tt.parts+`]}`); got.status != 400 || got.code() != tt.code {
			t.Errorf("%s = %d %s, want 400 %s", tt.name, got.status, got.raw, tt.code)
		}
	}
	outside := `{"compositeRequest":[{"method":"GET","url":"/services/oauth2/token","referenceId":"a"}]}`
	if got := f.do(t, "POST", "/composite", outside); got.status != 200 || got.statuses() != "400" {
		t.Errorf("a part outside the data = %d %s", got.status, got.raw)
	}
}
