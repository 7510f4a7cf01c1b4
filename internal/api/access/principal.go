package access

import (
	"slices"
	"time"
)

// Principal is who a verified token speaks for.
type Principal struct {
	Subject string
	Role    Role
	Expires time.Time // when its token does
	issuer  *Issuer
	tenants []string // as the token says; the issuer's limit still applies
}

// Covers reports whether the principal may know of the tenant at all. A platform
// administrator may see all tenants of the issuer, others those that their token names.
func (p *Principal) Covers(tenantID string) bool {
	if !p.issuer.covers(tenantID) {
		return false
	}
	return p.Role == PlatformAdmin || slices.Contains(p.tenants, tenantID)
}

// CoversAll reports whether the principal may know of every tenant there is or will be.
func (p *Principal) CoversAll() bool {
	return p.Role == PlatformAdmin && p.issuer.Tenants[0] == AnyTenant
}

// Actor names the principal in the audit log. A subject is unique only together with its
// issuer.
func (p *Principal) Actor() string { return p.issuer.Issuer + "#" + p.Subject }
