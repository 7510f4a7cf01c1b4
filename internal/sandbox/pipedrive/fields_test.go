package pipedrive_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

var hash40 = regexp.MustCompile(`^[0-9a-f]{40}$`)

// field makes a custom field of deals and returns its hash and the ids of its options.
func (f *fixture) field(t *testing.T, kind string) (hash string, options []string) {
	t.Helper()
	got := f.do(t, "POST", "/api/v2/dealFields", `{"field_name":"`+kind+`","field_type":"`+kind+`","options":[{"label":"low"},{"label":"high"}]}`)
	hash, _ = got.data()["field_code"].(string)
	if got.status != 201 || !hash40.MatchString(hash) {
		t.Fatalf("create field %s = %d %s", kind, got.status, got.raw)
	}
	list, _ := got.data()["options"].([]any)
	for _, one := range list {
		option, _ := one.(map[string]any)
		options = append(options, fmt.Sprintf("%.0f", option["id"]))
	}
	return hash, options
}

func TestFields_are_listed_in_both_versions_and_leads_have_those_of_deals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	hash, options := f.field(t, "enum")
	if len(options) != 2 {
		t.Fatalf("options = %v, want 2", options)
	}
	tests := []struct{ path, want string }{
		{"/api/v2/dealFields", `"field_code":"` + hash + `"`},
		{"/api/v2/dealFields", `"field_code":"title"`},
		{"/api/v2/dealFields/" + hash, `"is_custom_field":true`},
		{"/api/v2/personFields", `"field_code":"phones"`},
		{"/api/v1/leadFields", `"key":"` + hash + `"`},
		{"/api/v1/leadFields", `"key":"origin_id"`},
		{"/api/v1/leadFields", `"options":[{"id":` + options[0]},
		{"/api/v1/dealFields", `"key":"` + hash + `"`},
	}
	for _, tt := range tests {
		if got := f.do(t, "GET", tt.path, ""); got.status != 200 || !strings.Contains(got.raw, tt.want) {
			t.Errorf("%s = %d %s, want %s", tt.path, got.status, got.raw, tt.want)
		}
	}
	if got := f.do(t, "GET", "/api/v2/personFields", ""); strings.Contains(got.raw, hash) {
		t.Errorf("fields of persons = %s, want no field of deals", got.raw)
	}
	if got := f.do(t, "POST", "/api/v1/personFields", `{"name":"Key","field_type":"varchar"}`); got.status != 201 || !hash40.MatchString(fmt.Sprint(got.data()["key"])) {
		t.Errorf("field by v1 = %d %s", got.status, got.raw)
	}
	if got := f.do(t, "DELETE", "/api/v2/dealFields/"+hash, ""); got.status != 200 {
		t.Errorf("delete = %d %s", got.status, got.raw)
	}
	if got := f.do(t, "POST", "/api/v2/deals", `{"title":"x","custom_fields":{"`+hash+`":`+options[0]+`}}`); got.status != 400 {
		t.Errorf("value of a deleted field = %d %s, want 400", got.status, got.raw)
	}
}

func TestFields_are_refused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.field(t, "varchar")
	tests := []struct {
		name, method, path, body string
		want                     int
	}{
		{"no name", "POST", "/api/v2/dealFields", `{"field_type":"varchar"}`, 400},
		{"v1's name", "POST", "/api/v2/dealFields", `{"name":"x","field_type":"varchar"}`, 400},
		{"a type that is none", "POST", "/api/v2/dealFields", `{"field_name":"x","field_type":"string"}`, 400},
		{"the same name", "POST", "/api/v2/dealFields", `{"field_name":"varchar","field_type":"varchar"}`, 400},
		{"no options", "POST", "/api/v2/dealFields", `{"field_name":"x","field_type":"enum"}`, 400},
		{"fields of leads", "POST", "/api/v1/leadFields", `{"name":"x","field_type":"varchar"}`, 404},
		{"an unknown field", "GET", "/api/v2/dealFields/x", "", 404},
		{"deleting a default field", "DELETE", "/api/v2/dealFields/title", "", 400},
	}
	for _, tt := range tests {
		if got := f.do(t, tt.method, tt.path, tt.body); got.status != tt.want {
			t.Errorf("%s = %d %s, want %d", tt.name, got.status, got.raw, tt.want)
		}
	}
}

