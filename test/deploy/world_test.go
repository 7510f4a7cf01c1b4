package deploy

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// target is a part of a Cloud Run service's traffic. A tag is a target of its own, without traffic,
// as gcloud makes them.
type target struct {
	Revision string
	Percent  int    `json:",omitempty"`
	Tag      string `json:",omitempty"`
	Latest   bool   `json:",omitempty"` // it follows the newest revision
}

// service is a service in one region.
type service struct {
	Revisions []string // the newest last
	Images    map[string]string
	Command   string // what a placeholder is started with, until somebody says otherwise
	Traffic   []target
}

// fault makes commands fail that match.
type fault struct {
	Match string // a regular expression over the command line
	Skip  int    // that many matches go well before
	Times int    // and so many fail then; 0: all
	Print string // on standard output, of a command that succeeds with it if Code is 0
	Code  int
}

// world is the project as the stand-ins see it, and what they were asked.
type world struct {
	Services map[string]*service // by "name region"
	Objects  map[string]string   // of Cloud Storage, by address; buckets are in it as well
	Tags     map[string]bool     // images in the registry
	Status   []string            // what the API says of the request, one after the other
	Migrate  []string            // what the job migrate is told: now, and after each apply; none before the first
	Faults   []fault
	Calls    []call
}

// call is a command that a script ran.
type call struct {
	Args []string
	Line string   // the same in one, with single spaces
	Env  []string // what it was told of secrets otherwise
}

const (
	projectID = "acme-leads"
	registry  = "us-central1-docker.pkg.dev/" + projectID + "/pipeline"
	version   = "v1.2.3"
	secretKey = "bootstrap-key-that-nobody-may-see"
	jwt       = "token.that.nobody-may-see"
)

// order is the one in which a release must reach the services.
var order = []string{"notify", "push", "analyze", "transcribe", "sweep", "webhook", "api"}

// newWorld returns a project in which everything is at its first release.
func newWorld(regions ...string) *world {
	w := &world{
		Services: map[string]*service{}, Objects: map[string]string{}, Tags: map[string]bool{}, Status: []string{"received", "pushed", "completed"},
		Migrate: []string{"told"},
	}
	for _, name := range order {
		for _, region := range regions {
			w.Services[name+" "+region] = &service{
				Revisions: []string{name + "-00001"}, Images: map[string]string{name + "-00001": "nginx"}, Command: "sh -c nginx",
				Traffic: []target{{Revision: name + "-00001", Percent: 100, Latest: true}},
			}
		}
	}
	return w
}

// serving returns the share of the traffic that each revision of a service has.
func (w *world) serving(key string) map[string]int {
	shares := map[string]int{}
	for _, t := range w.Services[key].Traffic {
		if t.Percent > 0 {
			shares[t.Revision] += t.Percent
		}
	}
	return shares
}

// tag returns the revision with a tag, empty without one.
func (w *world) tag(key, tag string) string {
	for _, t := range w.Services[key].Traffic {
		if t.Tag == tag {
			return t.Revision
		}
	}
	return ""
}

// lines returns the commands that match, in their order.
func (w *world) lines(match string) []string {
	pattern := regexp.MustCompile(match)
	var found []string
	for _, c := range w.Calls {
		if pattern.MatchString(c.Line) {
			found = append(found, c.Line)
		}
	}
	return found
}

func (w *world) save(dir string) error {
	text, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "world.json"), text, 0o600)
}

func load(dir string) (*world, error) {
	text, err := os.ReadFile(filepath.Join(dir, "world.json"))
	if err != nil {
		return nil, err
	}
	var w world
	return &w, json.Unmarshal(text, &w)
}

// directoryVariable makes the test binary one of the commands that it is called as.
const directoryVariable = "DEPLOY_TEST_WORLD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(directoryVariable); dir != "" {
		os.Exit(standIn(dir, filepath.Base(os.Args[0]), os.Args[1:]))
	}
	os.Exit(m.Run())
}

