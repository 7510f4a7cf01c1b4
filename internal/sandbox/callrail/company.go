package callrail

import "net/http"

func (s *Server) listCompanies(w http.ResponseWriter, r *http.Request, v viewer) {
	var rows []map[string]any
	for _, c := range v.companies {
		if status := r.URL.Query().Get("status"); status != "" && status != "active" {
			continue // none was ever disabled
		}
		rows = append(rows, map[string]any{
			"id": c.ResourceID, "name": c.Name, "status": "active", "time_zone": c.location().String(), "disabled_at": nil,
		})
	}
	if rows == nil {
		rows = []map[string]any{}
	}
	answerPage(w, r, "companies", rows)
}
