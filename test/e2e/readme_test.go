package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	bashBlock = regexp.MustCompile("(?s)```bash\n(.*?)\n```")
	withCurl  = regexp.MustCompile(`(?m)^curl `)
)

// TestTheReadmesExamplesWork runs what a reader copies, with what make run printed.
func TestTheReadmesExamplesWork(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("curl is not installed")
	}
	content, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	ready := start(t, nil, "-no-samples")
	demo := ready.Tenants[0]
	ran := 0
	for _, block := range bashBlock.FindAllStringSubmatch(string(content), -1) {
		if !withCurl.MatchString(block[1]) {
			continue
		}
		ran += len(withCurl.FindAllString(block[1], -1))
		run := exec.CommandContext(t.Context(), "bash", "-euc", prepare(t, block[1]))
		run.Dir = root
		run.Env = append(os.Environ(),
			"WEBHOOK_URL="+ready.WebhookURL, "SIGNING_KEY="+demo.SigningKey, "API_URL="+ready.APIURL,
			"TOKEN="+demo.Token, "ADMIN_TOKEN="+ready.AdminToken)
		run.WaitDelay = time.Second
		if out, err := run.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s\n%s", err, block[1], out)
		}
	}
	if ran < 7 {
		t.Errorf("%d examples were found: the test no longer sees them", ran)
	}
}

// prepare makes a block end at its first failure: curl says nothing of a refusal by itself. The
// variables are set already, and pipelinectl is built.
func prepare(t *testing.T, block string) string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(block) {
		if !strings.HasPrefix(line, "export ") && !strings.HasPrefix(line, "go build ") {
			lines = append(lines, line)
		}
	}
	script := withCurl.ReplaceAllString(strings.Join(lines, ""), "curl --fail-with-body -sS ")
	return strings.ReplaceAll(script, "build/bin/pipelinectl", binary(t, "pipelinectl"))
}
