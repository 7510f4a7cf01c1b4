package salesforce

import (
	"net/http"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		``:                                     "",
		`{}`:                                   "",
		`{"base_url":"http://127.0.0.1:8080"}`: "",
		`{"base_url":"http://acme.my.salesforce.com"}`:   "base_url must be https",
		`{"login_url":"ftp//"}`:                          "login_url is not an address",
		`{"base_url":"https://u:p@acme.salesforce.com"}`: "must not hold a user",
		`{"api_version":"67"}`:                           "api_version",
		`{"key_field":"Key"}`:                            "key_field",
		`{"key_field":"X' OR Name != '__c"}`:             "key_field",
		`{"ambiguous":"guess"}`:                          "attach, create or review",
		`{"object":"account"}`:                           "object must be one of lead, contact",
		`{"opportunity":"always"}`:                       "opportunity must be one of",
		`{"on_duplicate":"merge"}`:                       "on_duplicate must be one of",
		`{"owner_id":"casey"}`:                           "owner_id",
		`{"time_zone":"Denver"}`:                         "time_zone",
		`{"daily_reserve_percent":0}`:                    "",
		`{"daily_reserve_percent":99}`:                   "daily_reserve_percent",
		`{"settle_ms":-1}`:                               "negative",
		`{"key_field":7}`:                                "parse salesforce settings",
	} {
		_, err := parseConfig([]byte(config))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("settings %s: error = %v, want %q", config, err, want)
		}
	}
}

func TestCredentialsAreCheckedWithoutBeingTold(t *testing.T) {
	t.Parallel()
	const home = `{"base_url":"https://acme.my.salesforce.com"}`
	for credentials, test := range map[string]struct{ config, want string }{
		`{"client_id":"a","client_secret":"hush"}`:              {home, ""},
		`{"client_id":"a","client_secret":"hush","x":1}`:        {home, ""},
		`{"client_id":"a","client_secret":"hush" }`:             {`{}`, "My Domain"},
		`{"client_secret":"hush"}`:                              {home, "no client_id"},
		`{"client_id":"a"}`:                                     {home, "neither client_secret nor private_key"},
		`{"client_id":"a","private_key":"hush"}`:                {home, "no username"},
		`{"client_id":"a","username":"u","private_key":"hush"}`: {home, "not an RSA key"},
		`{"client_id":"a","client_secret":{"hush":"hush"}}`:     {home, "not a JSON object"},
		`hush`: {home, "not a JSON object"},
		``:     {home, "not a JSON object"},
	} {
		_, err := NewFactory()(crm.Settings{Credentials: credentials, Config: []byte(test.config)}, http.DefaultClient)
		if (err == nil) != (test.want == "") || err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hush")) {
			t.Errorf("credentials %s: error = %v, want %q", credentials, err, test.want)
		}
	}
}

func TestTheAudienceFollowsFromWhereTheOrgLives(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://login.salesforce.com":                 productionAudience,
		"https://acme.my.salesforce.com":               productionAudience,
		"https://test.salesforce.com":                  sandboxAudience,
		"https://acme--uat.sandbox.my.salesforce.com":  sandboxAudience,
		"https://ACME--UAT.Sandbox.my.salesforce.com/": sandboxAudience,
	} {
		if got := audience(address); got != want {
			t.Errorf("audience of %s = %s, want %s", address, got, want)
		}
	}
}
