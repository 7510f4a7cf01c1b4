package pipedrive_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

const budgetField = `{"field_name":"Budget band","field_type":"enum","options":[{"label":"High"},{"label":"Low"}]}`

func TestMappedFieldsAreWritten(t *testing.T) {
	t.Parallel()
	for typ, kind := range map[string]string{"leads": "lead", "deals": "deal"} {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			c.config["record"] = kind
			score := c.addField(t, "dealFields", `{"field_name":"Score","field_type":"double"}`)
			band := c.addField(t, "dealFields", budgetField)
			source := c.addField(t, "personFields", `{"field_name":"Source","field_type":"varchar"}`)
			lead := crmtest.NewLead("req_1")
			lead.Fields = crm.Fields{
				crm.StepContact: {source: {Value: "Google Ads"}},
				crm.StepDeal:    {"title": {Value: "Kitchen for Dana"}, score: {Value: int64(86)}, band: {Value: "high", Required: true}},
			}
			c.deliver(t, lead)
			record := c.one(t, typ)
			fields := record.Fields
			if typ == "deals" {
				fields = customs(record)
			}
			if got := fmt.Sprint(record.Fields["title"], fields[score]); got != "Kitchen for Dana86" || fields[band] == nil {
				t.Errorf("title and score = %s, band = %v", got, fields[band])
			}
			if got := customs(c.one(t, "persons"))[source]; got != "Google Ads" {
				t.Errorf("source of the person = %v", got)
			}
			late := c.addField(t, "dealFields", `{"field_name":"Worth","field_type":"monetary"}`)
			lead.Revision = 2
			lead.Fields[crm.StepContact] = map[string]crm.Field{source: {Value: "Bing"}}
			lead.Fields[crm.StepDeal] = map[string]crm.Field{"title": {Value: "Other"}, score: {Value: int64(55)}, late: {Value: int64(9)}}
			if result := c.deliver(t, lead); len(result.Warnings) > 0 {
				t.Errorf("warnings = %q", result.Warnings)
			}
			record = c.one(t, typ)
			fields = record.Fields
			if typ == "deals" {
				fields = customs(record)
			}
			got := fmt.Sprint(record.Fields["title"], fields[score], customs(c.one(t, "persons"))[source])
			if got != "Kitchen for Dana86Google Ads" || fields[late] == nil { // what is there stays, gaps are filled
				t.Errorf("after the update: title, score and source = %s, worth = %v", got, fields[late])
			}
		})
	}
}

func TestAFieldThatCannotBeWrittenIsLeftOutUnlessItIsRequired(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		step  string
		field string // empty: the choice
		value any
	}{
		"unknown field":      {crm.StepDeal, noKey, "x"},
		"no such option":     {crm.StepDeal, "", "warm"},
		"not ours to write":  {crm.StepContact, "phones", "+13035550142"},
		"refused by the CRM": {crm.StepDeal, "owner_id", int64(99)},
		"a note has none":    {crm.StepCall, "content", "x"},
	} {
		for _, required := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, required %t", name, required), func(t *testing.T) {
				t.Parallel()
				c := newCompany(t)
				key := c.addField(t, "dealFields", budgetField)
				if test.field != "" {
					key = test.field
				}
				lead := crmtest.NewLead("req_1")
				lead.Fields = crm.Fields{test.step: {key: {Value: test.value, Required: required}}}
				result, err := c.try(t, lead)
				d := crm.Dispose(err)
				if required {
					if d.State != request.DeliveryParked || !strings.Contains(d.Words, key) {
						t.Fatalf("disposition = %+v, want parked with the field's name", d)
					}
					lead.Fields = nil
					c.deliver(t, lead)
				} else if d.State != request.DeliveryDone || len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], key) {
					t.Fatalf("disposition = %+v, warnings = %q, want done with one", d, result.Warnings)
				}
				c.one(t, "leads")
				c.one(t, "notes")
			})
		}
	}
}

func TestDescribeTellsWhatCanBeMapped(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"lead", "deal"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			c.config["record"] = kind
			band := c.addField(t, "dealFields", budgetField)
			connector := c.connect(t)
			fields, err := connector.Describe(t.Context(), crm.StepDeal)
			if err != nil {
				t.Fatalf("describe: %v", err)
			}
			byName := map[string]crm.FieldInfo{}
			for _, f := range fields {
				byName[f.Name] = f
				if f.Required {
					t.Errorf("%s is required, which binds people alone", f.Name)
				}
			}
			got := byName[band]
			if got.Type != crm.FieldChoice || got.Label != "Budget band" || got.ReadOnly || len(got.Options) != 2 || got.Options[0].Label != "High" {
				t.Errorf("custom field = %+v", got)
			}
			if title := byName["title"]; title.Type != crm.FieldText || title.ReadOnly {
				t.Errorf("title = %+v, want one that can be written", title)
			}
			if added, ok := byName["add_time"]; ok && !added.ReadOnly {
				t.Errorf("add_time = %+v, want read-only", added)
			}
		})
	}
}

func TestDescribeOfAPersonKeepsOurMarkFromMappings(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.deliver(t, crmtest.NewLead("req_1"))
	connector := c.connect(t)
	fields, err := connector.Describe(t.Context(), crm.StepContact)
	if err != nil {
		t.Fatalf("describe: %v", err)
	}
	got := map[string]bool{}
	for _, f := range fields {
		if f.Label == "Pipeline person key" || f.Name == "name" || f.Name == "phones" {
			got[f.Label] = f.ReadOnly
		}
	}
	if diff := cmp.Diff(map[string]bool{"Pipeline person key": true, "Name": false, "Phones": true}, got); diff != "" {
		t.Errorf("read-only by field (-want +got):\n%s", diff)
	}
	if fields, err := connector.Describe(t.Context(), crm.StepCall); err != nil || fields != nil {
		t.Errorf("fields of a note = %v, %v, want none", fields, err)
	}
}
