package deploy

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// noSleep keeps a stand-in that was built with the race detector from sleeping a second before it ends.
const noSleep = "GORACE=atexit_sleep_ms=0"

// project is a checkout with the scripts, and the world that their commands see.
type project struct {
	t    *testing.T
	dir  string // the checkout
	bin  string // the stand-ins, first on PATH
	data string // the world

	extra []string // environment
	out   string   // all that the scripts printed
}

// newProject returns a checkout in which everything up to the step before the release has been done.
func newProject(t *testing.T, w *world) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir(), bin: t.TempDir(), data: t.TempDir()}
	for _, name := range []string{"deploy", "build", "build/images", "build/sbom", "build/release", "terraform"} {
		p.must(os.MkdirAll(filepath.Join(p.dir, name), 0o700))
	}
	for _, name := range scripts(t) {
		p.must(os.Symlink(must(filepath.Abs(filepath.Join("../../deploy", name)))(t), filepath.Join(p.dir, "deploy", name)))
	}
	self := must(os.Executable())(t)
	for _, name := range []string{"gcloud", "terraform", "docker", "curl", "go", "pipelinectl"} {
		p.must(os.Symlink(self, filepath.Join(p.bin, name)))
	}
	p.must(os.Symlink(self, filepath.Join(p.dir, "build/release/pipelinectl")))
	p.write("build/deployment.env", deployment(regions(w)...))
	for _, image := range append([]string{"migrate"}, order...) {
		p.write("build/images/"+image, digestOf(image, version)+"\n")
		p.write("build/sbom/"+image+".bom.json", `{"bomFormat":"CycloneDX","specVersion":"1.5"}`)
	}
	p.must(w.save(p.data))
	return p
}

func regions(w *world) []string {
	var found []string
	for key := range w.Services {
		if _, region, _ := strings.Cut(key, " "); !slices.Contains(found, region) {
			found = append(found, region)
		}
	}
	slices.Sort(found)
	return found
}

// scripts returns the files of deploy/ that are run, and the one that they share.
func scripts(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, entry := range must(os.ReadDir("../../deploy"))(t) {
		if name := entry.Name(); entry.Type().IsRegular() && (name == "lib.sh" || filepath.Ext(name) == "") && name != "Dockerfile" {
			found = append(found, name)
		}
	}
	return found
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func (p *project) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *project) write(name, text string) {
	p.t.Helper()
	p.must(os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600))
}

func (p *project) read(name string) string {
	p.t.Helper()
	return string(must(os.ReadFile(filepath.Join(p.dir, name)))(p.t))
}

// run runs scripts, one after the other as Cloud Build does, until one fails. It returns the one
// that did, empty if none did.
func (p *project) run(names ...string) (failed string) {
	p.t.Helper()
	for _, name := range names {
		if !p.script(name) {
			return name
		}
	}
	return ""
}

func (p *project) script(name string) bool {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), "deploy/"+name)
	cmd.Dir = p.dir
	cmd.Env = append([]string{
		"PATH=" + p.bin + ":/usr/bin:/bin", directoryVariable + "=" + p.data, "HOME=" + p.data, "TMPDIR=" + p.data, noSleep,
		"PROJECT_ID=" + projectID, "_VERSION=" + version, "_REGION=us-central1", "BUILD_ID=5e7b0a6c-0000",
		"SOAK=0", "SMOKE_PAUSE=0", "SMOKE_TIMEOUT=120", "HEALTH_TRIES=0", "HEALTH_PAUSE=0",
	}, p.extra...)
	out, err := cmd.CombinedOutput()
	p.out += string(out)
	p.t.Logf("deploy/%s:\n%s", name, bytes.TrimSpace(out))
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return err == nil
}

// world returns the project as the scripts left it.
func (p *project) world() *world {
	p.t.Helper()
	return must(load(p.data))(p.t)
}

// change changes the world between two runs.
func (p *project) change(fn func(*world)) {
	p.t.Helper()
	w := p.world()
	fn(w)
	p.must(w.save(p.data))
}

// wantServing checks which revision has all the traffic of every service: the last digit of its name.
func (p *project) wantServing(number string) {
	p.t.Helper()
	w := p.world()
	for key := range w.Services {
		name, _, _ := strings.Cut(key, " ")
		if shares := w.serving(key); shares[name+"-0000"+number] != 100 {
			p.t.Errorf("%s serves from %v, want all from revision %s", key, shares, number)
		}
	}
}

// realGcloud finds the gcloud of this machine, if there is one.
func realGcloud(ctx context.Context) (string, bool) {
	path, err := exec.LookPath("gcloud")
	if err != nil {
		return "", false
	}
	return path, exec.CommandContext(ctx, path, "version").Run() == nil
}

// left returns what the scripts left in the directory for temporary files.
func (p *project) left() ([]string, error) { return filepath.Glob(filepath.Join(p.data, "tmp.*")) }

// help runs a script with one argument and returns what it printed on its standard output, empty if it failed.
func (p *project) help(name, argument string) string {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), "deploy/"+name, argument)
	cmd.Dir = p.dir
	cmd.Env = []string{"PATH=" + p.bin + ":/usr/bin:/bin", directoryVariable + "=" + p.data, noSleep}
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return string(out)
}
