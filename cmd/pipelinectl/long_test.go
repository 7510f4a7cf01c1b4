package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func job(state string) reply {
	return reply{status: 200, body: `{"job_id":"job_a","kind":"import","state":"` + state + `","actor":"ann","created_at":"2026-03-02T16:04:05Z","updated_at":"2026-03-02T16:04:05Z","report":{"imported":1234567}}`}
}

func TestAJobIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	away := reply{status: 503, kind: "text/plain"}
	tests := []struct {
		name string
		jobs []reply
		code int
		want string
	}{
		{"done", []reply{job("running"), job("running"), job("done")}, exitOK, "imported  1234567"},
		{"failed", []reply{job("running"), job("failed")}, exitFailed, "job resume job_a"},
		{"paused", []reply{job("running"), job("paused")}, exitFailed, "is paused"},
		{"an API that is away for a moment", []reply{job("running"), away, away, away, job("done")}, exitOK, "State    done"},
		{"an API that stays away", []reply{job("running"), away}, exitFailed, "answered 503"},
		{"a job that is gone", []reply{job("running"), notFound}, exitNotFound, "not_found"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := run{api: newFakeAPI(t).answer("getJob", test.jobs...)}.tool(t, "job", "show", "job_a", "--wait")
			if got.code != test.code || !strings.Contains(got.out+got.err, test.want) {
				t.Errorf("code %d, want %d: %s%s", got.code, test.code, got.out, got.err)
			}
		})
	}
}

func TestProgressIsForPeopleAlone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		watched bool
		args    []string
		want    bool
	}{
		{"on a terminal", true, nil, true},
		{"in a file", false, nil, false},
		{"as JSON", true, []string{"-o", "json"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := newFakeAPI(t).answer("getJob", job("running"), job("running"), job("done"))
			got := run{api: api, watched: test.watched}.tool(t, append([]string{"job", "show", "job_a", "--wait"}, test.args...)...)
			if shown := strings.Contains(got.err, "import job_a: running, imported 1234567"); got.code != exitOK || shown != test.want {
				t.Errorf("code %d, progress %q", got.code, got.err)
			}
		})
	}
}

func TestAnImportGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	for state, resumed := range map[string]bool{"paused": true, "failed": true, "running": false, "done": false} {
		api := newFakeAPI(t).answer("getJob", job(state), job("done"))
		got := run{api: api}.tool(t, "import", "--job", "job_a")
		if did := slices.ContainsFunc(api.asked(), func(c call) bool { return c.operation == "resumeJob" }); got.code != exitOK || did != resumed {
			t.Errorf("%s: code %d, resumed %v: %s", state, got.code, did, got.err)
		}
	}
}

func TestAnEstimateBeginsNothing(t *testing.T) {
	t.Parallel()
	empty := newFakeAPI(t).answer("createImport", reply{status: 200, body: `{"calls":0,"recorded":0,"minutes":0,"cost_usd":0}`})
	for _, r := range []struct {
		api  *fakeAPI
		args []string
	}{
		{newFakeAPI(t), []string{"import", "--from", "2026-01-01", "--estimate"}},
		{empty, []string{"import", "--from", "2026-01-01", "--yes"}}, // nothing to import
	} {
		got := run{api: r.api}.tool(t, r.args...)
		calls := changes(r.api.asked())
		if got.code != exitOK || len(calls) != 1 || !strings.Contains(calls[0].body, `"estimate":true`) {
			t.Errorf("%v: code %d, %+v: %s", r.args, got.code, calls, got.err)
		}
	}
}

func TestTailGoesOnWhereTheStreamBroke(t *testing.T) {
	t.Parallel()
	event := func(id string) string { return "id: " + id + "\nevent: request\ndata: " + tailed + "\n\n" }
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	api := newFakeAPI(t).answer("streamRequests",
		reply{status: 200, kind: "text/event-stream", body: "event: ping\ndata:\n\n" + event("1") + event("2")},
		reply{status: 503, kind: "text/plain"},
		reply{status: 200, kind: "text/event-stream", body: event("3")})
	var from []string
	api.onRequest = func(r *http.Request) {
		if from = append(from, r.Header.Get("Last-Event-ID")); len(from) == 4 {
			stop() // as Ctrl-C does
		}
	}
	got := run{api: api}.within(ctx, "request", "tail", "-o", "json")
	if got.code != exitOK || strings.Count(got.out, "\n") != 3 || strings.Count(got.out, "req_") != 3 {
		t.Errorf("code %d: %s%s", got.code, got.out, got.err)
	}
	if want := []string{"", "2", "2", "3"}; !slices.Equal(from, want) {
		t.Errorf("went on from %q, want %q", from, want)
	}
}

func TestTailEndsWhenItIsNotAllowed(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t).answer("streamRequests", problem(403, "insufficient_role", "No.", ""))
	if got := (run{api: api}).tool(t, "request", "tail"); got.code != exitNotAllowed {
		t.Errorf("code %d: %s", got.code, got.err)
	}
}

func TestOnlyASandboxHereIsAskedForTokens(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, sandbox string
		args          []string
		code          int
		want          string
	}{
		{"a tenant's role", newFakeSandbox(t, true), []string{"--role", "tenant_viewer"}, exitOK, "token-of-tenant_viewertenant_demo"},
		{"the platform's role", newFakeSandbox(t, true), []string{"--role", "platform_admin"}, exitOK, "token-of-platform_admin\n"},
		{"an issuer that is no sandbox's", newFakeSandbox(t, false), nil, exitFailed, "not a sandbox's"},
		{"an issuer elsewhere", "https://accounts.example.com", nil, exitUsage, "not on this machine"},
		{"none", "", nil, exitUsage, "which sandbox"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"token", "--audience", "a", "--sandbox", test.sandbox}, test.args...)
			got := run{}.tool(t, args...)
			if got.code != test.code || !strings.Contains(got.out+got.err, test.want) {
				t.Errorf("code %d: %s%s", got.code, got.out, got.err)
			}
		})
	}
}
