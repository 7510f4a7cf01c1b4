package pipedrive_test

import (
	"fmt"
	"strings"
	"testing"
)

// values returns those of a person's phones or e-mails.
func (r reply) values(name string) string {
	var all []string
	list, _ := r.data()[name].([]any)
	for _, one := range list {
		point, _ := one.(map[string]any)
		all = append(all, fmt.Sprint(point["value"]))
	}
	return strings.Join(all, " ")
}

func TestPersons_are_created_changed_and_deleted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.create(t, "/api/v2/persons", dana)
	path := "/api/v2/persons/" + id
	got := f.do(t, "GET", path, "")
	if got.status != 200 || got.data()["name"] != "Dana Example" || got.values("emails") != "dana@example.com" || got.data()["owner_id"] != float64(7) {
		t.Errorf("person = %d %s", got.status, got.raw)
	}
	got = f.do(t, "PATCH", path, `{"phones":[{"value":"+13035550177"}]}`)
	if got.status != 200 || got.values("phones") != "+13035550177" || got.values("emails") != "dana@example.com" {
		t.Errorf("changed person = %d %s, want the phones replaced", got.status, got.raw)
	}
	if got := f.do(t, "DELETE", path, ""); got.status != 200 {
		t.Errorf("delete = %d %s", got.status, got.raw)
	}
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		if got := f.do(t, method, path, `{"name":"x"}`); got.status != 404 || got.body["success"] != false {
			t.Errorf("%s of the deleted person = %d %s, want 404", method, got.status, got.raw)
		}
	}
}

func TestLists_are_filtered_and_paged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	person, other := f.create(t, "/api/v2/persons", dana), f.create(t, "/api/v2/persons", `{"name":"Robin"}`)
	for i := range 3 {
		f.create(t, "/api/v2/deals", fmt.Sprintf(`{"title":"%d","person_id":%s}`, i, person))
		f.create(t, "/api/v1/leads", fmt.Sprintf(`{"title":"%d","person_id":%s,"origin_id":"req_%d"}`, i, person, i))
	}
	tests := []struct {
		path string
		want int
	}{
		{"/api/v2/deals?person_id=" + person, 3},
		{"/api/v2/deals?person_id=" + other, 0},
		{"/api/v2/deals?person_id=" + person + "&status=won", 0},
		{"/api/v1/leads?person_id=" + person, 3},
		{"/api/v1/leads?person_id=" + other, 0},
		{"/api/v1/leads?origin_id=req_1", 3}, // no filter: ignored
		{"/api/v2/persons?ids=" + person, 1},
	}
	for _, tt := range tests {
		if got := f.do(t, "GET", tt.path, ""); got.status != 200 || got.count() != tt.want {
			t.Errorf("%s = %d %s, want %d", tt.path, got.status, got.raw, tt.want)
		}
	}
	first := f.do(t, "GET", "/api/v2/deals?limit=2", "")
	more, _ := first.body["additional_data"].(map[string]any)
	second := f.do(t, "GET", "/api/v2/deals?limit=2&cursor="+fmt.Sprint(more["next_cursor"]), "")
	if first.count() != 2 || second.count() != 1 || !strings.Contains(second.raw, `"next_cursor":null`) {
		t.Errorf("pages = %s, %s", first.raw, second.raw)
	}
	first = f.do(t, "GET", "/api/v1/leads?limit=2", "")
	second = f.do(t, "GET", "/api/v1/leads?limit=2&start=2", "")
	if first.count() != 2 || !strings.Contains(first.raw, `"next_start":2`) || second.count() != 1 || !strings.Contains(second.raw, `"more_items_in_collection":false`) {
		t.Errorf("pages = %s, %s", first.raw, second.raw)
	}
	for _, path := range []string{"/api/v2/deals?limit=501", "/api/v2/deals?cursor=x", "/api/v1/leads?limit=x"} {
		if got := f.do(t, "GET", path, ""); got.status != 400 {
			t.Errorf("%s = %d, want 400", path, got.status)
		}
	}
}

