package deploy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// releaseSteps are what follows the images.
var releaseSteps = []string{"migrate", "release", "traffic", "smoke", "finish"}

func TestAReleaseReachesEveryServiceByDigestInOrder(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1", "us-east1"))
	if failed := p.run(releaseSteps...); failed != "" {
		t.Fatalf("deploy/%s failed", failed)
	}
	p.wantServing("2")
	w := p.world()
	for key, s := range w.Services {
		name, _, _ := strings.Cut(key, " ")
		if want := []target{{Revision: name + "-00002", Percent: 100, Latest: true}}; !cmp.Equal(want, s.Traffic) {
			t.Errorf("%s ends with traffic %v, want %v", key, s.Traffic, want)
		}
		if want, got := digestOf(name, version), s.Images[name+"-00002"]; got != want {
			t.Errorf("%s runs %s, want %s", key, got, want)
		}
	}
	for _, region := range []string{"us-central1", "us-east1"} {
		if _, said := w.Objects["gs://acme-leads-pipeline-build/released/"+region]; !said {
			t.Errorf("nobody said that %s has a release: the load balancer would never lead to it", region)
		}
	}
	var moved []string
	for _, line := range w.lines(`update-traffic .*candidate=10,`) {
		if name := strings.Fields(line)[4]; !slices.Contains(moved, name) {
			moved = append(moved, name)
		}
	}
	if diff := cmp.Diff(order, moved); diff != "" {
		t.Errorf("services got traffic in another order (-want +got):\n%s", diff)
	}
	wantOrder(t, w, `jobs update migrate .*@sha256:`, `jobs execute migrate .*--wait`, `services update notify`, `--to-tags=candidate=10,`, `pipelinectl sign`, `--to-latest`)
}

// wantOrder checks that the last call of each kind comes before the first of the next.
func wantOrder(t *testing.T, w *world, kinds ...string) {
	t.Helper()
	last := -1
	for i, kind := range kinds {
		pattern := regexp.MustCompile(kind)
		match := func(c call) bool { return pattern.MatchString(c.Line) }
		first := slices.IndexFunc(w.Calls, match)
		switch {
		case first < 0:
			t.Errorf("nothing was asked that matches %s", kind)
		case first <= last:
			t.Errorf("%s came before %s was over", kind, kinds[i-1])
		}
		for n, c := range w.Calls {
			if match(c) {
				last = n
			}
		}
	}
}

// A service is at 100 % before the next one, which writes what it reads, gets any.
func TestNobodyWritesWhatSomebodyCannotReadYet(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1"))
	if failed := p.run(releaseSteps...); failed != "" {
		t.Fatalf("deploy/%s failed", failed)
	}
	var splits []string
	for _, line := range p.world().lines(`--to-tags=candidate`) {
		words := strings.Fields(line)
		splits = append(splits, words[4]+" "+strings.TrimPrefix(words[6], "--to-tags="))
	}
	var want []string
	for _, name := range order {
		want = append(want, name+" candidate=10,stable=90", name+" candidate=50,stable=50", name+" candidate=100")
	}
	if diff := cmp.Diff(want, splits); diff != "" {
		t.Errorf("traffic moved otherwise (-want +got):\n%s", diff)
	}
}

