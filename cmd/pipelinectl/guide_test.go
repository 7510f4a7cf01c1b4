package main

import (
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write what the commands print into the guide")

const guide = "../../docs/user/pipelinectl.md"

var (
	consoleBlock = regexp.MustCompile("(?s)```console\n\\$ (.*?)\n(.*?)```\n")
	anyCommand   = regexp.MustCompile(`(?m)pipelinectl ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)`)
)

// The guide's examples run against the document's own example answers, and print what the
// guide says. That shows, too, that each sends what the document allows.
func TestTheGuideShowsWhatCommandsPrint(t *testing.T) {
	path, err := filepath.Abs(guide)
	must(t, err)
	text, err := os.ReadFile(path)
	must(t, err)
	dir := t.TempDir()
	must(t, os.CopyFS(dir, os.DirFS("testdata")))
	t.Chdir(dir)
	got := consoleBlock.ReplaceAllStringFunc(string(text), func(block string) string {
		line := consoleBlock.FindStringSubmatch(block)[1]
		return "```console\n$ " + line + "\n" + printed(t, line) + "```\n"
	})
	if *update {
		must(t, os.WriteFile(path, []byte(got), 0o600))
		return
	}
	if diff := cmp.Diff(string(text), got); diff != "" {
		t.Errorf("go test ./cmd/pipelinectl -run Guide -update corrects the guide (-guide +printed):\n%s", diff)
	}
}

// printed runs one example and returns what a person sees.
func printed(t *testing.T, line string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := run{api: newFakeAPI(t), env: map[string]string{"PIPELINE_TOKEN": newJWT(t)}}
	prepare(t, &r, line, cancel)
	words := splitLine(line)
	if i := slices.Index(words, "<"); i > 0 {
		body, err := os.ReadFile(words[i+1])
		must(t, err)
		r.stdin, words = string(body), words[:i]
	}
	got := r.within(ctx, words[1:]...)
	return got.out + got.err
}

// prepare gives the answers that are not the document's own.
func prepare(t *testing.T, r *run, line string, stop func()) {
	t.Helper()
	none := problem(http.StatusNotFound, "not_found", "There is nothing here that this token may see.", "")
	r.api.answer("getJob", reply{status: 200, body: `{"job_id":"job_4tbgp3yzq2xk7uhv","kind":"import","state":"done","actor":"https://issuer.example.com#ann",
		"created_at":"2026-03-02T16:04:05Z","updated_at":"2026-03-02T16:09:11Z","report":{"calls":310,"imported":310}}`})
	switch {
	case strings.Contains(line, " add "):
		r.api.answer("getSource", none).answer("getIntegration", none)
	case strings.Contains(line, "integration test"):
		r.api.answer("testIntegration", reply{status: 200, body: `{"ok":true,"message":"","problems":[]}`})
	case strings.Contains(line, "notifications test"):
		r.api.answer("testNotification", reply{status: 200, body: `{"ok":true,"message":""}`})
	case strings.Contains(line, "key list"):
		r.api.answer("getSource", reply{status: 200, body: `{"source_id":"callrail","kind":"callrail","signing_keys":["signing","signing_4tbgp3yz"]}`})
	case strings.Contains(line, "erase"), strings.Contains(line, "delete"):
		r.api.answer("getJob", reply{status: 200, body: `{"job_id":"job_4tbgp3yzq2xk7uhv","kind":"erase","state":"done","actor":"https://issuer.example.com#ann",
			"created_at":"2026-03-02T16:04:05Z","updated_at":"2026-03-02T16:04:11Z","report":{"requests":2,"tables":{"requests":2,"transcripts":2},
			"copies":[{"request_id":"req_xw3vhpjm2d5nwkkqk5ul7c2nzi","destination":"hubspot","link":"https://crm.example.com/deals/57","records":[{"type":"contact","id":"51"},{"type":"deal","id":"57"}]}]}}`})
	case strings.Contains(line, "corrections export"): // the document's own cases
	case strings.Contains(line, "reanalyze"):
		r.api.answer("getJob", reply{status: 200, body: `{"job_id":"job_4tbgp3yzq2xk7uhv","kind":"reanalyze","state":"done","actor":"https://issuer.example.com#ann",
			"created_at":"2026-03-02T16:04:05Z","updated_at":"2026-03-02T16:21:11Z","report":{"expected":310,"looked":318,"done":309,"changed":41,"busy":1,"cost_usd":1.42,
			"fields":{"timeline":22,"lead_score":31},"bands":{"warm":{"hot":6,"cold":2}},
			"requests":[{"request_id":"req_xw3vhpjm2d5nwkkqk5ul7c2nzi","from_score":62,"to_score":86,"from_band":"warm","to_band":"hot","fields":["timeline","lead_score"]}]}}`})
	case strings.Contains(line, "export"):
		r.api.answer("getJob", reply{status: 200, body: `{"job_id":"job_4tbgp3yzq2xk7uhv","kind":"export","state":"done","actor":"https://issuer.example.com#ann",
			"created_at":"2026-03-02T16:04:05Z","updated_at":"2026-03-02T16:04:11Z","report":{"requests":2}}`})
	case strings.Contains(line, "req_unknown"):
		r.api.answer("getRequest", none)
	case strings.Contains(line, "request tail"):
		r.api.answer("streamRequests", reply{status: 200, kind: "text/event-stream", body: "id: 1\nevent: request\ndata: " + tailed + "\n\n"},
			reply{status: 200, kind: "text/event-stream"})
		opened := 0
		r.api.onRequest = func(*http.Request) {
			if opened++; opened > 1 {
				stop() // as Ctrl-C does
			}
		}
	case strings.Contains(line, "doctor"):
		r.api.answer("listDeadLetters", reply{status: 200, body: `{"dead_letters":[],"next_page_token":""}`})
	case strings.Contains(line, "token"):
		sandbox := newFakeSandbox(t, true)
		must(t, os.WriteFile("ready.json", []byte(`{"api_url":"`+r.api.url+`","sandbox_url":"`+sandbox+`","api_audience":"a","tenants":[{"tenant_id":"tenant_demo"}]}`), 0o600))
	}
}

const tailed = `{"request_id":"req_xw3vhpjm2d5nwkkqk5ul7c2nzi","received_at":"2026-03-02T16:04:05Z","kind":"call","status":"analyzed","crm_state":"pending","lead_score":86,"score_band":"hot","caller":{"name":"Jane Example","phone":"","email":""},"source":"Google Ads","summary":"Wants a quote."}`

// newJWT returns a token that says when it ends.
func newJWT(t *testing.T) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": "https://issuer.example.com", "role": "platform_admin", "exp": noon.Unix() + 3600,
	}).SignedString([]byte("key"))
	must(t, err)
	return token
}

