package tenant

import "github.com/your-org/multi-tenant-pipeline/internal/request"

// SourceOf returns the source that delivered a request, or nil. What came with the bootstrap
// key names no source, but its company may since have got one.
func (t *Tenant) SourceOf(r *request.Request) *Source {
	if r.SourceID != "" {
		return t.Source(r.SourceID)
	}
	for i, s := range t.Sources {
		if s.Kind != SourceCallRail {
			continue
		}
		if (s.CompanyResourceID != "" && s.CompanyResourceID == r.Details.CompanyResourceID) ||
			(s.CompanyID != "" && s.CompanyID == r.Details.CompanyID) {
			return &t.Sources[i]
		}
	}
	return nil
}
