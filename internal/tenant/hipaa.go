package tenant

import "slices"

// protect applies what the deployment asks for every tenant, and what HIPAA mode allows nobody.
func (t *Tenant) protect(everybody bool) {
	p := &t.Settings.Privacy
	p.HIPAA = p.HIPAA || everybody
	p.KeepCardNumbers = p.KeepCardNumbers && !p.HIPAA
}

// Covers reports whether a destination (an integration's id, or "callrail" for writing back)
// may get what is known of the tenant's callers. In HIPAA mode only those may with which
// the company has a contract; forgotten ones get nothing.
func (t *Tenant) Covers(destination string) bool {
	return !t.Settings.Privacy.HIPAA || slices.Contains(t.Settings.Privacy.Covered, destination)
}
