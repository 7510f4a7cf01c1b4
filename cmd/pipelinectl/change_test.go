package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// changes returns what was asked for beside reading.
func changes(calls []call) []call {
	var found []call
	for _, c := range calls {
		if !strings.HasPrefix(c.operation, "get") && !strings.HasPrefix(c.operation, "list") {
			c.token = ""
			found = append(found, c)
		}
	}
	return found
}

var notFound = problem(404, "not_found", "There is nothing here that this token may see.", "")

func TestChangesSendWhatIsMeant(t *testing.T) {
	t.Parallel()
	const tenant = "/v1/tenants/tenant_demo"
	tests := []struct {
		name  string
		args  []string
		stdin string
		fresh bool // nothing is there yet
		want  []call
	}{
		{
			"the tenant's settings alone, bound to the state that was read", []string{"tenant", "set", "-"}, `settings: {hours: "9-5"}`, false,
			[]call{{operation: "putTenant", path: tenant, ifMatch: `"v1"`, body: `{"name":"Demo Company","region":"US","settings":{"hours":"9-5"},"time_zone":"America/Denver"}`}},
		},
		{
			"settings as they are", []string{"tenant", "set", "-"}, `hours: 9-5`, false,
			[]call{{operation: "putTenant", path: tenant, ifMatch: `"v1"`, body: `{"name":"Demo Company","region":"US","settings":{"hours":"9-5"},"time_zone":"America/Denver"}`}},
		},
		{
			"the tenant's name alone", []string{"tenant", "set", "-"}, `{"name":"New"}`, false,
			[]call{{operation: "putTenant", path: tenant, ifMatch: `"v1"`, body: `{"name":"New","region":"US","settings":{"services":["kitchens","bathrooms"]},"time_zone":"America/Denver"}`}},
		},
		{
			"a new source", []string{"source", "add", "callrail", "--company", "12345,COM1", "--api-key-stdin"}, "abc\n", true,
			[]call{{operation: "putSource", path: tenant + "/sources/callrail", body: `{"api_key":"abc","company_id":"12345","company_resource_id":"COM1","kind":"callrail"}`}},
		},
		{
			"a changed source keeps the rest", []string{"source", "add", "form", "--id", "web", "--origin", "https://a.example.com", "--replace"}, "", false,
			[]call{{operation: "putSource", path: tenant + "/sources/web", ifMatch: `"v1"`, body: `{"form_keys":["fk_demo"],"kind":"form","name":"Website","origins":["https://a.example.com"],"status":"active"}`}},
		},
		{
			"credentials alone", []string{"integration", "add", "hubspot", "--replace", "--credentials-stdin"}, "pat-1", false,
			[]call{{operation: "putIntegration", path: tenant + "/integrations/hubspot", ifMatch: `"v1"`, body: `{"config":{"mapping":[{"constant":"Phone","field":"lead_source","record":"contact"}]},"credentials":"pat-1","kind":"hubspot","name":"HubSpot","status":"active"}`}},
		},
		{
			"an integration with settings", []string{"integration", "add", "own", "--kind", "custom", "--third-party", "--config", "-"}, "url: https://a.example.com", true,
			[]call{{operation: "putIntegration", path: tenant + "/integrations/own", body: `{"config":{"url":"https://a.example.com"},"kind":"custom","third_party":true}`}},
		},
		{"a drawn key", []string{"key", "rotate", "web"}, "", false, []call{{operation: "addSigningKey", path: tenant + "/sources/web/signing-keys", body: `{}`}}},
		{"CallRail's key", []string{"key", "rotate", "callrail", "--from-callrail"}, "", false, []call{{operation: "connectSource", path: tenant + "/sources/callrail/connect"}}},
		{
			"corrections have the field's type", []string{"request", "correct", "req_a", "lead_score=70", "spam=false", "summary=a=b", "--undo", "intent"}, "", false,
			[]call{
				{operation: "deleteCorrection", path: tenant + "/requests/req_a/corrections/intent"},
				{operation: "correctRequest", path: tenant + "/requests/req_a/corrections", body: `{"corrections":[{"field":"lead_score","value":70},{"field":"spam","value":false},{"field":"summary","value":"a=b"}]}`},
			},
		},
		{"one delivery", []string{"integration", "retry", "hubspot", "--request", "req_a"}, "", false, []call{{operation: "retryDelivery", path: tenant + "/requests/req_a/deliveries/hubspot/retry"}}},
		{"a pause of every tenant", []string{"pause", "step:push", "--platform", "--reason", "restore"}, "", false, []call{{operation: "putPlatformPause", path: "/v1/pauses/step:push", body: `{"reason":"restore"}`}}},
		{"its end", []string{"resume", "step:push", "--platform"}, "", false, []call{{operation: "deletePlatformPause", path: "/v1/pauses/step:push"}}},
		{"an opt-out taken back", []string{"opt-out", "--email", "jane@example.com", "--undo", "--yes"}, "", false, []call{{operation: "optIn", path: tenant + "/privacy/opt-ins", body: `{"email":"jane@example.com"}`}}},
		{
			"a bare list of rules", []string{"workflow", "set", "-"}, `[{name: a, actions: {skip: b}}]`, false,
			[]call{{operation: "putWorkflow", path: tenant + "/workflow", ifMatch: `"v1"`, body: `{"rules":[{"actions":{"skip":"b"},"name":"a"}]}`}},
		},
		{"a retry", []string{"request", "retry", "req_a", "--fresh"}, "", false, []call{{operation: "retryRequest", path: tenant + "/requests/req_a/retry", body: `{"fresh":true}`}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := newFakeAPI(t)
			if test.fresh {
				api.answer("getSource", notFound).answer("getIntegration", notFound)
			}
			got := run{api: api, stdin: test.stdin}.tool(t, test.args...)
			if got.code != exitOK {
				t.Fatalf("code %d: %s", got.code, got.err)
			}
			if diff := cmp.Diff(test.want, changes(api.asked()), cmp.AllowUnexported(call{})); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsMisusedChangesNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		args  []string
		stdin string
		code  int
		err   string
	}{
		{"a secret on the command line", []string{"source", "add", "callrail", "--api-key", "abc"}, "", exitUsage, "shell's history"},
		{"an empty secret", []string{"tenant", "secret", "slack", "--value-stdin"}, "\n", exitFailed, "empty"},
		{"no secret", []string{"tenant", "secret", "slack"}, "", exitUsage, "--value-stdin"},
		{"a source that is there", []string{"source", "add", "callrail"}, "", exitFailed, "--replace"},
		{"an integration that is there", []string{"integration", "add", "hubspot", "--kind", "hubspot"}, "", exitFailed, "--replace"},
		{"webhooks of forms", []string{"source", "add", "form", "--connect"}, "", exitUsage, "for CallRail"},
		{"an unknown kind of source", []string{"source", "add", "fax"}, "", exitUsage, "fax"},
		{"a name that no tenant has", []string{"tenant", "set", "-"}, "{name: a, zone: b}", exitFailed, "zone"},
		{"no rules", []string{"workflow", "set", "-"}, "{}", exitFailed, "no rules"},
		{"no confirmation", []string{"source", "remove", "web"}, "", exitUsage, "--yes"},
		{"an erasure without one", []string{"erase", "--phone", "+13035550142"}, "", exitUsage, "--yes"},
		{"an erasure of nobody", []string{"erase", "--yes"}, "", exitUsage, "phone email"},
		{"an import without one", []string{"import", "--from", "2026-01-01"}, "", exitUsage, "--yes"},
		{"a pause without a reason", []string{"pause", "all"}, "", exitUsage, "--reason"},
		{"a correction without a value", []string{"request", "correct", "req_a", "spam"}, "", exitUsage, "FIELD=VALUE"},
		{"a score that is none", []string{"request", "correct", "req_a", "lead_score=high"}, "", exitUsage, "high"},
		{"no correction", []string{"request", "correct", "req_a"}, "", exitUsage, "FIELD=VALUE"},
		{"a job that is no import", []string{"import", "--job", "job_a"}, "", exitUsage, "not an import"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := newFakeAPI(t)
			got := run{api: api, stdin: test.stdin}.tool(t, test.args...)
			if got.code != test.code || !strings.Contains(got.err, test.err) {
				t.Errorf("code %d, want %d: %s", got.code, test.code, got.err)
			}
			for _, c := range changes(api.asked()) {
				if c.operation != "lookUpPerson" && c.operation != "createImport" {
					t.Errorf("%s was asked for", c.operation)
				}
				if c.operation == "createImport" && !strings.Contains(c.body, `"estimate":true`) {
					t.Errorf("an import was begun: %s", c.body)
				}
			}
		})
	}
}

func TestAPersonIsAskedBeforeSomethingIsLost(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]int{"yes\n": exitOK, "YES\n": exitOK, "no\n": exitFailed, "y\n": exitFailed, "": exitFailed} {
		api := newFakeAPI(t)
		got := run{api: api, attended: true, stdin: answer}.tool(t, "source", "remove", "web")
		if got.code != want || (len(changes(api.asked())) == 1) != (want == exitOK) {
			t.Errorf("%q: code %d, want %d: %s", answer, got.code, want, got.err)
		}
		if !strings.Contains(got.err, "Deliveries of web to tenant_demo will be refused. Type yes") {
			t.Errorf("it asked %q", got.err)
		}
	}
}

