package pipedrive

import (
	"net/http"
	"slices"
	"strconv"
)

// stage is a step of the pipeline.
type stage struct {
	ID          int    `json:"id"`
	Name        string `json:"name"`
	PipelineID  int    `json:"pipeline_id"`
	Order       int    `json:"order_nr"`
	Probability int    `json:"deal_probability"`
	IsDeleted   bool   `json:"is_deleted"`
}

const pipelineID = 1

// stages are those of a new company.
var stages = []stage{
	{ID: 1, Name: "Qualified", PipelineID: pipelineID, Order: 1, Probability: 100},
	{ID: 2, Name: "Contact Made", PipelineID: pipelineID, Order: 2, Probability: 100},
	{ID: 3, Name: "Demo Scheduled", PipelineID: pipelineID, Order: 3, Probability: 100},
	{ID: 4, Name: "Proposal Made", PipelineID: pipelineID, Order: 4, Probability: 100},
	{ID: 5, Name: "Negotiations Started", PipelineID: pipelineID, Order: 5, Probability: 100},
}

func isStage(id int64) bool {
	return slices.ContainsFunc(stages, func(s stage) bool { return int64(s.ID) == id })
}

// leadLabels are those of a new company.
var leadLabels = []map[string]any{
	{"id": "f08b42a0-4e75-11ea-9643-03698ef1cfd6", "name": "Hot", "color": "red"},
	{"id": "f08b42a1-4e75-11ea-9643-03698ef1cfd6", "name": "Warm", "color": "yellow"},
	{"id": "f08b69b0-4e75-11ea-9643-03698ef1cfd6", "name": "Cold", "color": "blue"},
}

func isLeadLabel(id string) bool {
	return slices.ContainsFunc(leadLabels, func(l map[string]any) bool { return l["id"] == id })
}

// activityTypes are the key strings of a new company.
var activityTypes = []string{"call", "meeting", "task", "deadline", "email", "lunch"}

func (c *company) me(*http.Request) (result, *apiError) {
	user := c.user()
	user["company_id"], user["company_name"], user["company_domain"] = c.id, c.settings.TenantID, c.settings.Domain
	return ok(user)
}

func (c *company) users(*http.Request) (result, *apiError) { return ok([]any{c.user()}) }

func (c *company) user() map[string]any {
	return map[string]any{
		"id": userID, "name": "Casey Owner", "email": "owner@example.com", "default_currency": "USD", "locale": "en_US",
		"timezone_name": "America/Denver", "active_flag": true, "is_you": true,
	}
}

func (c *company) listPipelines(*http.Request) (result, *apiError) {
	return ok([]any{map[string]any{"id": pipelineID, "name": "Pipeline", "order_nr": 1, "is_deleted": false, "is_deal_probability_enabled": true}})
}

func (c *company) listStages(r *http.Request) (result, *apiError) {
	found := []stage{}
	for _, s := range stages {
		if wish := r.URL.Query().Get("pipeline_id"); wish == "" || wish == strconv.Itoa(s.PipelineID) {
			found = append(found, s)
		}
	}
	return ok(found)
}

func (c *company) listLeadLabels(*http.Request) (result, *apiError) { return ok(leadLabels) }

func (c *company) listActivityTypes(*http.Request) (result, *apiError) {
	all := []any{}
	for i, key := range activityTypes {
		all = append(all, map[string]any{"id": i + 1, "key_string": key, "name": key, "active_flag": true})
	}
	return ok(all)
}
