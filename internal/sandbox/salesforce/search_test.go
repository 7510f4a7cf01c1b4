package salesforce_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// sosl searches, and returns how many records were found.
func (f *fixture) sosl(t *testing.T, text string) int {
	t.Helper()
	got := f.do(t, "GET", "/search/?q="+url.QueryEscape(text), "")
	if got.status != 200 {
		t.Fatalf("search %s = %d %s", text, got.status, got.raw)
	}
	return got.found()
}

func (r reply) found() int {
	records, _ := r.body["searchRecords"].([]any)
	return len(records)
}

func TestSearch_finds_people_after_the_lag(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.create(t, "Lead", `{"LastName":"Example","FirstName":"Dana","Company":"x","Phone":"(303) 555-0142","Email":"dana@example.com","Description":"see req_0001"}`)
	f.create(t, "Contact", `{"LastName":"Other","MobilePhone":"+13035550142"}`)
	byPhone := "FIND {3035550142} IN PHONE FIELDS RETURNING Lead(Id,Name), Contact(Id)"
	if n := f.sosl(t, byPhone); n != 0 {
		t.Errorf("at once: %d hits, want 0", n)
	}
	f.wait(2 * time.Second)
	tests := []struct {
		query string
		want  int
	}{
		{byPhone, 2},
		{`FIND {dana@example.com} IN EMAIL FIELDS RETURNING Lead`, 1},
		{`FIND {\+13035550142} IN PHONE FIELDS RETURNING Contact`, 1},
		{"FIND {5550142} IN PHONE FIELDS", 2},
		{"FIND {0142*} IN PHONE FIELDS RETURNING Lead", 1},
		{"FIND {dana example} IN NAME FIELDS", 1},
		{"FIND {exam*} IN NAME FIELDS", 1},
		{"FIND {*ana} IN NAME FIELDS", 0},
		{"FIND {dana OR other} IN NAME FIELDS", 2},
		{"FIND {dana OR other} IN NAME FIELDS LIMIT 1", 1},
		{"FIND {req_0001}", 1},
		{"FIND {req_0001} RETURNING Lead(Id WHERE IsConverted = true)", 0},
		{"FIND {req_0001} RETURNING Lead(Id WHERE IsConverted = false LIMIT 1)", 1},
	}
	for _, tt := range tests {
		if n := f.sosl(t, tt.query); n != tt.want {
			t.Errorf("%s: %d hits, want %d", tt.query, n, tt.want)
		}
	}
	f.do(t, "DELETE", "/sobjects/Lead/"+id, "")
	if n := f.sosl(t, byPhone); n != 2 {
		t.Errorf("just deleted: %d hits, want 2", n)
	}
	f.wait(2 * time.Second)
	if n := f.sosl(t, byPhone); n != 1 {
		t.Errorf("deleted long ago: %d hits, want 1", n)
	}
}

func TestSearch_takes_parameters_apart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "Lead", dana)
	f.create(t, "Contact", `{"LastName":"Example","Email":"dana@example.com"}`)
	f.wait(2 * time.Second)
	got := f.do(t, "GET", "/parameterizedSearch/?q=dana%40example.com&in=EMAIL&sobject=Lead&Lead.fields=Id,Name&sobject=Contact", "")
	if got.status != 200 || got.found() != 2 || !strings.Contains(got.raw, "Dana Example") {
		t.Errorf("GET = %d %s", got.status, got.raw)
	}
	got = f.do(t, "POST", "/parameterizedSearch", `{"q":"dana@example.com","in":"EMAIL","fields":["Id"],"sobjects":[{"name":"Lead","fields":["Id","Email"],"limit":1}]}`)
	if got.status != 200 || got.found() != 1 {
		t.Errorf("POST = %d %s", got.status, got.raw)
	}
	if got := f.do(t, "GET", "/parameterizedSearch?q=dana&in=SHOE", ""); got.code() != "MALFORMED_SEARCH" {
		t.Errorf("an unknown scope = %d %s", got.status, got.raw)
	}
}

func TestSearch_refuses_what_Salesforce_refuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct{ name, query, code string }{
		{"no term", "FIND 3035550142", "MALFORMED_SEARCH"},
		{"an open brace", "FIND {3035550142", "MALFORMED_SEARCH"},
		{"one character", "FIND {x}", "MALFORMED_SEARCH"},
		{"a reserved character", "FIND {+13035550142} IN PHONE FIELDS", "MALFORMED_SEARCH"},
		{"an unknown scope", "FIND {dana} IN SHOE FIELDS", "MALFORMED_SEARCH"},
		{"words after the end", "FIND {dana} PLEASE", "MALFORMED_SEARCH"},
		{"an unknown object", "FIND {dana} RETURNING Person(Id)", "INVALID_TYPE"},
		{"an unknown field", "FIND {dana} RETURNING Lead(Budget__c)", "INVALID_FIELD"},
	}
	for _, tt := range tests {
		got := f.do(t, "GET", "/search?q="+url.QueryEscape(tt.query), "")
		if got.status != 400 || got.code() != tt.code {
			t.Errorf("%s = %d %s, want 400 %s", tt.name, got.status, got.raw, tt.code)
		}
	}
}
