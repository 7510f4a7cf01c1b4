package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheExitCodeSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer reply
		args   []string
		code   int
		err    string
	}{
		{"done", reply{status: 200, body: `{"tenant_id":"tenant_demo"}`}, []string{"tenant", "show"}, exitOK, ""},
		{
			"not found", problem(404, "not_found", "There is nothing here.", ""), []string{"tenant", "show"}, exitNotFound,
			"pipelinectl tenant show: There is nothing here. (404 not_found, GET /v1/tenants/tenant_demo)\n",
		},
		{"no token", problem(401, "invalid_token", "The bearer token is not valid.", ""), []string{"tenant", "show"}, exitNotAllowed, "invalid_token"},
		{"wrong role", problem(403, "insufficient_role", "No.", ""), []string{"tenant", "show"}, exitNotAllowed, "insufficient_role"},
		{
			"fields", problem(422, "invalid_settings", "The settings are not valid.", `,"errors":[{"field":"settings.hours","message":"too long"}]`),
			[]string{"tenant", "show"}, exitFailed, "\n  settings.hours: too long\n",
		},
		{"parameter", problem(400, "invalid_request", "No.", `,"parameter":"limit"`), []string{"tenant", "show"}, exitFailed, "\n  limit is wrong\n"},
		{"something before the API", reply{status: 404, kind: "text/html", body: "<html>"}, []string{"tenant", "show"}, exitNotFound, "not by the pipeline's API"},
		{"a redirect", reply{status: 302}, []string{"tenant", "show"}, exitFailed, "answered 302"},
		{"no JSON", reply{status: 200, body: "<html>"}, []string{"tenant", "show"}, exitFailed, "read answer"},
		{"unknown command", reply{}, []string{"tenants"}, exitUsage, `there is no command "tenants"`},
		{"unknown subcommand", reply{}, []string{"tenant", "shwo"}, exitUsage, `there is no command "shwo"`},
		{"unknown flag", reply{}, []string{"tenant", "show", "--colour"}, exitUsage, "See 'pipelinectl tenant show --help'"},
		{"missing argument", reply{}, []string{"source", "show"}, exitUsage, "accepts 1 arg"},
		{"missing flag", reply{}, []string{"tenant", "create", "a"}, exitUsage, `"name" not set`},
		{"unknown format", reply{}, []string{"tenant", "show", "-o", "xml"}, exitUsage, "table or json"},
		{"no day", reply{}, []string{"stats", "--from", "yesterday"}, exitUsage, "is not a day"},
		{"days the wrong way round", reply{}, []string{"stats", "--from", "2026-03-02", "--to", "2026-03-01"}, exitUsage, "before --from"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := newFakeAPI(t).answer("getTenant", test.answer)
			got := run{api: api}.tool(t, test.args...)
			if got.code != test.code || !strings.Contains(got.err, test.err) {
				t.Errorf("code %d, want %d; it says:\n%s\nwant %s", got.code, test.code, got.err, test.err)
			}
			if test.code != exitOK && got.out != "" {
				t.Errorf("a failure wrote to standard output: %s", got.out)
			}
		})
	}
}

