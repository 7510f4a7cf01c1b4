package deploy

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"google.golang.org/api/cloudbuild/v1"
)

// build reads cloudbuild.yaml as Cloud Build does: a field that its API does not have is an error.
func build(t *testing.T) (*cloudbuild.Build, string) {
	t.Helper()
	text := must(os.ReadFile("../../cloudbuild.yaml"))(t)
	var document any
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	asJSON := must(json.Marshal(document))(t)
	decoder := json.NewDecoder(bytes.NewReader(asJSON))
	decoder.DisallowUnknownFields()
	var b cloudbuild.Build
	if err := decoder.Decode(&b); err != nil {
		t.Fatal(err)
	}
	return &b, string(asJSON)
}

func TestTheBuildRunsTheScriptsInOrder(t *testing.T) {
	t.Parallel()
	b, _ := build(t)
	var got []string
	for _, step := range b.Steps {
		if len(step.WaitFor) > 0 {
			t.Errorf("%s does not wait for all that stand before it", step.Id)
		}
		if step.AllowFailure || len(step.AllowExitCodes) > 0 {
			t.Errorf("%s may fail", step.Id)
		}
		if step.Script == "" {
			continue
		}
		got = append(got, step.Script)
		if step.Entrypoint != "" || len(step.Args) > 0 {
			t.Errorf("%s has a script, with which entrypoint and args are not allowed", step.Id)
		}
		file, err := os.Stat(filepath.Join("../..", step.Script))
		if err != nil || file.Mode().Perm()&0o111 == 0 {
			t.Errorf("%s cannot be run: %v", step.Script, err)
		}
		if filepath.Base(step.Script) != step.Id {
			t.Errorf("the step %s runs %s", step.Id, step.Script)
		}
	}
	want := []string{
		"deploy/lock", "deploy/bootstrap", "tools/assets", "deploy/check", "deploy/terraform", "deploy/image", "deploy/sbom", "deploy/attach",
		"deploy/migrate", "deploy/release", "deploy/traffic", "deploy/smoke", "deploy/finish",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the steps differ (-want +got):\n%s", diff)
	}
}

func TestEveryServiceOfTerraformHasAnImageThatIsVouchedForAndDeployed(t *testing.T) {
	t.Parallel()
	b, _ := build(t)
	want := []string{"migrate"}
	pipeline := string(must(os.ReadFile("../../terraform/pipeline.tf"))(t))
	_, flow, _ := strings.Cut(pipeline, "\n  flow = {\n")
	for _, m := range regexp.MustCompile(`(?m)^    (\w+) = \{$`).FindAllStringSubmatch(flow, -1) {
		want = append(want, m[1])
	}
	slices.Sort(want)
	var got []string
	for _, image := range b.Images {
		m := regexp.MustCompile(`^\$\{_REGION\}-docker\.pkg\.dev/\$\{PROJECT_ID\}/pipeline/(\w+):\$\{BUILD_ID\}$`).FindStringSubmatch(image)
		if m == nil {
			t.Errorf("the image %s is not one of ours", image)
			continue
		}
		got = append(got, m[1])
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("images differ (-terraform +cloudbuild.yaml):\n%s", diff)
	}
	if deployed := slices.Sorted(slices.Values(append([]string{"migrate"}, order...))); !slices.Equal(want, deployed) {
		t.Errorf("a release reaches %v, want %v", deployed, want)
	}
	for _, name := range want {
		if _, err := os.Stat(filepath.Join("../../cmd", name)); err != nil {
			t.Errorf("no program is called %s", name)
		}
	}
	if b.Options.RequestedVerifyOption != "VERIFIED" {
		t.Error("nobody asks Cloud Build to vouch for them")
	}
}

// builtin are Cloud Build's own substitutions that we use.
var builtin = []string{"PROJECT_ID", "BUILD_ID", "LOCATION", "TAG_NAME", "SHORT_SHA"}

