package hubspot

import (
	"net/http"
	"slices"
)

// pipeline is a way that deals take, through its stages.
type pipeline struct {
	ID       string  `json:"id"`
	Label    string  `json:"label"`
	Order    int     `json:"displayOrder"`
	Archived bool    `json:"archived"`
	Stages   []stage `json:"stages"`
}

type stage struct {
	ID       string            `json:"id"`
	Label    string            `json:"label"`
	Order    int               `json:"displayOrder"`
	Archived bool              `json:"archived"`
	Metadata map[string]string `json:"metadata"`
}

// pipelines are those of a new account.
var pipelines = []pipeline{{ID: "default", Label: "Sales Pipeline", Stages: []stage{
	dealStage(0, "appointmentscheduled", "Appointment Scheduled", "0.2"),
	dealStage(1, "qualifiedtobuy", "Qualified To Buy", "0.4"),
	dealStage(2, "presentationscheduled", "Presentation Scheduled", "0.6"),
	dealStage(3, "decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
	dealStage(4, "contractsent", "Contract Sent", "0.9"),
	dealStage(5, "closedwon", "Closed Won", "1.0"),
	dealStage(6, "closedlost", "Closed Lost", "0.0"),
}}}

func dealStage(order int, id, label, probability string) stage {
	return stage{ID: id, Label: label, Order: order, Metadata: map[string]string{"probability": probability}}
}

// stagesOf returns the stages of a pipeline, nil if there is none of that id.
func stagesOf(pipelineID string) []stage {
	i := slices.IndexFunc(pipelines, func(p pipeline) bool { return p.ID == pipelineID })
	if i < 0 {
		return nil
	}
	return pipelines[i].Stages
}

// owner is a user of the account.
type owner struct {
	ID        string `json:"id"`
	Email     string `json:"email"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	UserID    int    `json:"userId"`
	Archived  bool   `json:"archived"`
}

var owners = []owner{{ID: "7001", Email: "owner@example.com", FirstName: "Casey", LastName: "Owner", UserID: 901}}

func (a *account) listPipelines(r request) (int, any, *apiError) {
	if r.kind != "deals" {
		return http.StatusOK, list[pipeline]{[]pipeline{}}, nil
	}
	return http.StatusOK, list[pipeline]{pipelines}, nil
}

func (a *account) listOwners(r request) (int, any, *apiError) {
	found := []owner{}
	for _, o := range owners {
		if email := r.URL.Query().Get("email"); email == "" || email == o.Email {
			found = append(found, o)
		}
	}
	return http.StatusOK, list[owner]{found}, nil
}

func (a *account) details(request) (int, any, *apiError) {
	return http.StatusOK, map[string]any{
		"portalId": a.id, "accountType": "STANDARD", "timeZone": a.zone.String(), "companyCurrency": "USD",
		"uiDomain": "app.hubspot.com", "dataHostingLocation": "na1",
	}, nil
}
