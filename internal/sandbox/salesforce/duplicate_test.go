package salesforce_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/salesforce"
)

const allow = "allowSave=true; includeRecordDetails=true; runAsCurrentUser=true"

func TestDuplicateRules_alert_or_block(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.create(t, "Lead", dana)
	f.create(t, "Lead", dana) // the rule is not active yet
	if err := f.SetDuplicateRule("a", "Lead", salesforce.Alert); err != nil {
		t.Fatalf("SetDuplicateRule: %v", err)
	}
	got := f.do(t, "POST", "/sobjects/Lead", dana)
	if got.status != 400 || got.code() != "DUPLICATES_DETECTED" || strings.Contains(got.raw, "duplicateResult") {
		t.Fatalf("alert = %d %s, want DUPLICATES_DETECTED with the misspelt member", got.status, got.raw)
	}
	var body []struct {
		Result struct {
			AllowSave bool
			Matches   []struct {
				EntityType string
				Size       int
				Records    []struct{ Record struct{ ID string } } `json:"matchRecords"`
			} `json:"matchResults"`
		} `json:"duplicateResut"`
	}
	if err := json.Unmarshal([]byte(got.raw), &body); err != nil {
		t.Fatalf("decode %s: %v", got.raw, err)
	}
	result := body[0].Result
	if !result.AllowSave || len(result.Matches) != 1 || result.Matches[0].Size != 2 || result.Matches[0].Records[0].Record.ID != first {
		t.Errorf("result = %+v", result)
	}
	if got := f.do(t, "POST", "/sobjects/Lead", dana, "Sforce-Duplicate-Rule-Header", "includeRecordDetails=true"); !strings.Contains(got.raw, "dana@example.com") {
		t.Errorf("with details = %s", got.raw)
	}
	if got := f.do(t, "POST", "/sobjects/Lead", dana, "Sforce-Duplicate-Rule-Header", allow); got.status != 201 {
		t.Errorf("alert with allowSave = %d %s, want 201", got.status, got.raw)
	}
	if err := f.SetDuplicateRule("a", "Lead", salesforce.Block); err != nil {
		t.Fatalf("SetDuplicateRule: %v", err)
	}
	if got := f.do(t, "PATCH", keyed, dana, "Sforce-Duplicate-Rule-Header", allow); got.code() != "DUPLICATES_DETECTED" || !strings.Contains(got.raw, `"allowSave":false`) {
		t.Errorf("block with allowSave = %d %s, want a refusal", got.status, got.raw)
	}
}

func TestDuplicateRules_compare_names_and_one_thing_more(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		isSame     bool
	}{
		{"all of it", dana, true},
		{"the same e-mail", `{"FirstName":"dana","LastName":"EXAMPLE","Company":"x","Email":"Dana@example.com"}`, true},
		{"a typing error", `{"FirstName":"Danna","LastName":"Exampel","Company":"x","Phone":"3035550142"}`, false},
		{"one letter more", `{"FirstName":"Dana","LastName":"Examples","Company":"x","Phone":"(303) 555-0142"}`, true},
		{"the neighbour's line", `{"FirstName":"Dana","LastName":"Example","Company":"x","Phone":"303-555-0199"}`, true},
		{"another exchange", `{"FirstName":"Dana","LastName":"Example","Company":"x","Phone":"303-556-0142"}`, false},
		{"another first name", `{"FirstName":"Robin","LastName":"Example","Company":"x","Phone":"+13035550142"}`, false},
		{"the name alone", `{"FirstName":"Dana","LastName":"Example","Company":"x"}`, false},
		{"no first name", `{"LastName":"Example","Company":"x","Phone":"+13035550142"}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.create(t, "Contact", `{"FirstName":"Dana","LastName":"Example","Phone":"+13035550142","Email":"dana@example.com"}`)
			if err := f.SetDuplicateRule("a", "Lead", salesforce.Alert); err != nil {
				t.Fatalf("SetDuplicateRule: %v", err)
			}
			got := f.do(t, "POST", "/sobjects/Lead", tt.body)
			if isSame := got.code() == "DUPLICATES_DETECTED"; isSame != tt.isSame || isSame && !strings.Contains(got.raw, `"entityType":"Contact"`) {
				t.Errorf("answer = %d %s, want a duplicate: %v", got.status, got.raw, tt.isSame)
			}
		})
	}
}

func TestDuplicateRules_mind_changes_to_what_they_compare(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "Lead", dana)
	second := f.create(t, "Lead", dana)
	if err := f.SetDuplicateRule("a", "Lead", salesforce.Alert); err != nil {
		t.Fatalf("SetDuplicateRule: %v", err)
	}
	if got := f.do(t, "PATCH", "/sobjects/Lead/"+second, `{"Description":"x","FirstName":"Dana"}`); got.status != 204 {
		t.Errorf("nothing of it changes = %d %s, want 204", got.status, got.raw)
	}
	if got := f.do(t, "PATCH", "/sobjects/Lead/"+second, `{"Phone":"+13035550199"}`); got.code() != "DUPLICATES_DETECTED" {
		t.Errorf("the phone changes = %d %s, want a refusal", got.status, got.raw)
	}
	if got := f.do(t, "PATCH", "/sobjects/Lead/"+second, `{"FirstName":"Robin"}`); got.status != 204 {
		t.Errorf("somebody else now = %d %s, want 204", got.status, got.raw)
	}
}