func TestLeads_that_are_archived_are_not_listed_and_not_edited(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	person := f.create(t, "/api/v2/persons", dana)
	tests := []struct{ path, body string }{
		{"/api/v1/leads", `{"title":"Kitchen","person_id":` + person + `,"origin_id":"req_0001"}`},
		{"/api/v2/deals", `{"title":"Kitchen","person_id":` + person + `}`},
	}
	for _, tt := range tests {
		id := f.create(t, tt.path, tt.body)
		if got := f.do(t, "PATCH", tt.path+"/"+id, `{"is_archived":true}`); got.status != 200 {
			t.Fatalf("archive = %d %s", got.status, got.raw)
		}
		query := "?person_id=" + person
		if open, archived := f.do(t, "GET", tt.path+query, ""), f.do(t, "GET", tt.path+"/archived"+query, ""); open.count() != 0 || archived.count() != 1 {
			t.Errorf("%s: %d open and %d archived, want 0 and 1", tt.path, open.count(), archived.count())
		}
		if got := f.do(t, "PATCH", tt.path+"/"+id, `{"title":"x"}`); got.status != 403 || got.body["success"] != false {
			t.Errorf("edit = %d %s, want 403", got.status, got.raw)
		}
		if got := f.do(t, "PATCH", tt.path+"/"+id, `{"is_archived":false}`); got.status != 200 {
			t.Errorf("back from the archive = %d %s, want 200", got.status, got.raw)
		}
		if got := f.do(t, "PATCH", tt.path+"/"+id, `{"title":"Bathroom"}`); got.status != 200 || got.data()["title"] != "Bathroom" {
			t.Errorf("edit of what is back = %d %s, want 200", got.status, got.raw)
		}
	}
}

func TestNotes_are_cleaned_and_found_by_what_they_belong_to(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	person := f.create(t, "/api/v2/persons", dana)
	lead := f.create(t, "/api/v1/leads", `{"title":"Kitchen","person_id":`+person+`}`)
	body := `{"content":"<p onclick=\"x()\">Summary</p><!-- req_0001 --><script>x()</script>","lead_id":"` + lead + `","pinned_to_lead_flag":1}`
	id := f.create(t, "/api/v1/notes", body)
	got := f.do(t, "GET", "/api/v1/notes?lead_id="+lead, "")
	if got.count() != 1 || strings.Contains(got.raw, "script") || strings.Contains(got.raw, "onclick") || strings.Contains(got.raw, "req_0001") || !strings.Contains(got.raw, `"pinned_to_lead_flag":true`) {
		t.Errorf("notes = %s", got.raw)
	}
	if got := f.do(t, "PUT", "/api/v1/notes/"+id, `{"content":"req_0001"}`); got.status != 200 || got.data()["content"] != "req_0001" {
		t.Errorf("change = %d %s", got.status, got.raw)
	}
	if got := f.do(t, "PATCH", "/api/v1/notes/"+id, `{"content":"x"}`); got.status != 405 && got.status != 404 {
		t.Errorf("PATCH = %d %s, want a refusal", got.status, got.raw)
	}
}

func TestCallLogs_make_an_activity_and_take_one_recording(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	person := f.create(t, "/api/v2/persons", dana)
	lead := f.create(t, "/api/v1/leads", `{"title":"Kitchen","person_id":`+person+`}`)
	id := f.create(t, "/api/v1/callLogs", `{"subject":"Inbound call","outcome":"connected","duration":"187","from_phone_number":"+13035550142",
		"to_phone_number":"+13035550100","start_time":"2026-11-20T16:15:02Z","end_time":"2026-11-20T16:18:09Z","person_id":`+person+`,"lead_id":"`+lead+`","note":"<p>x</p>"}`)
	got := f.do(t, "GET", "/api/v1/callLogs/"+id, "")
	if !strings.HasPrefix(id, "CA") || got.data()["activity_id"] == nil || got.data()["duration"] != "187" {
		t.Errorf("call log = %s", got.raw)
	}
	activities := f.do(t, "GET", "/api/v2/activities?lead_id="+lead, "")
	if activities.count() != 1 || !strings.Contains(activities.raw, `"done":true`) {
		t.Errorf("activities = %s", activities.raw)
	}
	record := func() int {
		body := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"call.mp3\"\r\n\r\nID3\r\n--x--\r\n"
		return f.send(t, "POST", "/api/v1/callLogs/"+id+"/recordings", body, "x-api-token", "token-a", "Content-Type", "multipart/form-data; boundary=x").status
	}
	if first, second := record(), record(); first != 200 || second != 409 {
		t.Errorf("recordings = %d, %d, want 200 and 409", first, second)
	}
}

