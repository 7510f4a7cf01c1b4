package access

import "slices"

// Role says how much a token's bearer may do.
type Role string

// The roles, each of which may do everything that the ones before it may.
const (
	TenantViewer  Role = "tenant_viewer"
	TenantAdmin   Role = "tenant_admin"
	PlatformAdmin Role = "platform_admin"
)

var roles = []Role{TenantViewer, TenantAdmin, PlatformAdmin}

// Valid reports whether r is a role at all.
func (r Role) Valid() bool { return slices.Contains(roles, r) }

// Includes reports whether r may do what needs the other role.
func (r Role) Includes(other Role) bool {
	return other.Valid() && slices.Index(roles, r) >= slices.Index(roles, other)
}
