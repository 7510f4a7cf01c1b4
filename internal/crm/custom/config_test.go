package custom_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/custom"
)

func connect(credentials, config string) error {
	_, err := custom.NewAccounts(time.Now).Connect(crm.Settings{Credentials: credentials, Config: []byte(config)}, http.DefaultClient)
	return err
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		`{"url":"https://crm.example.com/hook?team=1"}`:                                "",
		`{"url":"http://127.0.0.1:8080/x"}`:                                            "",
		``:                                                                             "url is not an address",
		`{"url":"http://crm.example.com"}`:                                             "must be https",
		`{"url":"https://user:pass@crm.example.com"}`:                                  "must not hold a password",
		`{"url":"https://crm.example.com/#x"}`:                                         "fragment",
		`{"url":"https://crm.example.com","method":"DELETE"}`:                          "method must be",
		`{"url":"https://crm.example.com","auth":"oauth"}`:                             "auth must be",
		`{"url":"https://crm.example.com","auth":"bearer"}`:                            "lack auth.token",
		`{"url":"https://crm.example.com","auth":"basic"}`:                             "lack auth.username",
		`{"url":"https://crm.example.com","auth":"header"}`:                            "auth_header",
		`{"url":"https://crm.example.com","auth":"header","auth_header":"Webhook-Id"}`: "cannot be set",
		`{"url":"https://crm.example.com","auth":"header","auth_header":"X-Key"}`:      "lack auth.value",
		`{"url":"https://crm.example.com","headers":{"Host":"x"}}`:                     "Host cannot be set",
		`{"url":"https://crm.example.com","headers":{"transfer-Encoding":"x"}}`:        "cannot be set",
		`{"url":"https://crm.example.com","headers":{"Connection":"x"}}`:               "cannot be set",
		`{"url":"https://crm.example.com","headers":{"Content-Length":"1"}}`:           "cannot be set",
		`{"url":"https://crm.example.com","headers":{"webhook-signature":"x"}}`:        "cannot be set",
		`{"url":"https://crm.example.com","headers":{"Idempotency-Key":"x"}}`:          "cannot be set",
		`{"url":"https://crm.example.com","headers":{"Authorization":"x"}}`:            "cannot be set",
		`{"url":"https://crm.example.com","headers":{"X Y":"x"}}`:                      "not a header's name",
		`{"url":"https://crm.example.com","headers":{"X-Y":"a\r\nHost: b"}}`:           "a character that headers cannot",
		`{"url":"https://crm.example.com","id_path":"data..id"}`:                       "id_path",
		`{"url":"https://crm.example.com","success_codes":[200,302]}`:                  "302 is no success",
		`{"url":"https://crm.example.com","timeout_s":5}`:                              "timeout_s",
		`{"url":"https://crm.example.com","timeout_s":31}`:                             "timeout_s",
		`{"url":"https://crm.example.com","requests_per_10s":-1}`:                      "requests_per_10s",
		`{"url":7}`: "parse custom settings",
	} {
		err := connect(secret, config)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("settings %s: error = %v, want %q", config, err, want)
		}
	}
}

func TestCredentialsAreCheckedAndNeverQuoted(t *testing.T) {
	t.Parallel()
	for credentials, want := range map[string]string{
		secret:                                  "",
		" " + secret + "\n":                     "",
		`{"secrets":["` + secret + `"]}`:        "",
		``:                                      "neither a signing secret nor",
		`hush`:                                  "neither a signing secret nor",
		`{"secrets":[]}`:                        "lack secrets",
		`{"secrets":["hush"]}`:                  "does not begin with whsec_",
		`{"secrets":["` + secret + `","hush"]}`: "secret 2",
		`whsec_hush!`:                           "not base64",
		`whsec_aHVzaA==`:                        "4 bytes",
	} {
		err := connect(credentials, `{"url":"https://crm.example.com"}`)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("credentials %q: error = %v, want %q", credentials, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "aHVz")) {
			t.Errorf("error %q quotes the credentials", err)
		}
	}
}