func TestActivities_have_participants(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	person := f.create(t, "/api/v2/persons", dana)
	id := f.create(t, "/api/v2/activities", `{"subject":"Call back","type":"call","done":false,"due_date":"2026-11-21","due_time":"16:15",
		"duration":"00:30","participants":[{"person_id":`+person+`,"primary":true}]}`)
	if got := f.do(t, "GET", "/api/v2/activities/"+id, ""); fmt.Sprintf("%.0f", got.data()["person_id"]) != person {
		t.Errorf("activity = %s, want the participant as its person", got.raw)
	}
	if got := f.do(t, "PATCH", "/api/v2/activities/"+id, `{"done":true}`); got.status != 200 || got.data()["done"] != true {
		t.Errorf("change = %d %s", got.status, got.raw)
	}
}

// TestBodies_are_refused uses {person}, {lead} and {deal} for ids.
func TestBodies_are_refused(t *testing.T) {
	t.Parallel()
	call := func(rest string) string {
		return `{"to_phone_number":"+13035550100","outcome":"connected","start_time":"2026-11-20T16:15:02Z","end_time":"2026-11-20T16:18:09Z"` + rest + `}`
	}
	tests := []struct {
		name, path, body string
		want             int
	}{
		{"a person without name", "/api/v2/persons", `{}`, 400},
		{"a phone as text", "/api/v2/persons", `{"name":"x","phones":"+13035550142"}`, 400},
		{"a phone without value", "/api/v2/persons", `{"name":"x","phones":[{"primary":true}]}`, 400},
		{"a flag for a boolean", "/api/v2/persons", `{"name":"x","phones":[{"value":"x","primary":1}]}`, 400},
		{"v1's name for phones", "/api/v2/persons", `{"name":"x","phone":"x"}`, 400},
		{"an owner as text", "/api/v2/persons", `{"name":"x","owner_id":"7"}`, 400},
		{"an owner who is none", "/api/v2/persons", `{"name":"x","owner_id":99}`, 400},
		{"a field of Contact Sync", "/api/v2/persons", `{"name":"x","job_title":"x"}`, 403},
		{"a custom field nobody made", "/api/v2/persons", `{"name":"x","custom_fields":{"0123456789abcdef0123456789abcdef01234567":"x"}}`, 400},
		{"an empty body", "/api/v2/persons", ``, 400},
		{"a deal without title", "/api/v2/deals", `{"person_id":{person}}`, 400},
		{"a value as text", "/api/v2/deals", `{"title":"x","value":"25000"}`, 400},
		{"a person as text", "/api/v2/deals", `{"title":"x","person_id":"{person}"}`, 400},
		{"a person who is none", "/api/v2/deals", `{"title":"x","person_id":9999}`, 400},
		{"a stage that is none", "/api/v2/deals", `{"title":"x","stage_id":99}`, 400},
		{"a status that is none", "/api/v2/deals", `{"title":"x","status":"new"}`, 400},
		{"a currency that is none", "/api/v2/deals", `{"title":"x","currency":"usd"}`, 400},
		{"a date with a time", "/api/v2/deals", `{"title":"x","expected_close_date":"2026-11-20T00:00:00Z"}`, 400},
		{"an origin id", "/api/v2/deals", `{"title":"x","origin_id":"req_0001"}`, 400},
		{"the person of an activity", "/api/v2/activities", `{"subject":"x","person_id":{person}}`, 400},
		{"a type that is none", "/api/v2/activities", `{"type":"fax"}`, 400},
		{"done as a flag", "/api/v2/activities", `{"done":1}`, 400},
		{"seconds as a duration", "/api/v2/activities", `{"duration":"187"}`, 400},
		{"a lead of nobody", "/api/v1/leads", `{"title":"x"}`, 400},
		{"a lead without title", "/api/v1/leads", `{"person_id":{person}}`, 400},
		{"a value without currency", "/api/v1/leads", `{"title":"x","person_id":{person},"value":{"amount":25000}}`, 400},
		{"a value as a number", "/api/v1/leads", `{"title":"x","person_id":{person},"value":25000}`, 400},
		{"custom fields as v2 has them", "/api/v1/leads", `{"title":"x","person_id":{person},"custom_fields":{}}`, 400},
		{"a label that is none", "/api/v1/leads", `{"title":"x","person_id":{person},"label_ids":["x"]}`, 400},
		{"a note without content", "/api/v1/notes", `{"lead_id":"{lead}"}`, 400},
		{"a note about nothing", "/api/v1/notes", `{"content":"x"}`, 400},
		{"a huge note", "/api/v1/notes", `{"lead_id":"{lead}","content":"` + strings.Repeat("x", 100<<10+1) + `"}`, 400},
		{"a boolean for a flag", "/api/v1/notes", `{"content":"x","lead_id":"{lead}","pinned_to_lead_flag":true}`, 400},
		{"a lead that is none", "/api/v1/notes", `{"content":"x","lead_id":"x"}`, 400},
		{"an outcome that is none", "/api/v1/callLogs", strings.Replace(call(""), "connected", "answered", 1), 400},
		{"a call without end", "/api/v1/callLogs", strings.Replace(call(""), "end_time", "ended", 1), 400},
		{"a spaced time", "/api/v1/callLogs", strings.Replace(call(""), "2026-11-20T16:15:02Z", "2026-11-20 16:15:02", 1), 400},
		{"a duration as a number", "/api/v1/callLogs", call(`,"duration":187`), 400},
		{"a lead and a deal", "/api/v1/callLogs", call(`,"lead_id":"{lead}","deal_id":{deal}`), 400},
	}
	f := newFixture(t)
	person := f.create(t, "/api/v2/persons", dana)
	fill := strings.NewReplacer("{person}", person, "{deal}", f.create(t, "/api/v2/deals", `{"title":"x"}`),
		"{lead}", f.create(t, "/api/v1/leads", `{"title":"x","person_id":`+person+`}`))
	for _, tt := range tests {
		got := f.do(t, "POST", tt.path, fill.Replace(tt.body))
		if got.status != tt.want || got.body["success"] != false || got.body["error"] == "" {
			t.Errorf("%s = %d %s, want %d", tt.name, got.status, got.raw, tt.want)
		}
	}
	if left := len(f.Objects("tenant_a")); left != 3 {
		t.Errorf("records = %d, want 3", left)
	}
	if got := f.send(t, "POST", "/api/v2/persons", "name=x", "x-api-token", "token-a", "Content-Type", "application/x-www-form-urlencoded"); got.status != 415 {
		t.Errorf("a form = %d %s, want 415", got.status, got.raw)
	}
	f.create(t, "/api/v1/callLogs", call(""))
}

