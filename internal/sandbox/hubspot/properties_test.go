package hubspot_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

const (
	dealProperties = "/crm/properties/2026-09/deals"
	marker         = `{"name":"pipeline_request_id","label":"Pipeline request id","type":"string","fieldType":"text",
		"groupName":"lead_pipeline","hasUniqueValue":true,"formField":false}`
	leadGroup = `{"name":"lead_pipeline","label":"Lead pipeline"}`
)

// addMarker gives deals a unique property, as onboarding does.
func addMarker(t *testing.T, f *fixture) {
	t.Helper()
	for _, step := range []struct{ path, body string }{{dealProperties + "/groups", leadGroup}, {dealProperties, marker}} {
		if got := f.do(t, "POST", step.path, step.body); got.status != http.StatusCreated {
			t.Fatalf("POST %s: status = %d (%s)", step.path, got.status, got.raw)
		}
	}
}

func TestProperties_are_defined_once(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if got := f.do(t, "POST", dealProperties, marker); got.status != 400 {
		t.Errorf("without its group: status = %d, want 400 (%s)", got.status, got.raw)
	}
	addMarker(t, f)
	got := f.do(t, "POST", dealProperties, marker)
	if got.status != 409 || got.body["category"] != "OBJECT_ALREADY_EXISTS" || got.body["subCategory"] != "Properties.PROPERTY_WITH_NAME_EXISTS" {
		t.Errorf("again = %d %s", got.status, got.raw)
	}
	if got := f.do(t, "POST", dealProperties+"/groups", leadGroup); got.status != 409 {
		t.Errorf("the group again: status = %d, want 409", got.status)
	}
	one := f.do(t, "GET", dealProperties+"/pipeline_request_id", "")
	if one.body["hasUniqueValue"] != true || one.body["type"] != "string" || one.body["hubspotDefined"] != false {
		t.Errorf("GET = %s", one.raw)
	}
	if got := f.do(t, "DELETE", dealProperties+"/pipeline_request_id", ""); got.status != 204 {
		t.Errorf("DELETE: status = %d, want 204", got.status)
	}
	if got := f.do(t, "GET", dealProperties+"/pipeline_request_id", ""); got.status != 404 {
		t.Errorf("GET of an archived property: status = %d, want 404", got.status)
	}
	if got := f.do(t, "POST", dealProperties, strings.Replace(marker, `"hasUniqueValue":true`, `"hasUniqueValue":false`, 1)); got.body["hasUniqueValue"] != true {
		t.Errorf("POST of an archived name = %s, want it restored as it was", got.raw)
	}
}

func TestProperties_refuse_bad_definitions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	addMarker(t, f)
	define := func(name, kind, field, rest string) string {
		return fmt.Sprintf(`{"name":%q,"label":"x","type":%q,"fieldType":%q,"groupName":"lead_pipeline"%s}`, name, kind, field, rest)
	}
	tests := []struct{ name, body string }{
		{"a name with capitals", define("Band", "string", "text", "")},
		{"an unknown type", define("band", "text", "text", "")},
		{"a field type of another type", define("band", "number", "text", "")},
		{"an enumeration without options", define("band", "enumeration", "select", "")},
		{"a unique date", define("band", "date", "date", `,"hasUniqueValue":true`)},
		{"no label", `{"name":"band","type":"string","fieldType":"text","groupName":"lead_pipeline"}`},
	}
	for _, tt := range tests {
		if got := f.do(t, "POST", dealProperties, tt.body); got.status != 400 {
			t.Errorf("%s: status = %d, want 400 (%s)", tt.name, got.status, got.raw)
		}
	}
	for i := range 9 {
		if got := f.do(t, "POST", dealProperties, define(fmt.Sprintf("key_%d", i), "string", "text", `,"hasUniqueValue":true`)); got.status != 201 {
			t.Fatalf("unique property %d: status = %d (%s)", i+2, got.status, got.raw)
		}
	}
	if got := f.do(t, "POST", dealProperties, define("one_more", "string", "text", `,"hasUniqueValue":true`)); got.status != 400 {
		t.Errorf("unique property 11: status = %d, want 400", got.status)
	}
}