// The tests share two APIs, and look at what was asked last: they run one after the other.
func TestTheAddressAndTokenComeFromTheRightPlace(t *testing.T) {
	api, other := newFakeAPI(t), newFakeAPI(t)
	dir := t.TempDir()
	ready := filepath.Join(dir, "ready.json")
	must(t, os.WriteFile(ready, []byte(`{"api_url":"`+api.url+`","admin_token":"of-ready-file","tenants":[{"tenant_id":"tenant_ready"}]}`), 0o600))
	must(t, os.MkdirAll(filepath.Join(dir, "pipelinectl"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "pipelinectl", "config.yaml"), []byte(
		"current: one\nprofiles:\n  one: {api: "+api.url+", token_command: echo of-profile, tenant: tenant_profile}\n  two: {api: "+other.url+"}\n"), 0o600))
	none := map[string]string{"PIPELINE_API": "", "PIPELINE_TOKEN": "", "PIPELINE_TENANT": "", "XDG_CONFIG_HOME": dir}
	tests := []struct {
		name          string
		env           map[string]string
		args          []string
		token, tenant string
		asked         *fakeAPI
	}{
		{"the current profile", nil, nil, "of-profile", "tenant_profile", api},
		{"a flag before the profile", nil, []string{"-t", "tenant_flag"}, "of-profile", "tenant_flag", api},
		{"the environment's token", map[string]string{"PIPELINE_TOKEN": "of-environment"}, nil, "of-environment", "tenant_profile", api},
		{"the environment's command", map[string]string{"PIPELINE_TOKEN_COMMAND": "echo of-command"}, nil, "of-command", "tenant_profile", api},
		{"a ready file before the environment", map[string]string{"PIPELINE_API": other.url, "PIPELINE_TOKEN": "of-environment"}, []string{"--ready-file", ready}, "of-ready-file", "tenant_ready", api},
		{"a ready file of the environment", map[string]string{"PIPELINE_READY_FILE": ready}, nil, "of-ready-file", "tenant_ready", api},
		{"a profile's token stays with its address", nil, []string{"--api", other.url, "-t", "tenant_flag"}, "", "tenant_flag", other},
		{"a ready file's token stays with its address", nil, []string{"--api", other.url, "--ready-file", ready}, "", "tenant_ready", other},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			env := map[string]string{}
			for _, from := range []map[string]string{none, test.env} {
				for name, value := range from {
					env[name] = value
				}
			}
			before := len(test.asked.asked())
			got := run{env: env}.tool(t, append(test.args, "tenant", "show")...)
			calls := test.asked.asked()
			if got.code != exitOK || len(calls) != before+1 {
				t.Fatalf("code %d: %s", got.code, got.err)
			}
			last := calls[len(calls)-1]
			if last.token != test.token || last.path != "/v1/tenants/"+test.tenant {
				t.Errorf("asked for %s with token %q, want %s with %q", last.path, last.token, test.tenant, test.token)
			}
		})
	}
}

func TestATokenIsNotSentUnencrypted(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://api.example.com", "api.example.com", "ftp://api.example.com", ""} {
		got := run{env: map[string]string{"PIPELINE_API": address}}.tool(t, "tenant", "list")
		if got.code != exitUsage {
			t.Errorf("%q: code %d: %s", address, got.code, got.err)
		}
	}
}

func TestATokenDoesNotFollowARedirect(t *testing.T) {
	t.Parallel()
	other := newFakeAPI(t)
	api := newFakeAPI(t).answer("getTenant", reply{status: 307, location: other.url + "/v1/tenants/tenant_demo"})
	got := run{api: api}.tool(t, "tenant", "show")
	if got.code != exitFailed || len(other.asked()) > 0 {
		t.Errorf("code %d, sent on: %+v", got.code, other.asked())
	}
}

func TestAFailingTokenCommandSaysWhy(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{"echo sorry >&2; exit 3": "sorry", "true": "printed nothing"} {
		got := run{api: newFakeAPI(t), env: map[string]string{"PIPELINE_TOKEN": ""}}.tool(t, "tenant", "list", "--token-command", command)
		if got.code != exitFailed || !strings.Contains(got.err, want) {
			t.Errorf("%s: code %d: %s", command, got.code, got.err)
		}
	}
}

func TestJSONIsWhatTheAPISaid(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t)
	for _, args := range [][]string{
		{"tenant", "show"}, {"source", "list"}, {"integration", "list"}, {"workflow", "show"}, {"stats"}, {"budget"},
		{"request", "show", "req_a"}, {"pause"}, {"job", "show", "job_a"}, {"tenant", "list"}, {"request", "list"}, {"doctor"},
	} {
		got := run{api: api}.tool(t, append(args, "-o", "json")...)
		var v map[string]any
		if err := json.Unmarshal([]byte(got.out), &v); err != nil || len(v) == 0 {
			t.Errorf("%v: %v: %s%s", args, err, got.out, got.err)
		}
	}
	got := run{api: api}.tool(t, "tenant", "suspend", "-o", "json")
	if got.code != exitOK || got.out != "" {
		t.Errorf("suspend: code %d, %q", got.code, got.out)
	}
}