func TestAFailureLeavesTheOldVersionServing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fault
		fails string
		never string // what must not have been asked
	}{
		"the job cannot be updated":    {fault{Match: `jobs update migrate`, Code: 1}, "migrate", `services update|jobs execute`},
		"the migration fails":          {fault{Match: `jobs execute migrate`, Code: 1}, "migrate", `run services`},
		"a service does not come up":   {fault{Match: `services update push `, Code: 1}, "release", `candidate=10`},
		"a candidate is not well":      {fault{Match: `curl .*candidate---webhook.*/v1/health`, Code: 22}, "release", `candidate=10`},
		"a candidate is another build": {fault{Match: `curl .*candidate---api`, Print: `{"version":"v1.2.2"}`}, "release", `candidate=10`},
		"requests fail at 10 %":        {fault{Match: `logging read .*analyze-00002`, Skip: 1, Times: 1, Print: strings.Repeat("id\n", 6)}, "traffic", `transcribe .*candidate=10`},
		"requests fail at 100 %":       {fault{Match: `logging read .*api-00002`, Skip: 3, Times: 1, Print: strings.Repeat("id\n", 6)}, "traffic", `pipelinectl`},
		"the log cannot be read":       {fault{Match: `logging read .*sweep-00002`, Skip: 1, Times: 1, Code: 1}, "traffic", `webhook .*candidate=10`},
		"traffic cannot be moved":      {fault{Match: `update-traffic transcribe .*candidate=50`, Times: 1, Code: 1}, "traffic", `sweep .*candidate=10`},
		"the webhook takes no call":    {fault{Match: `curl .*/v1/callrail/webhook`, Code: 22}, "smoke", `to-latest`},
		"the API gives no answer":      {fault{Match: `pipelinectl request`, Code: 4}, "smoke", `to-latest`},
		"no token can be had":          {fault{Match: `sign-jwt`, Code: 1}, "smoke", `to-latest`},
		"the tenant cannot be made":    {fault{Match: `execute-sql`, Code: 1}, "smoke", `callrail`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld("us-central1")
			w.Faults = []fault{test.fault}
			p := newProject(t, w)
			p.extra = []string{"SMOKE_TIMEOUT=0"}
			if failed := p.run(releaseSteps...); failed != test.fails {
				t.Fatalf("deploy/%s failed, want %s", failed, test.fails)
			}
			p.wantServing("1")
			w = p.world()
			if asked := w.lines(test.never); len(asked) > 0 {
				t.Errorf("went on with %v", asked)
			}
			for object := range w.Objects {
				if strings.Contains(object, "/released/") {
					t.Errorf("%s says that there is a release", object)
				}
			}
			for key := range w.Services {
				if revision := w.tag(key, "candidate"); revision != "" {
					t.Errorf("%s keeps the candidate %s, whose instances cost", key, revision)
				}
			}
		})
	}
}

func TestAFailedRequestIsNotCompleted(t *testing.T) {
	t.Parallel()
	w := newWorld("us-central1")
	w.Status = []string{"received", "failed"}
	p := newProject(t, w)
	if failed := p.run(releaseSteps...); failed != "smoke" {
		t.Fatalf("deploy/%s failed, want smoke", failed)
	}
	p.wantServing("1")
}

// What Terraform has granted a moment ago is not known everywhere yet.
func TestTheRightToSignMayTakeAWhile(t *testing.T) {
	t.Parallel()
	w := newWorld("us-central1")
	w.Faults = []fault{{Match: `sign-jwt`, Times: 3, Code: 1}}
	p := newProject(t, w)
	if failed := p.run(releaseSteps...); failed != "" {
		t.Fatalf("deploy/%s failed", failed)
	}
	p.wantServing("2")
}

func TestTheSmokeTestGoesToTheDomain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults []fault
		fails  string
		says   string // what to do
		never  string
	}{
		"it is set up":               {nil, "", "", `curl .*run\.app/v1/callrail`},
		"it has no address":          {[]fault{{Match: `curl .*//leads\.example\.com/`, Code: 6}}, "smoke", "submit the build again", `callrail|execute-sql`},
		"it has no certificate":      {[]fault{{Match: `curl .*//leads\.example\.com/`, Code: 35}}, "smoke", "submit the build again", `callrail|execute-sql`},
		"it is reached and not well": {[]fault{{Match: `curl .*/v1/callrail/webhook`, Code: 22}}, "smoke", "does not take the call", `to-latest`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld("us-central1")
			w.Faults = test.faults
			p := newProject(t, w)
			p.extra = []string{"SMOKE_TIMEOUT=0"}
			p.write("build/deployment.env", regexp.MustCompile(`https://\S+\.run\.app`).ReplaceAllString(deployment("us-central1"), "https://leads.example.com"))
			if test.fails == "" {
				p.extra = nil
			}
			if failed := p.run(releaseSteps...); failed != test.fails {
				t.Fatalf("deploy/%s failed, want %q", failed, test.fails)
			}
			if !strings.Contains(p.out, test.says) {
				t.Errorf("it does not say %q", test.says)
			}
			if asked := p.world().lines(test.never); len(asked) > 0 {
				t.Errorf("it asked %v", asked)
			}
			if test.fails != "" {
				p.wantServing("1")
			}
		})
	}
}

// Whoever writes goes back before whoever reads.
func TestTheReleaseIsTakenBackInTheOtherDirection(t *testing.T) {
	t.Parallel()
	w := newWorld("us-central1")
	w.Faults = []fault{{Match: `execute-sql`, Code: 1}}
	p := newProject(t, w)
	p.run(releaseSteps...)
	var back []string
	for _, line := range p.world().lines(`update-traffic .*--to-tags=stable=100`) {
		back = append(back, strings.Fields(line)[4])
	}
	want := slices.Clone(order)
	slices.Reverse(want)
	if diff := cmp.Diff(want, back); diff != "" {
		t.Errorf("taken back in another order (-want +got):\n%s", diff)
	}
}