func TestASecretIsTypedWithoutBeingShown(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t)
	got := run{api: api, attended: true}.tool(t, "tenant", "secret", "slack", "--value-stdin")
	if got.code != exitOK || changes(api.asked())[0].body != `{"value":"typed"}` || strings.Contains(got.err+got.out, "typed") {
		t.Errorf("code %d: %s%s", got.code, got.out, got.err)
	}
}

func TestLintFindsMistakesWithoutAServer(t *testing.T) {
	t.Parallel()
	const rule = `[{name: a, when: "%", actions: {destinations: [nowhere], notify: ["email:sales", "slack:sales"], owner: {crm: "7"}}}]`
	tests := []struct {
		name, rules string
		args        []string
		code        int
		want        string
	}{
		{"good rules", strings.Replace(rule, "%", "analysis.lead_score >= 80", 1), nil, exitOK, "1 rules, no mistakes"},
		{"a mistake in an expression", strings.Replace(rule, "%", "score >= 80", 1), nil, exitFailed, "workflow[0].when 1:1"},
		{"an unknown field", `[{name: a, whenever: b}]`, nil, exitFailed, "whenever"},
		{"no YAML", `[`, nil, exitFailed, "read -"},
		{"names that the server does not know", strings.Replace(rule, "%", "true", 1), []string{"--names"}, exitFailed, `there is no integration "nowhere"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := run{stdin: test.rules, env: map[string]string{"PIPELINE_API": ""}}
			if test.args != nil {
				r = run{stdin: test.rules, api: newFakeAPI(t)}
			}
			got := r.tool(t, append([]string{"workflow", "lint", "-"}, test.args...)...)
			if got.code != test.code || !strings.Contains(got.out+got.err, test.want) {
				t.Errorf("code %d, want %d: %s%s", got.code, test.code, got.out, got.err)
			}
		})
	}
}

func TestATestThatFailsIsAFailure(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t).
		answer("testIntegration", reply{status: 200, body: `{"ok":false,"message":"no","problems":[{"object":"deal","field":"no_such_field","message":"the CRM has no such field"}]}`}).
		answer("previewMapping", reply{status: 200, body: `{"values":[],"problems":[{"object":"deal","field":"stage","message":"wrong"}]}`})
	for _, args := range [][]string{{"integration", "test", "hubspot"}, {"mapping", "preview", "hubspot", "--request", "req_a"}} {
		got := run{api: api}.tool(t, args...)
		if got.code != exitFailed || !strings.Contains(got.out, "deal.") {
			t.Errorf("%v: code %d: %s%s", args, got.code, got.out, got.err)
		}
	}
}

func TestAChannelThatIsNotReachedIsAFailure(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t).answer("testNotification", reply{status: 200, body: `{"ok":false,"message":"Refused: no_service."}`})
	got := run{api: api}.tool(t, "notifications", "test", "email:owner / 50%")
	if got.code != exitFailed || got.out != "Refused: no_service.\n" {
		t.Errorf("code %d: %s%s", got.code, got.out, got.err)
	}
	if asked := api.asked(); asked[0].path != "/v1/tenants/tenant_demo/notifications/email:owner%20%2F%2050%25/test" {
		t.Errorf("asked for %s", asked[0].path)
	}
}

func TestAnExportIsWrittenWhereOnlyItsOwnerReads(t *testing.T) {
	t.Parallel()
	stored := newFakeAPI(t).answer("getHealth", reply{status: 200, body: `{"person":"export"}`})
	api := newFakeAPI(t).
		answer("getJob", reply{status: 200, body: `{"job_id":"job_a","kind":"export","state":"done"}`}).
		answer("getJobDownload", reply{status: 200, body: `{"url":"` + stored.url + `/v1/health","expires_at":"2026-03-02T16:09:05Z"}`})
	file := filepath.Join(t.TempDir(), "person.zip")
	got := run{api: api}.tool(t, "export", "--phone", "+13035550142", "--file", file, "--yes")
	if got.code != exitOK {
		t.Fatal(got.err)
	}
	text, err := os.ReadFile(file)
	must(t, err)
	info, err := os.Stat(file)
	must(t, err)
	if string(text) != `{"person":"export"}` || info.Mode().Perm() != 0o600 || stored.asked()[0].token != "" {
		t.Errorf("%q, %v, sent token %q", text, info.Mode(), stored.asked()[0].token)
	}
}
