package pipedrive_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// search returns an answer of persons/search and how many it found.
func (f *fixture) search(t *testing.T, query string) (reply, int) {
	t.Helper()
	f.wait(time.Second)
	got := f.do(t, "GET", "/api/v2/persons/search?"+query, "")
	items, _ := got.data()["items"].([]any)
	return got, len(items)
}

func TestSearch_sees_changes_after_the_lag(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.create(t, "/api/v2/persons", dana)
	if _, n := f.search(t, "term=3035550142&fields=phone"); n != 0 {
		t.Errorf("at once: %d hits, want 0", n)
	}
	f.wait(time.Second)
	got, n := f.search(t, "term=3035550142&fields=phone")
	if n != 1 || !strings.Contains(got.raw, `"phones":["(303) 555-0142"]`) || !strings.Contains(got.raw, `"emails":["dana@example.com"]`) {
		t.Errorf("after the lag: %s", got.raw)
	}
	f.do(t, "PATCH", "/api/v2/persons/"+id, `{"phones":[]}`)
	if _, n := f.search(t, "term=3035550142&fields=phone"); n != 1 {
		t.Errorf("just changed: %d hits, want 1", n)
	}
	f.wait(time.Second)
	if _, n := f.search(t, "term=3035550142&fields=phone"); n != 0 {
		t.Errorf("changed long ago: %d hits, want 0", n)
	}
	f.do(t, "DELETE", "/api/v2/persons/"+id, "")
	if _, n := f.search(t, "term=dana"); n != 1 {
		t.Errorf("just deleted: %d hits, want 1", n)
	}
	f.wait(time.Second)
	if _, n := f.search(t, "term=dana"); n != 0 {
		t.Errorf("deleted long ago: %d hits, want 0", n)
	}
}

func TestSearch_keeps_the_rules_of_its_term(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	field := f.do(t, "POST", "/api/v2/personFields", `{"field_name":"Pipeline key","field_type":"varchar"}`)
	hash, _ := field.data()["field_code"].(string)
	f.create(t, "/api/v2/persons", strings.Replace(dana, "{", `{"custom_fields":{"`+hash+`":"person_0001"},`, 1))
	f.wait(2 * time.Second)
	tests := []struct {
		query        string
		status, want int
	}{
		{"term=555&fields=phone", 200, 1},
		{"term=" + url.QueryEscape("+13035550142") + "&fields=phone", 200, 0},
		{"term=" + url.QueryEscape("303-555-0142") + "&fields=phone&exact_match=true", 200, 1},
		{"term=555&fields=phone&exact_match=true", 200, 0},
		{"term=example&fields=email", 200, 1},
		{"term=DANA%40example.com&fields=email&exact_match=true", 200, 1},
		{"term=exam", 200, 1},
		{"term=person_0001&fields=custom_fields", 200, 1},
		{"term=person_0001&fields=custom_fields&exact_match=true", 200, 1},
		{"term=person_0001&fields=name", 200, 0},
		{"term=d&exact_match=true", 200, 0},
		{"term=d", 400, 0},
		{"", 400, 0},
		{"term=dana&fields=phone,email", 400, 0},
		{"term=dana&fields=shoe", 400, 0},
	}
	for _, tt := range tests {
		if got, n := f.search(t, tt.query); got.status != tt.status || n != tt.want {
			t.Errorf("%s = %d with %d hits, want %d with %d", tt.query, got.status, n, tt.status, tt.want)
		}
	}
}

func TestSearch_finds_deals_by_their_markers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	field := f.do(t, "POST", "/api/v2/dealFields", `{"field_name":"Request","field_type":"varchar"}`)
	hash, _ := field.data()["field_code"].(string)
	person := f.create(t, "/api/v2/persons", dana)
	f.create(t, "/api/v2/deals", `{"title":"Kitchen","person_id":`+person+`,"custom_fields":{"`+hash+`":"req_0001"}}`)
	f.wait(2 * time.Second)
	got := f.do(t, "GET", "/api/v2/deals/search?term=req_0001&fields=custom_fields", "")
	if items, _ := got.data()["items"].([]any); len(items) != 1 || !strings.Contains(got.raw, `"title":"Kitchen"`) || !strings.Contains(got.raw, `"name":"Dana Example"`) {
		t.Errorf("deals = %d %s", got.status, got.raw)
	}
}