func TestRollbackGoesOnWhenAServiceCannotBeReached(t *testing.T) {
	t.Parallel()
	w := newWorld("us-central1")
	w.Faults = []fault{{Match: `execute-sql`, Code: 1}, {Match: `update-traffic sweep .*stable=100`, Code: 1}}
	p := newProject(t, w)
	if failed := p.run(releaseSteps...); failed != "smoke" {
		t.Fatalf("deploy/%s failed, want smoke", failed)
	}
	w = p.world()
	for _, name := range order {
		want := name + "-00001"
		if name == "sweep" {
			want = name + "-00002"
		}
		if shares := w.serving(name + " us-central1"); shares[want] != 100 {
			t.Errorf("%s serves from %v, want %s", name, shares, want)
		}
	}
	if !strings.Contains(p.out, "not taken back: sweep in us-central1") || !strings.Contains(p.out, "COULD NOT BE TAKEN BACK") {
		t.Error("nobody said that sweep was left behind")
	}
}

// A build that is killed takes nothing back: the next one finds what it left.
func TestAnotherRunGoesOnAfterOneThatWasCutOff(t *testing.T) {
	t.Parallel()
	for _, split := range []string{"candidate=10,stable=90", "candidate=100"} {
		t.Run(split, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, newWorld("us-central1"))
			if failed := p.run("migrate", "release"); failed != "" {
				t.Fatalf("deploy/%s failed", failed)
			}
			p.change(func(w *world) {
				for _, name := range []string{"notify", "push"} {
					p.must(w.Services[name+" us-central1"].direct([]string{"--to-tags=" + split}))
				}
			})
			if failed := p.run("migrate", "release"); failed != "" {
				t.Fatalf("deploy/%s failed the second time", failed)
			}
			p.wantServing("1")
			if stable := p.world().tag("notify us-central1", "stable"); stable != "notify-00001" {
				t.Errorf("%s counts as good, though nobody tested it to the end", stable)
			}
			if failed := p.run("traffic", "smoke", "finish"); failed != "" {
				t.Fatalf("deploy/%s failed the second time", failed)
			}
			p.wantServing("3")
		})
	}
}

func TestASplitThatNobodyExplainsIsLeftToPeople(t *testing.T) {
	t.Parallel()
	w := newWorld("us-central1")
	w.Services["push us-central1"].Traffic = []target{{Revision: "push-00001", Percent: 60}, {Revision: "push-00000", Percent: 40}}
	p := newProject(t, w)
	if p.run("release") != "release" || len(p.world().lines("services update ")) > 0 {
		t.Error("something was deployed over it")
	}
}

// Terraform may have changed a setting meanwhile: that revision was not tested.
func TestFinishGivesNothingToARevisionThatWasNotReleased(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1"))
	if failed := p.run("migrate", "release", "traffic", "smoke"); failed != "" {
		t.Fatalf("deploy/%s failed", failed)
	}
	p.change(func(w *world) {
		s := w.Services["api us-central1"]
		s.Revisions = append(s.Revisions, "api-00003")
	})
	if failed := p.run("finish"); failed != "" {
		t.Fatal("finish failed")
	}
	p.wantServing("2")
}

func TestSecretsAreInNoCommandLineAndInNoOutput(t *testing.T) {
	t.Parallel()
	p := newProject(t, newWorld("us-central1"))
	if failed := p.run(append([]string{"lock", "bootstrap", "terraform", "image", "attach"}, releaseSteps...)...); failed != "" {
		t.Fatalf("deploy/%s failed", failed)
	}
	told := false
	for _, c := range p.world().Calls {
		for _, secret := range []string{secretKey, jwt} {
			if strings.Contains(c.Line, secret) {
				t.Errorf("others on the machine can see a secret in: %s", c.Line)
			}
		}
		told = told || slices.Contains(c.Env, jwt)
	}
	if strings.Contains(p.out, secretKey) || strings.Contains(p.out, jwt) {
		t.Error("a secret is in the build's log")
	}
	if !told {
		t.Error("the API was asked without a token")
	}
	if left := fmt.Sprint(must(p.left())(t)); left != "[]" {
		t.Errorf("files with secrets were left: %s", left)
	}
}
