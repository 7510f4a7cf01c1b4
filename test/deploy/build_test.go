package deploy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestASecondBuildWaitsForNothingAndStopsAtOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first string
		fails string
	}{
		"nobody else":   {"", ""},
		"this one":      {"5e7b0a6c-0000\n", ""},
		"an older one":  {"0a0a0a0a-0000\n", "lock"},
		"it cannot ask": {"?", "lock"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld("us-central1")
			w.Faults = []fault{{Match: `builds list .*--ongoing`, Print: test.first}}
			if test.first == "?" {
				w.Faults[0].Code = 1
			}
			p := newProject(t, w)
			if failed := p.run("lock", "bootstrap"); failed != test.fails {
				t.Errorf("deploy/%s failed, want %q", failed, test.fails)
			}
		})
	}
}

func TestBootstrapMakesTheStateBucketOnce(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1"))
	if failed := p.run("bootstrap"); failed != "" {
		t.Fatal("bootstrap failed")
	}
	wantOrder(t, p.world(), `services enable`, `testIamPermissions`, `buckets create`)
	if failed := p.run("bootstrap"); failed != "" {
		t.Fatal("bootstrap failed the second time")
	}
	made := p.world().lines(`buckets create`)
	if len(made) != 1 || !strings.Contains(made[0], "--uniform-bucket-level-access --public-access-prevention") {
		t.Errorf("made %q, want one bucket that is not public", made)
	}
}

func TestBootstrapSaysHowAnAccountIsAllowedToSetUpTheProject(t *testing.T) {
	t.Parallel()
	w := newWorld("us-central1")
	w.Faults = []fault{{Match: `testIamPermissions`, Print: `{"permissions": ["serviceusage.services.enable"]}`}}
	p := newProject(t, w)
	if p.run("bootstrap") != "bootstrap" || len(p.world().lines("buckets create")) > 0 {
		t.Error("it went on")
	}
	if want := "add-iam-policy-binding acme-leads --member=user:someone@example.com --role=roles/owner"; !strings.Contains(p.out, want) {
		t.Errorf("it did not say: %s", want)
	}
}

func TestTerraformAppliesAndSaysWhereEverythingIs(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1", "us-east1"))
	p.must(os.Remove(filepath.Join(p.dir, "build/deployment.env")))
	if failed := p.run("terraform"); failed != "" {
		t.Fatal("terraform failed")
	}
	w := p.world()
	wantOrder(t, w, `terraform .* init`, `terraform .* apply .*-var=project_id=acme-leads`, `terraform .* output -raw deployment`)
	if got, want := p.read("build/deployment.env"), deployment("us-central1", "us-east1"); got != want {
		t.Errorf("wrote down:\n%s", cmp.Diff(want, got))
	}
	if got := p.read("terraform/backend_override.tf"); !strings.Contains(got, `bucket = "acme-leads-terraform"`) {
		t.Errorf("the state is kept by:\n%s", got)
	}
}

// Terraform does not run it, and a search or a database role that the schema lacks would be refused to every service.
func TestMigrateRunsAgainWhenItIsToldSomethingElse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		told []string // before the apply, and after it
		runs int
		bad  bool // the job fails
	}{
		"the first apply, without an image": {[]string{"", "one"}, 0, false},
		"nothing that it is told":           {[]string{"one", "one"}, 0, false},
		"what it is told":                   {[]string{"one", "two"}, 1, false},
		"what it is told, and it fails":     {[]string{"one", "two"}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld("us-central1", "us-east1")
			w.Migrate = test.told
			if test.bad {
				w.Faults = []fault{{Match: `jobs execute`, Code: 1}}
			}
			p := newProject(t, w)
			if failed := p.run("terraform"); (failed != "") != test.bad {
				t.Errorf("deploy/%s failed, want a failure: %t", failed, test.bad)
			}
			if ran := p.world().lines(`jobs execute migrate --region=us-central1 --wait$`); len(ran) != test.runs {
				t.Errorf("it ran as %v, want %d times", ran, test.runs)
			}
		})
	}
}

// Without this a build without variables would put a deployment in three regions back to one.
func TestTheVariablesOfOneApplyAreThoseOfTheNext(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1"))
	p.write("prod.tfvars", "regions = [\"us-central1\"]\n")
	p.extra = []string{"_TFVARS=prod.tfvars"}
	if failed := p.run("terraform"); failed != "" {
		t.Fatal("terraform failed")
	}
	p.extra = nil
	p.must(os.Remove(filepath.Join(p.dir, "build/pipeline.tfvars")))
	if failed := p.run("terraform"); failed != "" {
		t.Fatal("terraform failed the second time")
	}
	if got := p.read("build/pipeline.tfvars"); got != "regions = [\"us-central1\"]\n" {
		t.Errorf("the second apply was given %q", got)
	}
}

func TestAFailedApplyEndsTheBuildAndKeepsNoVariables(t *testing.T) {
	t.Parallel()
	w := newWorld("us-central1")
	w.Faults = []fault{{Match: `terraform .* apply`, Code: 1}}
	p := newProject(t, w)
	p.write("prod.tfvars", "regions = []\n")
	p.extra = []string{"TFVARS=prod.tfvars"}
	if p.run("terraform", "image") != "terraform" {
		t.Error("it went on")
	}
	if _, kept := p.world().Objects["gs://acme-leads-terraform/pipeline.tfvars"]; kept {
		t.Error("variables were kept that cannot be applied")
	}
}

