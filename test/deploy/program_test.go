package deploy

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// copyTree copies what a program that only knows its version is made of, and makes that program.
func copyTree(t *testing.T, to string) {
	t.Helper()
	for _, name := range []string{"go.mod", "go.sum", "pkg/build/build.go", "deploy/compile"} {
		text := must(os.ReadFile(filepath.Join("../..", name)))(t)
		write(t, filepath.Join(to, name), text)
	}
	write(t, filepath.Join(to, "cmd/tiny/main.go"), []byte(`package main

import (
	"os"
	"runtime"

	"github.com/your-org/multi-tenant-pipeline/pkg/build"
)

func main() {
	_, file, _, _ := runtime.Caller(0)
	_, _ = os.Stdout.WriteString(build.Version() + " " + file)
}
`))
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o700); err != nil {
		t.Fatal(err)
	}
}

// Whoever has the source can check that a program was made of it.
func TestTheSameSourceGivesTheSameProgramInAnyDirectory(t *testing.T) {
	t.Parallel()
	var programs [][]byte
	for _, name := range []string{"one", "another/one"} {
		tree, out := filepath.Join(t.TempDir(), name), t.TempDir()
		copyTree(t, tree)
		cmd := exec.CommandContext(t.Context(), "deploy/compile", out, "./cmd/tiny")
		cmd.Dir = tree
		cmd.Env = append(os.Environ(), "VERSION="+version)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("compile: %v\n%s", err, text)
		}
		program := filepath.Join(out, "tiny")
		programs = append(programs, must(os.ReadFile(program))(t))
		said := string(must(exec.CommandContext(t.Context(), program).Output())(t))
		if want := version + " github.com/your-org/multi-tenant-pipeline/cmd/tiny/main.go"; said != want {
			t.Errorf("it says of itself %q, want %q", said, want)
		}
	}
	if !bytes.Equal(programs[0], programs[1]) {
		t.Error("two builds of the same source differ")
	}
}

func TestTheSameProgramsGiveTheSameArchives(t *testing.T) {
	t.Parallel()
	var sums []string
	for range 2 {
		p := newProject(t, newWorld("us-central1"))
		p.write("LICENSE", "MIT")
		if p.run("archive") != "" {
			t.Fatal("archive failed")
		}
		sums = append(sums, p.read("build/dist/SHA256SUMS"))
	}
	if sums[0] != sums[1] {
		t.Errorf("they differ:\n%s\n%s", sums[0], sums[1])
	}
	for _, platform := range []string{"linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64", "windows-amd64"} {
		if !strings.Contains(sums[0], "  pipeline-"+version+"-"+platform+".tar.gz\n") {
			t.Errorf("there is none for %s:\n%s", platform, sums[0])
		}
	}
	distinct := map[string]bool{}
	for line := range strings.Lines(sums[0]) {
		distinct[line[:64]] = true
	}
	if len(distinct) != 5 {
		t.Errorf("%d archives differ, want all 5: each is for one system", len(distinct))
	}
}

// The flags of a release that do not change what a program does are left out, since they would make the
// compiler begin anew.
func TestEveryProgramSaysItsVersionAndStopsWhenToldTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", dir+"/",
		"-ldflags=-s -w -X github.com/your-org/multi-tenant-pipeline/pkg/build.version="+version, "./cmd/...")
	build.Dir = "../.."
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, text)
	}
	for _, entry := range must(os.ReadDir("../../cmd"))(t) {
		name := entry.Name()
		program := filepath.Join(dir, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), program, "--version").Output()
			if err != nil || !strings.HasPrefix(string(out), name+" ") || !strings.HasSuffix(string(out), " "+version+"\n") {
				t.Errorf("%s --version says %q, %v", name, out, err)
			}
		})
	}
	for _, name := range order {
		t.Run(name+" stops", func(t *testing.T) {
			t.Parallel()
			stops(t, filepath.Join(dir, name))
		})
	}
}

// stops starts a service whose neighbours are all away, and tells it to stop when it listens. Cloud
// Run kills after ten seconds; how long it takes is a test of pkg/server, with a clock of its own.
func stops(t *testing.T, program string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program)
	cmd.WaitDelay = time.Minute
	cmd.Env = []string{
		"PORT=0", "LISTEN_HOST=127.0.0.1", "LOG_FORMAT=json", "GOOGLE_CLOUD_PROJECT=acme-leads", "RECORDINGS_BUCKET=acme-leads-recordings",
		"PUSH_AUDIENCE=https://x.acme-leads.internal", "PUSH_SERVICE_ACCOUNT=x@acme-leads.iam.gserviceaccount.com",
		"SPANNER_EMULATOR_HOST=127.0.0.1:1", "PUBSUB_EMULATOR_HOST=127.0.0.1:1", "STORAGE_EMULATOR_HOST=127.0.0.1:1",
		"SECRETMANAGER_ENDPOINT=http://127.0.0.1:1", "SPEECH_ENDPOINT=http://127.0.0.1:1", "GEMINI_BASE_URL=http://127.0.0.1:1",
	}
	stderr := must(cmd.StderrPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		log.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), `"listening"`) {
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(log.String(), `"listening"`) {
		t.Errorf("ended with %v:\n%s", err, log.String())
	}
}
