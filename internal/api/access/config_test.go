package access

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

const listed = `[{"issuer":"https://id.example.com","jwks_url":"https://id.example.com/keys","audience":"pipeline","tenants":["*"],"max_role":"platform_admin"}]`

func load(t *testing.T, value string) (Config, error) {
	t.Helper()
	var cfg Config
	err := config.LoadFrom(t.Context(), &cfg, envconfig.MapLookuper(map[string]string{"API_ISSUERS": value}))
	return cfg, err
}

func TestIssuersAreReadFromJSON(t *testing.T) {
	t.Parallel()
	got, err := load(t, listed)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Issuers: Issuers{{
		Issuer: "https://id.example.com", JWKSURL: "https://id.example.com/keys", Audience: Audience{"pipeline"},
		Tenants: []string{"*"}, MaxRole: PlatformAdmin,
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if none, err := load(t, ""); err != nil || len(none.Issuers) != 0 {
		t.Errorf("none: got %v, %v", none, err)
	}
}

func TestAnIssuerMayHaveSeveralAudiences(t *testing.T) {
	t.Parallel()
	got, err := load(t, strings.Replace(listed, `"pipeline"`, `["dashboard","gcloud"]`, 1))
	if err != nil {
		t.Fatal(err)
	}
	for audience, want := range map[string]bool{"dashboard": true, "gcloud": true, "pipeline": false, "": false} {
		if got.Issuers[0].Audience.in([]string{audience}) != want {
			t.Errorf("a token for %q is accepted: %v, want %v", audience, !want, want)
		}
	}
}

func TestWrongIssuersAreNamed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ from, to, want string }{
		"not JSON":            {listed, "x", "API_ISSUERS"},
		"more than a list":    {listed, listed + "[]", "API_ISSUERS"},
		"a misspelled key":    {"max_role", "maxrole", "maxrole"},
		"plain http":          {"https://id.example.com/keys", "http://id.example.com/keys", "API_ISSUERS[0].jwks_url"},
		"no audience":         {`"pipeline"`, `""`, "API_ISSUERS[0].audience"},
		"no audiences":        {`"pipeline"`, `[]`, "API_ISSUERS[0].audience"},
		"an empty audience":   {`"pipeline"`, `["pipeline",""]`, "API_ISSUERS[0].audience"},
		"an odd audience":     {`"pipeline"`, `{"a":1}`, "audience must be a text or a list"},
		"no tenants":          {`["*"]`, `[]`, "API_ISSUERS[0].tenants"},
		"all and one tenant":  {`["*"]`, `["*","a"]`, "API_ISSUERS[0].tenants"},
		"an unknown role":     {"platform_admin", "root", "API_ISSUERS[0].max_role"},
		"no issuer":           {`"issuer":"https://id.example.com"`, `"issuer":""`, "API_ISSUERS[0].issuer"},
		"an issuer too long":  {`"issuer":"https://id`, `"issuer":"https://` + strings.Repeat("x", 120), "API_ISSUERS[0].issuer"},
		"an issuer twice":     {listed, listed[:len(listed)-1] + "," + listed[1:], "twice"},
		"the second is wrong": {listed, listed[:len(listed)-1] + `,{"issuer":"b"}]`, "API_ISSUERS[1].jwks_url"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, strings.Replace(listed, test.from, test.to, 1))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to name %s", err, test.want)
			}
		})
	}
}
