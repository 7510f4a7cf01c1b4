package leads

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// back is the lead's own page, where every action leads to.
func back(r *web.Request) string {
	return web.Path("tenants", r.TenantID(), "requests", r.Param("request_id"))
}

// done returns to the lead's page with what was done, or with why not.
func done(w http.ResponseWriter, r *web.Request, err error, said string) error {
	if err != nil {
		return r.RedirectRefused(w, back(r), err)
	}
	return r.Redirect(w, back(r), said)
}

// correct puts one field right.
func correct(w http.ResponseWriter, r *web.Request) error {
	field, value := r.PostFormValue("field"), strings.TrimSpace(r.PostFormValue("value"))
	order := struct {
		Corrections []correction `json:"corrections"`
		Push        bool         `json:"push"`
	}{[]correction{{Field: field, Value: typed(field, value)}}, r.PostFormValue("push") == "on"}
	body, err := json.Marshal(order)
	if err != nil {
		return err
	}
	_, err = web.Read[client.CorrectionList](r.API.CorrectRequestWithBody(
		r.Context(), r.TenantID(), r.Param("request_id"), "application/json", strings.NewReader(string(body))))
	said := web.Label(field) + " is corrected."
	if order.Push {
		said += " The records in CRMs follow."
	}
	return done(w, r, err, said)
}

type correction struct {
	Field string `json:"field"`
	Value any    `json:"value"`
}

// typed returns a form's value as the field's own type. One that does not fit stays a text,
// which the API refuses.
func typed(field, value string) any {
	switch field {
	case "is_lead", "spam":
		if b, err := strconv.ParseBool(value); err == nil {
			return b
		}
	case "lead_score":
		if n, err := strconv.Atoi(value); err == nil {
			return n
		}
	case "budget":
		return map[string]any{"signal": value}
	}
	return value
}

func undoCorrection(w http.ResponseWriter, r *web.Request) error {
	_, err := web.Read[struct{}](r.API.DeleteCorrection(r.Context(), r.TenantID(), r.Param("request_id"), r.Param("field")))
	return done(w, r, err, web.Label(r.Param("field"))+" shows the analyser's own answer again.")
}

// retryLead sends the request through again: from where it failed, or from a step.
func retryLead(w http.ResponseWriter, r *web.Request) error {
	order := client.RetryOrder{From: r.PostFormValue("from"), Fresh: r.PostFormValue("fresh") == "on"}
	_, err := web.Read[client.RequestState](r.API.RetryRequest(r.Context(), r.TenantID(), r.Param("request_id"), order))
	return done(w, r, err, "It goes through the pipeline again.")
}

func retryDelivery(w http.ResponseWriter, r *web.Request) error {
	destination := r.Param("integration_id")
	_, err := web.Read[client.RequestState](r.API.RetryDelivery(r.Context(), r.TenantID(), r.Param("request_id"), destination))
	return done(w, r, err, "The delivery to "+web.Label(destination)+" is tried again now.")
}

// holdLead keeps retention and erasures away from the lead.
func holdLead(w http.ResponseWriter, r *web.Request) error {
	_, err := web.Read[struct{}](r.API.HoldRequest(r.Context(), r.TenantID(), r.Param("request_id")))
	return done(w, r, err, "The lead is under legal hold: it stays until it is released.")
}

func releaseLead(w http.ResponseWriter, r *web.Request) error {
	_, err := web.Read[struct{}](r.API.ReleaseRequest(r.Context(), r.TenantID(), r.Param("request_id")))
	return done(w, r, err, "The lead is released: retention applies to it again.")
}
