package callrail

import (
	"net/http"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

func (s *Server) getCall(w http.ResponseWriter, r *http.Request, v viewer) {
	fields, ok := selectFields(w, r, defaultCallFields, extraCallFields)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.visibleCall(r, v)
	if !ok {
		refuse(w, http.StatusNotFound, "Call not found.")
		return
	}
	answer(w, http.StatusOK, projectOne(s.inAPI(c), fields))
}

// visibleCall returns the call that the path names, if the viewer may see it. Calls
// marked as spam are not there. The caller holds the lock.
func (s *Server) visibleCall(r *http.Request, v viewer) (*call, bool) {
	id := r.PathValue("id")
	if id == "" {
		name, ok := strings.CutSuffix(r.PathValue("file"), ".json")
		if !ok {
			return nil, false
		}
		id = name
	}
	i := slices.IndexFunc(s.calls, func(c *call) bool { return c.id == id })
	if i < 0 || !v.sees(s.calls[i].company) || s.calls[i].spam {
		return nil, false
	}
	journal.SetTenant(r.Context(), s.calls[i].company.TenantID)
	return s.calls[i], true
}

func (s *Server) listCalls(w http.ResponseWriter, r *http.Request, v viewer) {
	fields, ok := selectFields(w, r, defaultCallFields, extraCallFields)
	if !ok {
		return
	}
	query := r.URL.Query()
	relative := query.Get("relative_pagination") == "true"
	if relative && query.Has("sort") && query.Has("fields") {
		refuse(w, http.StatusBadRequest, "sort and fields cannot be combined with relative_pagination.")
		return
	}
	within, err := s.spanOf(query)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	s.mu.Lock()
	var rows []map[string]any
	for _, c := range s.calls {
		if row := s.inAPI(c); !c.spam && v.sees(c.company) && within.holds(c.startTime()) && wanted(row, query) {
			rows = append(rows, row)
		}
	}
	s.mu.Unlock()
	if err := sortRows(rows, query); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	rows = project(rows, fields)
	if relative {
		s.answerRelativePage(w, r, rows)
		return
	}
	answerPage(w, r, "calls", rows)
}
