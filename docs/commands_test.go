package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	local   = regexp.MustCompile("(?ms)^```bash local\n(.*?)^```")
	runbook = regexp.MustCompile(`(?m)^ *runbook: (\S+)$`)
	each    = regexp.MustCompile(`(?m)^ *each: \[(.*)\]$`)
)

// Commands in a block that is marked "bash local" need nothing but this repository: whoever
// copies them gets what we get.
func TestLocalCommandsRun(t *testing.T) {
	t.Parallel()
	ran := 0
	for _, d := range documents(t) {
		for _, m := range local.FindAllStringSubmatch(written(t, d.name), -1) {
			ran++
			if out, err := run(t, m[1]); err != nil {
				t.Errorf("%s: %v\n%s\n%s", d.name, err, m[1], out)
			}
		}
	}
	if ran < 3 {
		t.Errorf("%d blocks were found: the test no longer sees them", ran)
	}
}

func TestALocalCommandThatFailsIsSeen(t *testing.T) {
	t.Parallel()
	for commands, good := range map[string]bool{"true\n": true, "false\ntrue\n": false, "test -f go.mod\n": true, "echo $PIPELINE_TOKEN_OF_NOBODY\n": false} {
		if _, err := run(t, commands); (err == nil) != good {
			t.Errorf("%q: %v, want it good %v", commands, err, good)
		}
	}
}

// run runs commands as a reader would, in the repository's root, with none of the deployment's settings.
func run(t *testing.T, commands string) (out []byte, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", commands)
	cmd.Dir = root
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "PIPELINE_") || strings.HasPrefix(v, "GOOGLE_") || strings.HasPrefix(v, "SIGNING_KEY=")
	})
	return cmd.CombinedOutput()
}

// An alert that links nowhere leaves whoever is on call alone.
func TestEveryAlertHasItsRunbook(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "terraform", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for alert := range strings.SplitSeq(string(content), "\n- ") {
			for _, target := range runbooks(alert) {
				checked++
				if problem := follow(t, document{name: "docs/runbooks/README.md"}, target); problem != "" {
					t.Errorf("%s: %s: %s", filepath.Base(file), target, problem)
				}
			}
		}
	}
	if checked < 30 {
		t.Errorf("%d alerts were found: the test no longer sees them", checked)
	}
}

// runbooks returns where an alert links, for each of the names that it is made for.
func runbooks(alert string) []string {
	m := runbook.FindStringSubmatch(alert)
	if m == nil {
		return nil
	}
	list := each.FindStringSubmatch(alert)
	if list == nil {
		return []string{m[1]}
	}
	var all []string
	for name := range strings.SplitSeq(list[1], ",") {
		all = append(all, strings.ReplaceAll(m[1], "$each", strings.TrimSpace(name)))
	}
	return all
}

func TestAnAlertWithoutARunbookIsSeen(t *testing.T) {
	t.Parallel()
	alert := "name: $each-errors\n  each: [push, nobody]\n  runbook: $each.md#errors"
	got := runbooks(alert)
	if !slices.Equal(got, []string{"push.md#errors", "nobody.md#errors"}) {
		t.Fatalf("got %v", got)
	}
	for i, good := range []bool{true, false} {
		if problem := follow(t, document{name: "docs/runbooks/README.md"}, got[i]); (problem == "") != good {
			t.Errorf("%s: %q", got[i], problem)
		}
	}
}
