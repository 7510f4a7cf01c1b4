package access

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// granting is an issuer whose tokens only say who somebody is, as Google's do.
func granting(p *provider) Issuer {
	issuer := p.config()
	issuer.Grants = []Grant{
		{Email: "ann@example.com", Role: TenantAdmin, Tenants: []string{"tenant_a"}},
		{Subject: "1234567890", Role: TenantViewer, Tenants: []string{"tenant_a", "tenant_b"}},
	}
	return issuer
}

func TestAGrantSaysWhatSomebodyMayDo(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := newProvider(t, c)
	v := newVerifier(t.Context(), c, granting(p))
	type want struct {
		Role    Role
		Tenants []string
	}
	for name, test := range map[string]struct {
		claims map[string]any
		want   *want // nil: refused
	}{
		"by e-mail":  {map[string]any{"sub": "1", "email": "ann@example.com", "email_verified": true}, &want{TenantAdmin, []string{"tenant_a"}}},
		"by subject": {map[string]any{"sub": "1234567890"}, &want{TenantViewer, []string{"tenant_a", "tenant_b"}}},
		"the first grant alone": {
			map[string]any{"sub": "1234567890", "email": "ann@example.com", "email_verified": true}, &want{TenantAdmin, []string{"tenant_a"}},
		},
		"what the token says counts for nothing": {
			map[string]any{"sub": "1234567890", "role": "platform_admin", "tenant_id": "tenant_c", "tenants": []string{"tenant_c"}},
			&want{TenantViewer, []string{"tenant_a", "tenant_b"}},
		},
		"an e-mail that nobody verified":          {map[string]any{"sub": "1", "email": "ann@example.com"}, nil},
		"one whose verification failed":           {map[string]any{"sub": "1", "email": "ann@example.com", "email_verified": false}, nil},
		"one that is verified in words":           {map[string]any{"sub": "1", "email": "ann@example.com", "email_verified": "true"}, nil},
		"another's e-mail":                        {map[string]any{"sub": "1", "email": "eve@example.com", "email_verified": true}, nil},
		"an e-mail that looks alike":              {map[string]any{"sub": "1", "email": "ann@example.com\u0000", "email_verified": true}, nil},
		"a list of e-mails":                       {map[string]any{"sub": "1", "email": []string{"ann@example.com"}, "email_verified": true}, nil},
		"a subject that is a granted e-mail":      {map[string]any{"sub": "ann@example.com"}, nil},
		"an e-mail that is a granted subject":     {map[string]any{"sub": "1", "email": "1234567890", "email_verified": true}, nil},
		"somebody without a grant, with a role":   {map[string]any{"sub": "1", "role": "tenant_admin", "tenant_id": "tenant_a"}, nil},
		"neither e-mail nor a subject of a grant": {map[string]any{"sub": "1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := p.token(t, test.claims)
			if test.want == nil {
				wantInvalid(t, v, token)
				return
			}
			got, err := v.Verify(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(*test.want, want{got.Role, covered(got)}); diff != "" {
				t.Errorf("granted (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAGrantReachesNoFurtherThanItsIssuer(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := newProvider(t, c)
	issuer := p.config()
	issuer.Grants = []Grant{ // as if the configuration had not been validated
		{Subject: "1", Role: PlatformAdmin},
		{Subject: "2", Role: TenantAdmin, Tenants: []string{"tenant_b", "tenant_c", AnyTenant}},
	}
	v := newVerifier(t.Context(), c, issuer)
	wantInvalid(t, v, p.token(t, map[string]any{"sub": "1"}))
	got, err := v.Verify(t.Context(), p.token(t, map[string]any{"sub": "2"}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"tenant_b"}, covered(got)); diff != "" {
		t.Errorf("tenants (-want +got):\n%s", diff)
	}
}

func TestOnlyAnIssuerOfAllTenantsSpeaksForThePlatform(t *testing.T) {
	t.Parallel()
	all, two := &Issuer{Tenants: []string{AnyTenant}}, &Issuer{Tenants: []string{"a", "b"}}
	for name, test := range map[string]struct {
		principal Principal
		want      bool
	}{
		"an operator":                    {Principal{Role: PlatformAdmin, issuer: all}, true},
		"an operator of some":            {Principal{Role: PlatformAdmin, issuer: two}, false},
		"an administrator of everything": {Principal{Role: TenantAdmin, issuer: all, tenants: []string{AnyTenant}}, false},
	} {
		if got := test.principal.CoversAll(); got != test.want {
			t.Errorf("%s: got %t, want %t", name, got, test.want)
		}
	}
}

const granted = `[{"issuer":"https://accounts.google.com","jwks_url":"https://www.googleapis.com/oauth2/v3/certs","audience":"pipeline",` +
	`"tenants":["tenant_a"],"max_role":"tenant_admin","grants":[{"email":"ann@example.com","role":"tenant_admin","tenants":["tenant_a"]}]}]`

func TestWrongGrantsAreNamed(t *testing.T) {
	t.Parallel()
	if _, err := load(t, granted); err != nil {
		t.Fatal(err)
	}
	const grant = `{"email":"ann@example.com","role":"tenant_admin","tenants":["tenant_a"]}`
	for name, test := range map[string]struct{ from, to, want string }{
		"nobody":                      {`"email":"ann@example.com",`, ``, "grants[0] must have either"},
		"two names":                   {`"email":`, `"subject":"1","email":`, "grants[0] must have either"},
		"the same person twice":       {grant, grant + "," + grant, "grants[1] is for somebody"},
		"no role":                     {`"role":"tenant_admin",`, ``, "grants[0].role"},
		"a role above the issuer":     {`"role":"tenant_admin"`, `"role":"platform_admin"`, "grants[0].role"},
		"no tenants":                  {`,"tenants":["tenant_a"]}]`, `}]`, "grants[0].tenants"},
		"a tenant beyond the issuer":  {`"tenants":["tenant_a"]}]`, `"tenants":["tenant_b"]}]`, "grants[0].tenants"},
		"every tenant":                {`"tenants":["tenant_a"]}]`, `"tenants":["*"]}]`, "grants[0].tenants"},
		"a misspelled key":            {`"email"`, `"e-mail"`, "e-mail"},
		"grants and a claim":          {`"grants"`, `"role_claim":"role","grants"`, "either grants or role_claim"},
		"tenants of a platform admin": {`"max_role":"tenant_admin","grants":[{"email":"ann@example.com","role":"tenant_admin"`, `"max_role":"platform_admin","grants":[{"email":"ann@example.com","role":"platform_admin"`, "must be empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := strings.Replace(granted, test.from, test.to, 1)
			if changed == granted {
				t.Fatal("nothing was changed")
			}
			if _, err := load(t, changed); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to say %q", err, test.want)
			}
		})
	}
}
