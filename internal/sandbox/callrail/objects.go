package callrail

import (
	"maps"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// Objects returns calls, form submissions and integrations as the API shows them. A call
// tells how large its recording is, and whether it is hidden as spam.
func (s *Server) Objects(tenantID string) []journal.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	objects := []journal.Object{}
	add := func(c *Company, kind, id string, fields map[string]any) {
		if tenantID == "" || tenantID == c.TenantID {
			objects = append(objects, journal.Object{Type: kind, ID: id, TenantID: c.TenantID, Fields: fields})
		}
	}
	for _, c := range s.calls {
		fields := s.inAPI(c)
		fields["recording_bytes"], fields["spam"] = len(c.audio), c.spam
		add(c.company, "calls", c.id, fields)
	}
	for _, f := range s.forms {
		add(f.company, "form_submissions", f.id, f.inAPI())
	}
	for _, i := range s.integrations {
		add(i.company, "integrations", i.id, map[string]any{"state": i.state, "config": maps.Clone(i.config)})
	}
	return objects
}