// standIn answers a command and returns its exit code.
func standIn(dir, name string, args []string) int {
	w, err := load(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "stand-in:", err)
		return 99
	}
	line := strings.Join(strings.Fields(name+" "+strings.Join(args, " ")), " ")
	w.Calls = append(w.Calls, call{Args: append([]string{name}, args...), Line: line, Env: []string{os.Getenv("PIPELINE_TOKEN"), os.Getenv("CLOUDSDK_CORE_PROJECT")}})
	code, faulty := w.fail(line)
	if !faulty {
		if err := w.answer(name, args, line); err != nil {
			fmt.Fprintln(os.Stderr, name+":", err)
			code = 1
		}
	}
	if err := w.save(dir); err != nil {
		fmt.Fprintln(os.Stderr, "stand-in:", err)
		return 99
	}
	return code
}

// fail plays the first fault that matches.
func (w *world) fail(line string) (code int, faulty bool) {
	for i := range w.Faults {
		f := &w.Faults[i]
		if !regexp.MustCompile(f.Match).MatchString(line) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times < 0 {
			continue
		}
		if f.Times--; f.Times == 0 {
			f.Times = -1 // over
		}
		fmt.Print(f.Print)
		return f.Code, true
	}
	return 0, false
}

// flag returns the value of --name=value.
func flag(args []string, name string) string {
	for _, a := range args {
		if value, ok := strings.CutPrefix(a, "--"+name+"="); ok {
			return value
		}
	}
	return ""
}

// update is gcloud run services update: a new revision without traffic.
func (s *service) update(name string, args []string) error {
	if !slices.Contains(args, "--no-traffic") {
		return fmt.Errorf("%s would get traffic at once", name)
	}
	if slices.Contains(args, "--command=") {
		s.Command = ""
	}
	if s.Command != "" {
		return fmt.Errorf("%s does not come up: its image knows no %s", name, s.Command)
	}
	revision := fmt.Sprintf("%s-%05d", name, len(s.Revisions)+1)
	s.Revisions = append(s.Revisions, revision)
	s.Images[revision] = flag(args, "image")
	for i := range s.Traffic {
		s.Traffic[i].Latest = false // gcloud binds it to the revision that it followed
	}
	return s.direct([]string{"--update-tags=" + flag(args, "tag") + "=" + revision})
}

// direct is gcloud run services update-traffic: tags first, then shares.
func (s *service) direct(args []string) error {
	updated := pairs(flag(args, "update-tags"))
	removed := strings.Split(flag(args, "remove-tags"), ",")
	var kept []target
	for _, t := range s.Traffic {
		if _, again := updated[t.Tag]; again || slices.Contains(removed, t.Tag) {
			t.Tag = ""
		}
		if t.Percent > 0 || t.Tag != "" {
			kept = append(kept, t)
		}
	}
	s.Traffic = kept
	for tag, revision := range updated {
		if !slices.Contains(s.Revisions, revision) {
			return fmt.Errorf("there is no revision %s", revision)
		}
		s.Traffic = append(s.Traffic, target{Revision: revision, Tag: tag})
	}
	newest := s.Revisions[len(s.Revisions)-1]
	if slices.Contains(args, "--to-latest") {
		return s.share(map[string]int{newest: 100}, true)
	}
	if to := pairs(flag(args, "to-tags")); len(to) > 0 {
		shares := map[string]int{}
		for tag, percent := range to {
			i := slices.IndexFunc(s.Traffic, func(t target) bool { return t.Tag == tag })
			if i < 0 {
				return fmt.Errorf("there is no revision tagged with [%s]", tag)
			}
			n, err := strconv.Atoi(percent)
			if err != nil {
				return err
			}
			shares[s.Traffic[i].Revision] += n
		}
		return s.share(shares, false)
	}
	return nil
}

func (s *service) share(shares map[string]int, latest bool) error {
	sum := 0
	s.Traffic = slices.DeleteFunc(s.Traffic, func(t target) bool { return t.Tag == "" })
	for revision, percent := range shares {
		s.Traffic = append(s.Traffic, target{Revision: revision, Percent: percent, Latest: latest})
		sum += percent
	}
	if sum != 100 {
		return fmt.Errorf("the shares make %d %%", sum)
	}
	return nil
}

func pairs(text string) map[string]string {
	found := map[string]string{}
	for part := range strings.SplitSeq(text, ",") {
		if name, value, ok := strings.Cut(part, "="); ok {
			found[name] = value
		}
	}
	return found
}