// The smoke test signs as the canary, which the role of an owner does not allow.
func TestWhoeverAppliesMaySignAsTheCanary(t *testing.T) {
	t.Parallel()
	for account, member := range map[string]string{
		"you@example.com": "user:you@example.com",
		"12345-compute@developer.gserviceaccount.com":       "serviceAccount:12345-compute@developer.gserviceaccount.com",
		"pipeline-build@acme-leads.iam.gserviceaccount.com": "serviceAccount:pipeline-build@acme-leads.iam.gserviceaccount.com",
	} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			w := newWorld("us-central1")
			w.Faults = []fault{{Match: `config get-value account`, Print: account + "\n"}}
			p := newProject(t, w)
			if failed := p.run("terraform"); failed != "" {
				t.Fatal("terraform failed")
			}
			wantOrder(t, p.world(), `terraform .* apply`, `terraform .* output -raw deployment`,
				`iam service-accounts add-iam-policy-binding pipeline-canary@\S+ --member=`+member+` --role=roles/iam\.serviceAccountTokenCreator$`)
		})
	}
}

func TestNobodyIsLeftUnableToSignUnnoticed(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fault{
		"it cannot be granted":  {Match: `service-accounts add-iam-policy-binding`, Code: 1},
		"gcloud has no account": {Match: `config get-value account`},
		"gcloud cannot say who": {Match: `config get-value account`, Code: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld("us-central1")
			w.Faults = []fault{f}
			if newProject(t, w).run("terraform") != "terraform" {
				t.Error("it went on")
			}
		})
	}
}

func TestWithoutApplyNothingIsChanged(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1"))
	p.extra = []string{"_APPLY=false"}
	if failed := p.run("bootstrap", "terraform"); failed != "" {
		t.Fatalf("deploy/%s failed", failed)
	}
	if changed := p.world().lines(`apply|create|enable|update|binding`); len(changed) > 0 {
		t.Errorf("changed by %v", changed)
	}
}

func TestImagesAreElsewhereThanTheBuildSays(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1"))
	p.extra = []string{"_REGION=europe-west1"}
	if p.run("terraform") != "terraform" || !strings.Contains(p.out, "_REGION") {
		t.Error("nobody said so")
	}
}

func TestImagesArePushedOnceAndNamedByDigest(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1"))
	if failed := p.run("image"); failed != "" {
		t.Fatal("image failed")
	}
	wantOrder(t, p.world(), `--target=programs`, `docker tag`)
	if failed := p.run("image"); failed != "" {
		t.Fatal("image failed when the images were there")
	}
	w := p.world()
	for _, line := range w.lines(`docker (build|pull) `) {
		if !strings.Contains(line, " --platform=linux/amd64 ") { // Cloud Run's, on whatever machine this runs
			t.Errorf("this is about an image for another kind of machine: %s", line)
		}
	}
	for _, image := range append([]string{"migrate"}, order...) {
		if pushed := w.lines(`docker push .*/` + image + `:` + version + `$`); len(pushed) != 1 {
			t.Errorf("%s was pushed %d times", image, len(pushed))
		}
		if tagged := w.lines(`docker tag .*/` + image + `:5e7b0a6c-0000$`); len(tagged) != 2 {
			t.Errorf("%s has the tag by which Cloud Build vouches for it %d times, want each time", image, len(tagged))
		}
		if got := strings.TrimSpace(p.read("build/images/" + image)); got != digestOf(image, version) {
			t.Errorf("%s is named %s", image, got)
		}
	}
}

func TestAnImageWithoutADigestIsNotDeployed(t *testing.T) {
	t.Parallel()
	for name, reference := range map[string]string{
		"a tag": registry + "/sweep:" + version, "another registry": strings.Replace(digestOf("sweep", version), "acme", "evil", 1),
		"another image": digestOf("push", version), "nothing": "", "more than a digest": digestOf("sweep", version) + " --env",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, newWorld("us-central1"))
			p.write("build/images/sweep", reference)
			if p.run("release") != "release" || len(p.world().lines(`gcloud`)) > 0 {
				t.Error("the release began")
			}
		})
	}
}

func TestEveryImageGetsItsList(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1"))
	if failed := p.run("attach"); failed != "" {
		t.Fatal("attach failed")
	}
	for _, image := range append([]string{"migrate"}, order...) {
		want := "gcloud artifacts sbom load --source=build/sbom/" + image + ".bom.json --uri=" + digestOf(image, version) +
			" --destination=gs://acme-leads-pipeline-build/sbom"
		if got := p.world().lines(`sbom load .*/` + image + `@`); len(got) != 1 || got[0] != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

func TestChecksFailAndTheBuildEnds(t *testing.T) {
	t.Parallel()
	for _, match := range []string{`go vet`, `go test`} {
		w := newWorld("us-central1")
		w.Faults = []fault{{Match: match, Code: 1}}
		p := newProject(t, w)
		if p.run("check", "terraform") != "check" {
			t.Errorf("it went on after %s failed", match)
		}
	}
}

func TestEveryScriptSaysWhatItIsForAndRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1"))
	for _, name := range scripts(t) {
		if name == "lib.sh" {
			continue
		}
		if out := p.help(name, "-h"); len(out) < 60 || strings.Contains(out, "set -") {
			t.Errorf("deploy/%s -h says %q", name, out)
		}
		if name != "compile" && p.help(name, "--nonsense") != "" {
			t.Errorf("deploy/%s took --nonsense", name)
		}
		if len(p.world().Calls) > 0 {
			t.Fatalf("deploy/%s did something: %v", name, p.world().Calls)
		}
	}
}

func TestWithoutAProjectNothingHappens(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "Acme Leads", "acme-leads; rm"} {
		p := newProject(t, newWorld("us-central1"))
		p.extra = []string{"PROJECT_ID=" + id}
		if p.run("release") == "" || len(p.world().Calls) > 0 {
			t.Errorf("PROJECT_ID=%q was taken", id)
		}
	}
}
