package docs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
)

// The names that documents use: of variables, settings, codes, metrics and targets.
var (
	span       = regexp.MustCompile("`([^`\n]+)`")
	block      = regexp.MustCompile("(?ms)^ *```[^\n]*\n(.*?)^ *```")
	console    = regexp.MustCompile("(?ms)^```console\n.*?^```") // what commands print, which their own test checks
	upperName  = regexp.MustCompile(`\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b`)
	assigned   = regexp.MustCompile(`(?:^|[\s(])(?:export )?([A-Z][A-Z0-9_]*)=`)
	lowerName  = regexp.MustCompile(`^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$`)
	target     = regexp.MustCompile(`(?m)(?:^|\$ |&& |, )make ([a-z][a-z-]*)`)
	rule       = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	variable   = regexp.MustCompile(`-var=["']?([a-z_]+)=`)
	declared   = regexp.MustCompile(`(?m)^variable "([a-z_]+)"`)
	instrument = regexp.MustCompile(`(?:Int64|Float64)(?:Observable)?(?:Counter|Histogram|Gauge|UpDownCounter)\(\s*"([a-z]+\.[a-z0-9_.]+)"`)
	dotted     = regexp.MustCompile(`^[a-z]+(?:\.[a-z][a-z0-9_]*)+$`)
	scope      = regexp.MustCompile(`^crm\.(objects|schemas)\.`) // HubSpot's
	sentence   = regexp.MustCompile(`^[A-Z][^…]+ [^…]+\.$`)
)

// outsiders are names of other systems, and what a reader puts in.
var outsiders = []string{
	"FAILED_NOT_VISIBLE", "FAILED_CAA_FORBIDDEN", "FAILED_PRECONDITION", "PENDING_COMMIT_TIMESTAMP", "channel_is_archived", "no_service",
	"CLIENT_ID", "UPLOAD_URL", "FORM_SIGNING_KEY", "SANDBOX_URL",
}

// written is what a document says, with its blocks of code.
func written(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// spans are the pieces of code between the lines of a text.
func spans(text string) []string {
	var all []string
	for _, m := range span.FindAllStringSubmatch(block.ReplaceAllString(text, ""), -1) {
		all = append(all, m[1])
	}
	return all
}

// source is everything that is no document: code, scripts, configuration.
var source = sync.OnceValues(func() (string, error) {
	var all strings.Builder
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // another test's scratch file, gone by now
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "build" || entry.Name() == "node_modules" || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(file) == ".md" || strings.HasPrefix(filepath.ToSlash(file), "../docs/") && filepath.Ext(file) == ".go":
			return nil
		}
		if ext := filepath.Ext(file); !slices.Contains([]string{".go", ".tf", ".tfvars", ".hcl", ".yaml", ".yml", ".sql", ".json", ".sh", ".example", ""}, ext) {
			return nil
		}
		content, err := os.ReadFile(file)
		all.Write(content)
		return err
	})
	return all.String(), err
})

func sources(t *testing.T) string {
	t.Helper()
	text, err := source()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A name that the code does not have any more is a trap for whoever copies it.
func TestNamesInDocumentsExist(t *testing.T) {
	t.Parallel()
	text := sources(t)
	known := map[string]bool{}
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		known[w] = true
	}
	checked := 0
	for _, d := range documents(t) {
		if d.name == "CHANGELOG.md" {
			continue // it may speak of what is gone
		}
		for _, problem := range unknownNames(written(t, d.name), text, known, &checked) {
			t.Errorf("%s: %s", d.name, problem)
		}
	}
	if checked < 400 {
		t.Errorf("%d names were found: the test no longer sees them", checked)
	}
}

// unknownNames returns what a document names and nothing else does.
func unknownNames(text, source string, known map[string]bool, checked *int) []string {
	var problems []string
	check := func(ok bool, name, what string) {
		if *checked++; !ok && !slices.Contains(outsiders, name) {
			problems = append(problems, name+": "+what)
		}
	}
	text = console.ReplaceAllString(text, "")
	own := map[string]bool{}
	for _, m := range assigned.FindAllStringSubmatch(text, -1) {
		own[m[1]] = true
	}
	for _, name := range upperName.FindAllString(text, -1) {
		check(known[name] || own[name], name, "nothing reads a variable of this name, and the document does not set it")
	}
	for _, code := range spans(text) {
		switch {
		case lowerName.MatchString(code):
			check(known[code], code, "there is no such name")
		case sentence.MatchString(code):
			check(strings.Contains(source, code), code, "nothing says this")
		}
	}
	return problems
}

func TestUnknownNamesAreSeen(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"POLL_EVERY": true, "min_band": true}
	var checked int
	for text, bad := range map[string]int{
		"`POLL_EVERY` and `min_band`": 0, "`POLL_NEVER`": 1, "```bash\necho $POLL_NEVER\n```": 1, "```bash\nexport MY_NAME=1\necho $MY_NAME\n```": 0,
		"`max_band`": 1, "it says `All is well.`": 0, "it says `All is lost.`": 1, "`FAILED_NOT_VISIBLE`": 0,
	} {
		if got := unknownNames(text, `"All is well."`, known, &checked); len(got) != bad {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

func TestMetricsInDocumentsExist(t *testing.T) {
	t.Parallel()
	metrics, families := map[string]bool{}, map[string]bool{}
	for _, m := range instrument.FindAllStringSubmatch(sources(t), -1) {
		metrics[m[1]] = true
		family, _, _ := strings.Cut(m[1], ".")
		families[family] = true
	}
	checked := 0
	for _, d := range documents(t) {
		for _, code := range spans(written(t, d.name)) {
			family, _, _ := strings.Cut(code, ".")
			if !dotted.MatchString(code) || !families[family] || settings[code] || scope.MatchString(code) || slices.Contains(fileEndings, path.Ext(code)) {
				continue
			}
			if checked++; !metrics[code] {
				t.Errorf("%s: no code has a metric %s", d.name, code)
			}
		}
	}
	if len(metrics) < 20 || checked < 2 {
		t.Errorf("%d metrics and %d uses were found: the test no longer sees them", len(metrics), checked)
	}
}

// settings share their first word with metrics.
var settings = map[string]bool{"speech.batch": true, "speech.hints": true, "speech.language": true, "speech.unrecorded": true, "speech.untrimmed": true}

var fileEndings = []string{".go", ".md", ".tf", ".yaml", ".json"}

func TestTargetsAndVariablesInDocumentsExist(t *testing.T) {
	t.Parallel()
	targets := names(rule, written(t, "Makefile"))
	var variables []string
	files, err := filepath.Glob(filepath.Join(root, "terraform", "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		variables = append(variables, names(declared, string(content))...)
	}
	checked := 0
	for _, d := range documents(t) {
		text := written(t, d.name)
		code := strings.Join(append(spans(text), blocks(text)...), "\n")
		for _, name := range names(target, code) {
			if checked++; !slices.Contains(targets, name) {
				t.Errorf("%s: there is no target %q", d.name, name)
			}
		}
		for _, name := range names(variable, code) {
			if checked++; !slices.Contains(variables, name) {
				t.Errorf("%s: Terraform has no variable %q", d.name, name)
			}
		}
	}
	if checked < 40 || len(variables) < 30 {
		t.Errorf("%d uses of %d variables and %d targets were found: the test no longer sees them", checked, len(variables), len(targets))
	}
}

func blocks(text string) []string {
	var all []string
	for _, m := range block.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

func names(pattern *regexp.Regexp, text string) []string {
	var all []string
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}