// TestCustomFields_take_values_of_their_type uses {1} and {2} for the ids of options.
func TestCustomFields_take_values_of_their_type(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	long := `"` + strings.Repeat("x", 256) + `"`
	tests := []struct{ kind, good, bad string }{
		{"varchar", `"req_0001"`, long},
		{"text", long, `7`},
		{"double", `1.5`, `"1.5"`},
		{"enum", `{2}`, `"high"`},
		{"set", `[{1},{2}]`, `[]`},
		{"monetary", `{"currency":"USD","value":25000}`, `25000`},
		{"address", `{"value":"1 Example St"}`, `"1 Example St"`},
		{"date", `"2026-11-20"`, `"2026-11-20T00:00:00Z"`},
		{"phone", `"+13035550142"`, `3035550142`},
	}
	person := f.create(t, "/api/v2/persons", dana)
	for _, tt := range tests {
		hash, options := f.field(t, tt.kind)
		fill := strings.NewReplacer("{1}", "0", "{2}", "0")
		if len(options) == 2 {
			fill = strings.NewReplacer("{1}", options[0], "{2}", options[1])
		}
		good := fill.Replace(tt.good)
		deal := f.do(t, "POST", "/api/v2/deals", `{"title":"x","custom_fields":{"`+hash+`":`+good+`}}`)
		if deal.status != 201 || !strings.Contains(deal.raw, `"`+hash+`":`+good) {
			t.Errorf("%s of a deal = %d %s, want 201", tt.kind, deal.status, deal.raw)
		}
		if got := f.do(t, "PATCH", "/api/v2/deals/"+deal.id(), `{"custom_fields":{"`+hash+`":null}}`); got.status != 200 || !strings.Contains(got.raw, `"`+hash+`":null`) {
			t.Errorf("%s cleared = %d %s, want 200", tt.kind, got.status, got.raw)
		}
		if got := f.do(t, "POST", "/api/v2/deals", `{"title":"x","custom_fields":{"`+hash+`":`+tt.bad+`}}`); got.status != 400 || !strings.Contains(got.raw, hash) {
			t.Errorf("bad %s = %d %s, want 400 with its hash", tt.kind, got.status, got.raw)
		}
		if got := f.do(t, "POST", "/api/v2/deals", `{"title":"x","`+hash+`":`+good+`}`); got.status != 400 {
			t.Errorf("%s at a deal's top level = %d %s, want 400", tt.kind, got.status, got.raw)
		}
		if got := f.do(t, "POST", "/api/v1/leads", `{"title":"x","person_id":`+person+`,"`+hash+`":`+good+`}`); got.status != 201 || !strings.Contains(got.raw, `"`+hash+`":`+good) {
			t.Errorf("%s of a lead = %d %s, want 201", tt.kind, got.status, got.raw)
		}
	}
}

func TestCustomFields_of_a_change_leave_the_others_alone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	one, _ := f.field(t, "varchar")
	two, _ := f.field(t, "double")
	id := f.create(t, "/api/v2/deals", `{"title":"x","custom_fields":{"`+one+`":"a","`+two+`":1}}`)
	got := f.do(t, "PATCH", "/api/v2/deals/"+id, `{"custom_fields":{"`+two+`":2}}`)
	customs, _ := got.data()["custom_fields"].(map[string]any)
	if customs[one] != "a" || customs[two] != float64(2) {
		t.Errorf("custom fields = %v", customs)
	}
}