func TestEverySubstitutionIsDefinedAndUsed(t *testing.T) {
	t.Parallel()
	b, text := build(t)
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(text, -1) {
		used[m[1]] = true
	}
	for name := range used {
		if _, defined := b.Substitutions[name]; !defined && !slices.Contains(builtin, name) {
			t.Errorf("cloudbuild.yaml uses $%s, which nobody defines", name)
		}
	}
	var shell strings.Builder
	for _, name := range scripts(t) {
		shell.Write(must(os.ReadFile(filepath.Join("../../deploy", name)))(t))
	}
	for name := range b.Substitutions {
		if !used[name] && !strings.Contains(shell.String(), "${"+name+":-") {
			t.Errorf("nothing reads the substitution %s", name)
		}
	}
	for _, m := range regexp.MustCompile(`\$\{(_[A-Z]\w*)`).FindAllStringSubmatch(shell.String(), -1) {
		if _, defined := b.Substitutions[m[1]]; !defined {
			t.Errorf("a script reads %s, which cloudbuild.yaml does not define", m[1])
		}
	}
	if !b.Options.AutomapSubstitutions || b.Options.SubstitutionOption != "ALLOW_LOOSE" {
		t.Error("scripts would not see the substitutions, or Cloud Build would refuse those that only scripts use")
	}
}

// What cannot be pinned by digest here is pinned by its version at least.
func TestStepsRunInImagesOfAVersion(t *testing.T) {
	t.Parallel()
	b, _ := build(t)
	for _, step := range b.Steps {
		_, tag, _ := strings.Cut(step.Name, ":")
		if step.Name != "gcr.io/cloud-builders/docker" && !regexp.MustCompile(`^\d+\.\d+`).MatchString(tag) {
			t.Errorf("%s runs in %s", step.Id, step.Name)
		}
	}
	if mod := string(must(os.ReadFile("../../go.mod"))(t)); !strings.Contains(mod, "\ngo 1.26") {
		t.Error("go.mod asks for another Go than golang:1.26 has: change cloudbuild.yaml and deploy/Dockerfile")
	}
}

// Every command that the scripts give to gcloud is understood by the real one, as far as that reads it
// before it asks who we are. It says so in its own words.
func TestGcloudUnderstandsTheCommands(t *testing.T) {
	t.Parallel()
	gcloud, ok := realGcloud(t.Context())
	if !ok {
		t.Skip("there is no gcloud on this machine")
	}
	if testing.Short() {
		t.Skip("takes seconds for each command")
	}
	p := newProject(t, newWorld("us-central1"))
	p.write("x.tfvars", "")
	p.extra = []string{"TFVARS=x.tfvars"}
	if failed := p.run(append([]string{"lock", "bootstrap", "terraform", "attach"}, releaseSteps...)...); failed != "" {
		t.Fatalf("deploy/%s failed", failed)
	}
	seen := map[string]bool{}
	for _, c := range p.world().Calls {
		if c.Args[0] != "gcloud" || seen[c.kind()] || slices.Contains(c.Args, "get-value") {
			continue
		}
		seen[c.kind()] = true
		cmd := exec.CommandContext(t.Context(), gcloud, c.Args[1:]...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.data, "CLOUDSDK_CONFIG=" + p.data, "CLOUDSDK_CORE_DISABLE_PROMPTS=1", "CLOUDSDK_CORE_PROJECT=" + projectID}
		cmd.Dir = p.dir
		if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), "active account") && !strings.Contains(string(out), "JSON file") {
			t.Errorf("%s:\n%s", c.Line, out)
		}
	}
	if len(seen) < 15 {
		t.Errorf("only %d kinds of commands were tried", len(seen))
	}
}

// kind is the command with the names of its flags.
func (c *call) kind() string {
	var words []string
	for i, a := range c.Args {
		name, _, isFlag := strings.Cut(a, "=")
		if i < 4 && !strings.HasPrefix(a, "--") || isFlag || strings.HasPrefix(a, "--") {
			words = append(words, name)
		}
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return slices.Contains(order, w) }), " ")
}
