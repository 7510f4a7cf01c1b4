package access

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Grant gives one person or service of an issuer a role. It reaches no further than the
// issuer's own limits.
type Grant struct {
	Email   string   `json:"email"`   // as the token writes it, and verified by the issuer; or
	Subject string   `json:"subject"` // the sub claim
	Role    Role     `json:"role"`
	Tenants []string `json:"tenants"` // of the tenant roles
}

func (i *Issuer) validateGrants(name string) error {
	var errs []error
	if len(i.Grants) > 0 && (i.RoleClaim != "" || i.TenantsClaim != "") {
		errs = append(errs, fmt.Errorf("%s must have either grants or role_claim and tenants_claim", name))
	}
	seen := map[string]bool{}
	for n, g := range i.Grants {
		at := fmt.Sprintf("%s.grants[%d]", name, n)
		if (g.Email == "") == (g.Subject == "") {
			errs = append(errs, fmt.Errorf("%s must have either email or subject", at))
		}
		if who := g.Email + "#" + g.Subject; seen[who] {
			errs = append(errs, fmt.Errorf("%s is for somebody who has a grant already", at))
		} else {
			seen[who] = true
		}
		if !g.Role.Valid() || !i.MaxRole.Includes(g.Role) {
			errs = append(errs, fmt.Errorf("%s.role must be one of %v and at most the issuer's max_role", at, roles))
		}
		errs = append(errs, i.validateReach(at, &g))
	}
	return errors.Join(errs...)
}

// validateReach refuses what would be without effect: whoever wrote it meant something else.
func (i *Issuer) validateReach(at string, g *Grant) error {
	switch {
	case g.Role == PlatformAdmin && len(g.Tenants) > 0:
		return fmt.Errorf("%s.tenants must be empty: a %s has all tenants of the issuer", at, PlatformAdmin)
	case g.Role != PlatformAdmin && (len(g.Tenants) == 0 || len(i.Tenants) == 0 || !allOf(g.Tenants, i.covers)):
		return fmt.Errorf("%s.tenants must list tenants, each one of the issuer's", at)
	}
	return nil
}

func allOf(values []string, holds func(string) bool) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return !holds(v) })
}

// grant returns what a token with verified claims may do, or why it may do nothing.
func (i *Issuer) grant(c claims) (granted Grant, reason string) {
	if len(i.Grants) > 0 {
		return i.granted(c)
	}
	tenants, ok := i.tenantsOf(c)
	granted = Grant{Role: Role(c.text(cmp.Or(i.RoleClaim, "role"))), Tenants: tenants}
	switch {
	case !ok:
		return Grant{}, "its tenants cannot be read"
	case !granted.Role.Valid():
		return Grant{}, "it has no known role"
	case !i.MaxRole.Includes(granted.Role):
		return Grant{}, "its issuer may not give this role"
	}
	return granted, ""
}

func (i *Issuer) tenantsOf(c claims) ([]string, bool) {
	if i.TenantsClaim != "" {
		return c.texts(i.TenantsClaim)
	}
	switch c["tenant_id"].(type) {
	case nil, string:
	default:
		return nil, false
	}
	switch c["tenants"].(type) {
	case nil, []any:
	default:
		return nil, false
	}
	one, _ := c.texts("tenant_id")
	many, ok := c.texts("tenants")
	return append(one, many...), ok
}

// granted returns the grant that names the bearer. An e-mail address names nobody unless the
// issuer has verified that it is theirs: anybody may write another's into a profile.
func (i *Issuer) granted(c claims) (granted Grant, reason string) {
	subject, email := c.text("sub"), c.text("email")
	verified, _ := c["email_verified"].(bool)
	for _, g := range i.Grants {
		if g.Subject != "" && g.Subject == subject || g.Email != "" && g.Email == email && verified {
			if !i.MaxRole.Includes(g.Role) {
				return Grant{}, "its issuer may not give this role"
			}
			return g, ""
		}
	}
	return Grant{}, "nothing is granted to its bearer"
}
