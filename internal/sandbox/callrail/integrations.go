package callrail

import (
	"net/http"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

var (
	integrationFields      = []string{"id", "type", "state", "config"}
	extraIntegrationFields = []string{"signing_key"}
)

// integrationRequest is the body of POST and PUT.
type integrationRequest struct {
	Type      string              `json:"type"`
	CompanyID string              `json:"company_id"`
	State     string              `json:"state"`
	Config    map[string][]string `json:"config"`
}

func (s *Server) listIntegrations(w http.ResponseWriter, r *http.Request, v viewer) {
	fields, ok := selectFields(w, r, integrationFields, extraIntegrationFields)
	if !ok {
		return
	}
	company, ok := requireCompany(w, r, v, r.URL.Query().Get("company_id"))
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := []map[string]any{}
	if i := s.integrationOf(company); i != nil {
		rows = append(rows, i.view())
	}
	answerPage(w, r, "integrations", project(rows, fields))
}

func (s *Server) createIntegration(w http.ResponseWriter, r *http.Request, v viewer) {
	var body integrationRequest
	if !decode(w, r, &body) {
		return
	}
	if body.Type != "Webhooks" {
		refuse(w, http.StatusBadRequest, "type is invalid.")
		return
	}
	company, ok := requireCompany(w, r, v, body.CompanyID)
	if !ok {
		return
	}
	if err := validateConfig(body.Config); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.integrationOf(company) != nil {
		refuse(w, http.StatusUnprocessableEntity, "A Webhooks integration already exists for this company.")
		return
	}
	answer(w, http.StatusCreated, s.addIntegration(company, body.Config).view())
}

func requireCompany(w http.ResponseWriter, r *http.Request, v viewer, resourceID string) (*Company, bool) {
	if resourceID == "" {
		refuse(w, http.StatusBadRequest, "company_id is required.")
		return nil, false
	}
	company, ok := v.company(resourceID)
	if !ok {
		refuse(w, http.StatusNotFound, "Company not found.")
		return nil, false
	}
	journal.SetTenant(r.Context(), company.TenantID)
	return company, true
}

func (s *Server) getIntegration(w http.ResponseWriter, r *http.Request, v viewer) {
	fields, ok := selectFields(w, r, integrationFields, extraIntegrationFields)
	if !ok {
		return
	}
	s.withIntegration(w, r, v, func(i *integration) {
		answer(w, http.StatusOK, projectOne(i.view(), fields))
	})
}

func (s *Server) updateIntegration(w http.ResponseWriter, r *http.Request, v viewer) {
	var body integrationRequest
	if !decode(w, r, &body) {
		return
	}
	if body.State != "" && !slices.Contains(integrationStates, body.State) {
		refuse(w, http.StatusBadRequest, "state is invalid.")
		return
	}
	if err := validateConfig(body.Config); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	s.withIntegration(w, r, v, func(i *integration) {
		if body.State != "" {
			i.state = body.State
		}
		if body.Config != nil {
			i.config = body.Config
		}
		answer(w, http.StatusOK, i.view())
	})
}

func (s *Server) disableIntegration(w http.ResponseWriter, r *http.Request, v viewer) {
	s.withIntegration(w, r, v, func(i *integration) {
		i.state = "disabled"
		w.WriteHeader(http.StatusNoContent)
	})
}

// withIntegration runs do on the integration that the path names, under the lock.
func (s *Server) withIntegration(w http.ResponseWriter, r *http.Request, v viewer, do func(*integration)) {
	id := strings.TrimSuffix(r.PathValue("file"), ".json")
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.IndexFunc(s.integrations, func(i *integration) bool { return i.id == id && v.sees(i.company) })
	if at < 0 {
		refuse(w, http.StatusNotFound, "Integration not found.")
		return
	}
	journal.SetTenant(r.Context(), s.integrations[at].company.TenantID)
	do(s.integrations[at])
}