func TestPlans_may_cap_open_deals_and_companies_want_spaced_times(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	access := f.login(t)
	post := func(path, body string) reply {
		return f.send(t, "POST", path, body, "Authorization", access, "Content-Type", "application/json")
	}
	if got := post("/api/v2/deals", `{"title":"x"}`); got.status != 201 {
		t.Fatalf("first deal = %d %s", got.status, got.raw)
	}
	if got := post("/api/v2/deals", `{"title":"y"}`); got.status != 403 || got.body["code"] != "feature_capping_deals_limit" {
		t.Errorf("second deal = %d %s, want the plan's limit", got.status, got.raw)
	}
	spaced := `{"to_phone_number":"x","outcome":"busy","start_time":"2026-11-20 16:15:02","end_time":"2026-11-20 16:15:02"}`
	if got := post("/api/v1/callLogs", spaced); got.status != 201 {
		t.Errorf("spaced times = %d %s, want 201", got.status, got.raw)
	}
	if got := post("/api/v1/callLogs", strings.ReplaceAll(spaced, "20 16:15:02", "20T16:15:02Z")); got.status != 400 {
		t.Errorf("RFC 3339 = %d %s, want 400", got.status, got.raw)
	}
}

func TestSettings_are_those_of_a_new_company(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for path, want := range map[string]string{
		"/api/v1/users/me":                 `"company_domain":"tenant-a"`,
		"/api/v1/users":                    `"is_you":true`,
		"/api/v2/pipelines":                `"name":"Pipeline"`,
		"/api/v2/stages?pipeline_id=1":     `"name":"Qualified"`,
		"/api/v2/stages?pipeline_id=2":     `"data":[]`,
		"/api/v1/leadLabels":               `"name":"Hot"`,
		"/api/v1/activityTypes":            `"key_string":"call"`,
		"/api/v2/persons/search?term=dana": `"items":[]`,
	} {
		if got := f.do(t, "GET", path, ""); got.status != 200 || !strings.Contains(got.raw, want) {
			t.Errorf("%s = %d %s, want %s", path, got.status, got.raw, want)
		}
	}
}