func TestProperties_in_a_batch_tell_which_exist(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	addMarker(t, f)
	band := `{"name":"band","label":"Band","type":"enumeration","fieldType":"select","groupName":"lead_pipeline","options":[{"label":"Hot","value":"hot"}]}`
	got := f.do(t, "POST", dealProperties+"/batch/create", `{"inputs":[`+marker+`,`+band+`]}`)
	if got.status != http.StatusMultiStatus || got.body["numErrors"] != float64(1) || !strings.Contains(got.raw, `"name":"band"`) {
		t.Errorf("batch = %d %s", got.status, got.raw)
	}
	bad := strings.Replace(deal, `"amount"`, `"band":"warm","amount"`, 1)
	if got := f.do(t, "POST", "/crm/objects/2026-09/deals", bad); got.codes() != "INVALID_OPTION" {
		t.Errorf("a deal with an unknown option = %d %s", got.status, got.raw)
	}
	f.do(t, "PATCH", dealProperties+"/band", `{"options":[{"label":"Warm","value":"warm"}]}`)
	if got := f.do(t, "POST", "/crm/objects/2026-09/deals", bad); got.status != 201 {
		t.Errorf("a deal with the new option = %d %s", got.status, got.raw)
	}
}

const (
	upsertPath = "/crm/objects/2026-09/deals/batch/upsert"
	upsertDeal = `{"idProperty":"pipeline_request_id","id":"req_0001","properties":{"dealname":"Kitchen","pipeline":"default",
		"dealstage":"appointmentscheduled","amount":"%s"},"associations":[{"to":{"id":"1"},"types":[]}]}`
)

func TestUpsert_makes_one_object_of_a_key(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	addMarker(t, f)
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		made int
	)
	for i := range 20 {
		wg.Go(func() {
			got := f.do(t, "POST", upsertPath, `{"inputs":[`+fmt.Sprintf(upsertDeal, fmt.Sprint(i))+`]}`)
			if got.status != 200 || got.body["status"] != "COMPLETE" {
				t.Errorf("upsert = %d %s", got.status, got.raw)
			}
			mu.Lock()
			defer mu.Unlock()
			made += strings.Count(got.raw, `"new":true`)
		})
	}
	wg.Wait()
	if deals := f.Objects("a"); made != 1 || len(deals) != 1 || deals[0].Fields["pipeline_request_id"] != "req_0001" {
		t.Errorf("made %d, deals = %v, want one", made, deals)
	}
	got := f.do(t, "POST", "/crm/objects/2026-09/deals", strings.Replace(deal, `"amount"`, `"pipeline_request_id":"req_0001","amount"`, 1))
	if got.codes() != "CONFLICTING_UNIQUE_VALUE" {
		t.Errorf("a create with the same key = %d %s", got.status, got.raw)
	}
	if got := f.do(t, "GET", "/crm/objects/2026-09/deals/req_0001?idProperty=pipeline_request_id", ""); got.status != 200 {
		t.Errorf("GET by the key: status = %d, want 200", got.status)
	}
}

func TestUpsert_refuses_what_HubSpot_refuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	addMarker(t, f)
	one := fmt.Sprintf(upsertDeal, "1")
	tests := []struct {
		name, inputs string
		want         int
	}{
		{"nothing to do", ``, 200},
		{"one key twice", one + "," + one, 400},
		{"by the object's id", strings.ReplaceAll(one, "pipeline_request_id", "hs_object_id"), 400},
		{"by a property that is not unique", strings.ReplaceAll(one, "pipeline_request_id", "dealname"), 400},
		{"without a property to go by", strings.ReplaceAll(one, `"idProperty":"pipeline_request_id",`, ""), 400},
		{"with a bad value beside a good input", one + "," + strings.NewReplacer("req_0001", "req_0002", "appointmentscheduled", "won").Replace(one), 400},
	}
	for _, tt := range tests {
		got := f.do(t, "POST", upsertPath, `{"inputs":[`+tt.inputs+`]}`)
		if got.status != tt.want {
			t.Errorf("%s: status = %d, want %d (%s)", tt.name, got.status, tt.want, got.raw)
		}
	}
	if objects := f.Objects("a"); len(objects) != 0 {
		t.Errorf("refused batches left %v", objects)
	}
}
