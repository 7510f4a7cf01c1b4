package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/option"

	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

func TestTheDoctorSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	forbidden := problem(403, "insufficient_role", "No.", "")
	source := func(more string) reply {
		return reply{status: 200, body: `{"sources":[{"source_id":"callrail","kind":"callrail","signing_keys":["signing"],"problem":""` + more + `}]}`}
	}
	tests := []struct {
		name      string
		operation string
		answer    reply
		check     string
		verdict   verdict
		found     string
	}{
		{"the database is away", "getHealth", reply{status: 503, body: `{"status":"unavailable","service":"api","version":"v1.4.0","failed":["store"]}`}, "api", fail, "store"},
		{"no API there", "getHealth", reply{status: 404, kind: "text/html"}, "api", fail, "404"},
		{"another release", "getHealth", reply{status: 200, body: `{"status":"ok","service":"api","version":"v1.5.0"}`}, "api", ok, "v1.5.0; this tool is v1.4.0"},
		{"another text of the document", "getDocument", reply{status: 200, kind: "application/yaml", body: "info: {version: \"1\"}"}, "document", warning, "not the same text"},
		{"another version of the document", "getDocument", reply{status: 200, kind: "application/yaml", body: "info: {version: \"2\"}"}, "document", fail, `"2", this tool speaks "1"`},
		{"a token of nobody", "listTenants", problem(401, "invalid_token", "No.", ""), "tenants", fail, "invalid_token"},
		{"no tenants", "listTenants", reply{status: 200, body: `{"tenants":[],"next_page_token":""}`}, "tenants", warning, "none"},
		{"a suspended tenant", "listTenants", reply{status: 200, body: `{"tenants":[{"tenant_id":"tenant_demo","status":"suspended"}],"next_page_token":""}`}, "tenant_demo", warning, "suspended"},
		{"no source", "listSources", reply{status: 200, body: `{"sources":[]}`}, "tenant_demo sources", warning, "none"},
		{"a source with a problem", "listSources", source(`,"problem":"webhooks are off"`), "tenant_demo sources", fail, "callrail: webhooks are off"},
		{"a source without a key", "listSources", source(`,"signing_keys":[]`), "tenant_demo sources", fail, "no signing key"},
		{"no CRM", "listIntegrations", reply{status: 200, body: `{"integrations":[{"integration_id":"hubspot","status":"suspended"}]}`}, "tenant_demo integrations", warning, "none that is active"},
		{"no credentials", "listIntegrations", reply{status: 200, body: `{"integrations":[{"integration_id":"hubspot","status":"active"}]}`}, "tenant_demo integrations", fail, "no credentials: hubspot"},
		{"no pause", "listPauses", reply{status: 200, body: `{"pauses":[]}`}, "pauses", ok, "none"},
		{"a dead letter", "listDeadLetters", reply{status: 200, body: `{"dead_letters":[{"letter_id":"dl_a"}],"next_page_token":"more"}`}, "dead letters", fail, "more than 1 open"},
		{"a tenant's own token", "listDeadLetters", forbidden, "dead letters", unchecked, "role"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := newFakeAPI(t).
				answer("listDeadLetters", reply{status: 200, body: `{"dead_letters":[],"next_page_token":""}`}).
				answer(test.operation, test.answer)
			got := run{api: api, env: map[string]string{"PIPELINE_TOKEN": newJWT(t)}}.tool(t, "doctor", "-o", "json")
			c := find(t, got.out, test.check)
			if c.Verdict != test.verdict || !strings.Contains(c.Found, test.found) {
				t.Errorf("got %+v, want %s: %s", c, test.verdict, test.found)
			}
			if want := test.verdict == fail; (got.code == exitFailed) != want {
				t.Errorf("code %d: %s", got.code, got.out)
			}
			if test.verdict != ok && test.verdict != unchecked && c.Advice == "" {
				t.Error("it does not say what to do")
			}
		})
	}
}

func TestTheDoctorReadsTheToken(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t)
	for token, want := range map[string]verdict{newJWT(t): ok, "opaque": warning, "": fail} {
		got := run{api: api, env: map[string]string{"PIPELINE_TOKEN": token}}.tool(t, "doctor", "-o", "json")
		if c := find(t, got.out, "token"); c.Verdict != want || (token != "" && strings.Contains(got.out, token)) {
			t.Errorf("%q: %+v", token, c)
		}
	}
}