func TestWhatCallersWriteCannotDriveTheTerminal(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t).answer("listRequests", reply{status: 200, body: `{"requests":[{"request_id":"req_a","source":"a\u001b[2Jb\u202e\nc","caller":{"name":"","phone":"","email":""}}],"next_page_token":""}`})
	got := run{api: api}.tool(t, "request", "list")
	if strings.ContainsAny(got.out, "\x1b\u202e") || !strings.Contains(got.out, "a\ufffd[2Jb\ufffd c") {
		t.Errorf("printed %q", got.out)
	}
}

func TestAListReadsAsManyPagesAsItNeeds(t *testing.T) {
	t.Parallel()
	row := func(id string) string {
		return `{"request_id":"` + id + `","caller":{"name":"","phone":"","email":""}}`
	}
	pages := []reply{
		{status: 200, body: `{"requests":[` + row("req_a") + `],"next_page_token":"p2"}`},
		{status: 200, body: `{"requests":[],"next_page_token":"p3"}`}, // a filter that few rows pass
		{status: 200, body: `{"requests":[` + row("req_b") + `],"next_page_token":"p4"}`},
		{status: 200, body: `{"requests":[` + row("req_c") + `],"next_page_token":""}`},
	}
	tests := []struct {
		name  string
		args  []string
		paths []string
		rows  int
		more  bool
	}{
		{"two rows", []string{"--limit", "2"}, []string{"limit=2", "limit=1&page_token=p2", "limit=1&page_token=p3"}, 2, true},
		{"every row", []string{"--all", "--words", "a b"}, []string{"limit=100&q=a%20b", "limit=100&page_token=p2&q=a%20b", "limit=100&page_token=p3&q=a%20b", "limit=100&page_token=p4&q=a%20b"}, 3, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := newFakeAPI(t).answer("listRequests", pages...)
			got := run{api: api}.tool(t, append([]string{"request", "list"}, test.args...)...)
			var paths []string
			for _, c := range api.asked() {
				_, query, _ := strings.Cut(c.path, "?")
				paths = append(paths, strings.ReplaceAll(query, "+", "%20"))
			}
			if diff := cmp.Diff(test.paths, paths); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			if n := strings.Count(got.out, "req_"); n != test.rows || strings.Contains(got.err, "There are more") != test.more {
				t.Errorf("%d rows, want %d:\n%s%s", n, test.rows, got.out, got.err)
			}
		})
	}
	if got := (run{api: newFakeAPI(t)}).tool(t, "request", "list", "--limit", "0"); got.code != exitUsage {
		t.Errorf("--limit 0: code %d", got.code)
	}
}

func TestEveryFilterIsSent(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t)
	got := run{api: api}.tool(t, "request", "list", "--status", "completed", "--kind", "call", "--source-id", "callrail", "--source", "Radio",
		"--band", "hot", "--intent", "quote_request", "--project", "kitchen", "--timeline", "immediate", "--budget", "high", "--crm", "done",
		"--phone", "+13035550142", "--email", "jane@example.com", "--words", "quartz", "--after", "2026-03-01", "--before", "2026-03-02T08:00:00Z",
		"--min-score", "0", "--max-score", "90")
	if got.code != exitOK {
		t.Fatal(got.err)
	}
	r, err := http.NewRequest(http.MethodGet, api.asked()[0].path, http.NoBody)
	must(t, err)
	want := map[string]string{
		"limit": "20", "status": "completed", "kind": "call", "source_id": "callrail", "source": "Radio", "score_band": "hot", "intent": "quote_request",
		"project_type": "kitchen", "timeline": "immediate", "budget": "high", "crm_state": "done", "phone": "+13035550142", "email": "jane@example.com",
		"q": "quartz", "received_after": "2026-03-01T00:00:00Z", "received_before": "2026-03-02T08:00:00Z", "min_score": "0", "max_score": "90",
	}
	sent := map[string]string{}
	for name := range r.URL.Query() {
		sent[name] = r.URL.Query().Get(name)
	}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}