// newFakeSandbox serves the issuer of a sandbox, or of something that is none.
func newFakeSandbox(t *testing.T, sandbox bool) string {
	t.Helper()
	mux := http.NewServeMux()
	served := httptest.NewServer(mux)
	t.Cleanup(served.Close)
	mux.HandleFunc("GET /oidc/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		about := `{"issuer":"` + served.URL + `/oidc","token_endpoint":"` + served.URL + `/oidc/oauth2/token"`
		if sandbox {
			about += `,"pipeline_sandbox":true`
		}
		write(w, reply{status: 200, body: about + "}"})
	})
	mux.HandleFunc("POST /oidc/oauth2/token", func(w http.ResponseWriter, r *http.Request) {
		write(w, reply{status: 200, body: `{"access_token":"token-of-` + r.PostFormValue("role") + r.PostFormValue("tenant_id") + `"}`})
	})
	return served.URL
}

// splitLine splits a command line as a shell does, as far as the guide needs it.
func splitLine(line string) []string {
	var words []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			words = append(words, part)
			continue
		}
		words = append(words, strings.Fields(part)...)
	}
	return words
}

func TestTheGuideNamesEveryCommandAndNoOther(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	must(t, err)
	root := newRoot(&tool{})
	var named []string
	for _, m := range anyCommand.FindAllStringSubmatch(string(text), -1) {
		cmd, _, err := root.Find(strings.Fields(m[1]))
		if err != nil || cmd == root {
			t.Errorf("the guide names %q, which does not exist", m[0])
			continue
		}
		named = append(named, cmd.CommandPath())
	}
	walk(root, func(cmd *cobra.Command) {
		if cmd.HasParent() && !cmd.HasSubCommands() && cmd.Name() != "help" && cmd.Parent().Name() != "completion" && !slices.Contains(named, cmd.CommandPath()) {
			t.Errorf("the guide does not name %q", cmd.CommandPath())
		}
	})
}

// The other guides use the tool, too; a command that they name must be there with its flags.
func TestEveryDocumentNamesCommandsThatExist(t *testing.T) {
	t.Parallel()
	var files []string
	for _, pattern := range []string{"../../README.md", "../../docs/*.md", "../../docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		must(t, err)
		files = append(files, found...)
	}
	inline := regexp.MustCompile("(?m)(?:`|^|\\$ |&& )pipelinectl ([^`\n|>#]*)")
	message := regexp.MustCompile(`^[a-z -]+: `) // of an error
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		for _, m := range inline.FindAllStringSubmatch(string(text), -1) {
			root := newRoot(&tool{})
			words, _, _ := strings.Cut(m[1], " <")
			if message.MatchString(words) {
				continue
			}
			cmd, rest, err := root.Find(splitLine(words))
			if err != nil || (cmd.HasSubCommands() && len(rest) > 0) {
				t.Errorf("%s: %s: %v", file, m[0], err)
				continue
			}
			err = cmd.ParseFlags(rest)
			if err == nil && !strings.HasPrefix(m[0], "`") { // a line of code, not a name in a sentence
				err = cmd.ValidateArgs(cmd.Flags().Args())
			}
			if err != nil {
				t.Errorf("%s: %s: %v", file, m[0], err)
			}
		}
	}
}

func walk(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, child := range cmd.Commands() {
		walk(child, visit)
	}
}

func TestEveryCommandHasAnExample(t *testing.T) {
	t.Parallel()
	walk(newRoot(&tool{}), func(cmd *cobra.Command) {
		if !cmd.HasParent() || cmd.Name() == "help" || strings.Contains(cmd.CommandPath(), "completion") {
			return
		}
		if cmd.Short == "" || !strings.Contains(cmd.Example, cmd.CommandPath()) && !cmd.HasSubCommands() {
			t.Errorf("%s has no example of itself", cmd.CommandPath())
		}
	})
}
