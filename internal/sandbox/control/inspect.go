package control

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// inspection is what a system holds and was asked.
type inspection struct {
	Objects  []journal.Object `json:"objects"`
	Requests []journal.Entry  `json:"requests"`
}

func (s *Server) inspect(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("system")
	system, ok := s.systems[name]
	if !ok {
		refuse(w, http.StatusNotFound, fmt.Sprintf("system %q is not in this sandbox, which has: %s", name, strings.Join(s.names(), " ")))
		return
	}
	tenantID := r.URL.Query().Get("tenant_id")
	found := inspection{Objects: []journal.Object{}, Requests: s.cfg.Journal.Requests(name, tenantID)}
	if system.Objects != nil {
		found.Objects = append(found.Objects, system.Objects.Objects(tenantID)...)
	}
	answer(w, http.StatusOK, found)
}