// find returns one check of a report.
func find(t *testing.T, out, name string) check {
	t.Helper()
	var report struct {
		Checks []check `json:"checks"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, c := range report.Checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no check %q: %s", name, out)
	return check{}
}

func TestAProjectThatCannotBeSeenIsNotChecked(t *testing.T) {
	t.Parallel()
	none := func(context.Context, string) (cloud, error) { return nil, errors.New("no credentials") }
	got := run{api: newFakeAPI(t), cloud: none}.tool(t, "doctor", "--project", "p", "-o", "json")
	for _, name := range cloudChecks {
		if c := find(t, got.out, name); c.Verdict != unchecked || c.Found != "no credentials" {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// fakeDatabase stands for Spanner.
type fakeDatabase struct {
	pending []string
	tenants []tenant.Tenant
	err     error
}

func (f fakeDatabase) PendingMigrations(context.Context) ([]string, error) { return f.pending, f.err }
func (f fakeDatabase) Tenants(context.Context) ([]tenant.Tenant, error)    { return f.tenants, f.err }
func (f fakeDatabase) Close()                                              {}

// goodProject is what Google answers about a project in which all is well, by address.
func goodProject() map[string]string {
	const agent = "serviceAccount:service-42@gcp-sa-pubsub.iam.gserviceaccount.com"
	var services, subscriptions []string
	for _, api := range neededAPIs {
		services = append(services, fmt.Sprintf(`{"name":"projects/42/services/%s.googleapis.com","state":"ENABLED"}`, api))
	}
	for _, topic := range topic.Names() {
		letters := `,"deadLetterPolicy":{"deadLetterTopic":"projects/p/topics/dead-letter"}`
		if topic == "dead-letter" || topic == "intake" {
			letters = ""
		}
		subscriptions = append(subscriptions, fmt.Sprintf(`{"name":"projects/p/subscriptions/%s","topic":"projects/p/topics/%[1]s",
			"pushConfig":{"pushEndpoint":"https://%[1]s.example.com","oidcToken":{"serviceAccountEmail":"push@p.iam.gserviceaccount.com"}}%s}`, topic, letters))
	}
	return map[string]string{
		"/v1/projects/p/services:batchGet":                                   `{"services":[` + strings.Join(services, ",") + `]}`,
		"/v1/projects/p":                                                     `{"projectNumber":"42"}`,
		"/v1/projects/p:getIamPolicy":                                        `{"bindings":[{"role":"roles/pubsub.serviceAgent","members":["` + agent + `"]}]}`,
		"/v1/projects/p/topics/dead-letter:getIamPolicy":                     `{"bindings":[{"role":"roles/pubsub.publisher","members":["` + agent + `"]}]}`,
		"/v1/projects/p/subscriptions":                                       `{"subscriptions":[` + strings.Join(subscriptions, ",") + `]}`,
		"/v1/projects/p/secrets/tenant-tenant_demo-signing/versions/latest":  `{"state":"ENABLED"}`,
		"/v1/projects/p/secrets/tenant-tenant_demo-hubspot/versions/latest":  `{"state":"ENABLED"}`,
		"/v1/projects/p/secrets/tenant-tenant_demo-slack/versions/latest":    `{"state":"ENABLED"}`,
		"/v1/projects/p/secrets/tenant-tenant_demo-callrail/versions/latest": `{"state":"ENABLED"}`,
	}
}

var goodTenant = tenant.Tenant{
	ID:           "tenant_demo",
	Sources:      []tenant.Source{{APIKeySecret: "tenant-tenant_demo-callrail", SigningSecrets: []string{"tenant-tenant_demo-signing"}}},
	Integrations: []tenant.Integration{{Secret: "tenant-tenant_demo-hubspot"}, {Secret: "tenant-somebody_else-hubspot"}},
	Settings:     tenant.Settings{Notifications: tenant.Notifications{Slack: []tenant.Slack{{Secret: "tenant-tenant_demo-slack"}}}},
}

func TestTheDoctorChecksAProject(t *testing.T) {
	t.Parallel()
	const subscriptions = "/v1/projects/p/subscriptions"
	tests := []struct {
		name     string
		path     string // whose answer is changed
		old, new string
		database fakeDatabase
		check    string
		want     verdict
		found    string
	}{
		{name: "an API that is off", path: "/v1/projects/p/services:batchGet", old: `speech.googleapis.com","state":"ENABLED"`, new: `speech.googleapis.com","state":"DISABLED"`, check: "enabled apis", want: fail, found: "speech"},
		{name: "an API that may not be asked", path: "/v1/projects/p/services:batchGet", check: "enabled apis", want: unchecked, found: "403"},
		{name: "no tokens for pushes", path: "/v1/projects/p:getIamPolicy", old: "roles/pubsub.serviceAgent", new: "roles/viewer", check: "permissions", want: fail, found: "sign tokens"},
		{name: "no dead letters", path: "/v1/projects/p/topics/dead-letter:getIamPolicy", old: "service-42", new: "service-43", check: "permissions", want: fail, found: "dead letters"},
		{name: "a topic that nobody reads", path: subscriptions, old: `"topic":"projects/p/topics/delivery-due"`, new: `"topic":"projects/p/topics/other"`, check: "push subscriptions", want: fail, found: "nobody gets delivery-due"},
		{name: "a push without a token", path: subscriptions, old: `{"serviceAccountEmail":"push@p.iam.gserviceaccount.com"}`, new: `{}`, check: "push subscriptions", want: fail, found: "without a token"},
		{name: "a push in the clear", path: subscriptions, old: "https://request-pushed", new: "http://request-pushed", check: "push subscriptions", want: fail, found: "request-pushed: its endpoint is not https"},
		{name: "no dead-letter topic", path: subscriptions, old: `"deadLetterPolicy"`, new: `"labels"`, check: "push subscriptions", want: fail, found: "no dead-letter topic"},
		{name: "an old schema", database: fakeDatabase{pending: []string{"0005_more"}}, check: "schema", want: fail, found: "0005_more"},
		{name: "a database out of reach", database: fakeDatabase{err: errors.New("away")}, check: "schema", want: unchecked, found: "away"},
		{name: "a secret that is off", path: "/v1/projects/p/secrets/tenant-tenant_demo-slack/versions/latest", old: "ENABLED", new: "DISABLED", check: "secrets", want: fail, found: "tenant-tenant_demo-slack is disabled"},
		{name: "all is well", check: "secrets", want: ok, found: "4"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answers := goodProject()
			if test.path != "" {
				answers[test.path] = strings.ReplaceAll(answers[test.path], test.old, test.new)
			}
			if test.path != "" && test.old == "" {
				delete(answers, test.path)
			}
			test.database.tenants = []tenant.Tenant{goodTenant}
			var got []string
			for _, c := range newProject(t, answers, test.database).Checks(t.Context()) {
				if c.Name == test.check && (c.Verdict != test.want || !strings.Contains(c.Found, test.found)) {
					t.Errorf("got %+v, want %s: %s", c, test.want, test.found)
				}
				if c.Verdict != ok && c.Name != test.check && test.database.err == nil {
					t.Errorf("also %+v", c)
				}
				got = append(got, c.Name)
			}
			if diff := cmp.Diff(cloudChecks, got); diff != "" {
				t.Errorf("checks (-want +got):\n%s", diff)
			}
		})
	}
}

// newProject returns a project about which Google answers these things.
func newProject(t *testing.T, answers map[string]string, d database) *project {
	t.Helper()
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(served.Close)
	p, err := openProject(t.Context(), "p", option.WithEndpoint(served.URL), option.WithoutAuthentication())
	must(t, err)
	p.database = d
	return p
}

func TestASecretThatIsNotThereIsSeen(t *testing.T) {
	t.Parallel()
	served := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(served.Close)
	p, err := openProject(t.Context(), "p", option.WithEndpoint(served.URL), option.WithoutAuthentication())
	must(t, err)
	p.database = fakeDatabase{tenants: []tenant.Tenant{goodTenant}}
	c, err := p.tenantSecrets(t.Context())
	if err != nil || c.Verdict != fail || strings.Count(c.Found, "is not there") != 4 || strings.Contains(c.Found, "somebody_else") {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestAMigratedDatabaseHasNothingPending(t *testing.T) {
	t.Parallel()
	pending, err := storetest.New(t).PendingMigrations(t.Context())
	if err != nil || len(pending) != 0 {
		t.Errorf("got %v, %v", pending, err)
	}
}
