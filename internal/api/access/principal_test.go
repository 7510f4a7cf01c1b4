package access

import "testing"

func TestAPrincipalCoversWhatTokenAndIssuerBothAllow(t *testing.T) {
	t.Parallel()
	all, two := &Issuer{Tenants: []string{AnyTenant}}, &Issuer{Tenants: []string{"a", "b"}}
	for name, test := range map[string]struct {
		principal Principal
		covered   map[string]bool
	}{
		"an operator":         {Principal{Role: PlatformAdmin, issuer: all}, map[string]bool{"a": true, "c": true, "": false, "*": false}},
		"an operator of some": {Principal{Role: PlatformAdmin, issuer: two}, map[string]bool{"a": true, "c": false}},
		"an administrator": {
			Principal{Role: TenantAdmin, issuer: all, tenants: []string{"a"}}, map[string]bool{"a": true, "b": false},
		},
		"a viewer of several": {
			Principal{Role: TenantViewer, issuer: all, tenants: []string{"a", "b"}}, map[string]bool{"a": true, "b": true, "c": false},
		},
		"a tenant beyond the issuer": {
			Principal{Role: TenantAdmin, issuer: two, tenants: []string{"a", "c"}}, map[string]bool{"a": true, "b": false, "c": false},
		},
		"a star in a token": {
			Principal{Role: TenantAdmin, issuer: all, tenants: []string{"*"}}, map[string]bool{"a": false, "*": false},
		},
		"no tenant": {Principal{Role: TenantViewer, issuer: all}, map[string]bool{"a": false, "": false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for id, want := range test.covered {
				if got := test.principal.Covers(id); got != want {
					t.Errorf("%q: got %t, want %t", id, got, want)
				}
			}
		})
	}
}

func TestEachRoleIncludesTheOnesBelow(t *testing.T) {
	t.Parallel()
	for i, role := range roles {
		for j, other := range roles {
			if got, want := role.Includes(other), i >= j; got != want {
				t.Errorf("%s includes %s: got %t, want %t", role, other, got, want)
			}
		}
		if role.Includes("") || Role("").Includes(role) || role.Includes("root") {
			t.Errorf("%s: a role that is none counts", role)
		}
	}
}
