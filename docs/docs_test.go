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
	"testing"
	"unicode"
)

const root = ".."

// fence is a line that begins or ends a block of code.
var fence = regexp.MustCompile("^\\s*(```|~~~)")

var (
	link    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	code    = regexp.MustCompile("`[^`]*`")
	heading = regexp.MustCompile(`^#{1,6}\s+(.*?)\s*#*$`)
	outside = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`) // another scheme, so another place
)

// document is a Markdown file of the repository.
type document struct {
	name  string   // from the repository's root, with slashes
	lines []string // without blocks of code
}

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, d := range documents(t) {
		for _, line := range d.lines {
			for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(line, ""), -1) {
				if outside.MatchString(m[1]) {
					continue
				}
				checked++
				if problem := follow(t, d, m[1]); problem != "" {
					t.Errorf("%s: %s: %s", d.name, m[1], problem)
				}
			}
		}
	}
	if checked < 30 {
		t.Errorf("%d links were found: the test no longer sees them", checked)
	}
}

func TestLinksThatLeadNowhereAreSeen(t *testing.T) {
	t.Parallel()
	for target, good := range map[string]bool{
		"design.md": true, "../README.md#run-it": true, "#decisions": true, "decisions": true, "../internal/crm/crmtest/crowd.go": true,
		"nowhere.md": false, "README": false, "../README.md#nowhere": false, "#nowhere": false, "../docs/docs/design.md": false,
	} {
		if problem := follow(t, document{name: "docs/README.md"}, target); (problem == "") != good {
			t.Errorf("%s: %q, want it good %v", target, problem, good)
		}
	}
}

// The index says that it lists everything; a document that nobody finds is not read.
func TestTheIndexListsEveryDocument(t *testing.T) {
	t.Parallel()
	var index document
	all := documents(t)
	for _, d := range all {
		if d.name == "docs/README.md" {
			index = d
		}
	}
	var listed []string
	for _, m := range link.FindAllStringSubmatch(strings.Join(index.lines, "\n"), -1) {
		listed = append(listed, path.Join("docs", m[1]))
	}
	for _, d := range all {
		if d.name != index.name && !slices.Contains(listed, d.name) {
			t.Errorf("docs/README.md does not list %s", d.name)
		}
	}
}

// follow returns what is wrong with a link.
func follow(t *testing.T, from document, target string) string {
	t.Helper()
	name, anchor, anchored := strings.Cut(target, "#")
	to := from.name
	if name != "" {
		to = path.Join(path.Dir(from.name), name)
	}
	if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(to))); err != nil {
		return "there is no such file"
	}
	if anchored && strings.HasSuffix(to, ".md") && !slices.Contains(anchors(read(t, to)), anchor) {
		return "there is no such heading"
	}
	return ""
}

// documents returns the Markdown files of the repository.
func documents(t *testing.T) []document {
	t.Helper()
	var all []document
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // another test's scratch file, gone by now
		case err != nil:
			return err
		case entry.IsDir() && file != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "build" || entry.Name() == "node_modules"):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(file) != ".md":
			return nil
		}
		name, err := filepath.Rel(root, file)
		if err == nil {
			all = append(all, read(t, filepath.ToSlash(name)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func read(t *testing.T, name string) document {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	d := document{name: name}
	inside := false
	for line := range strings.Lines(string(content)) {
		switch {
		case fence.MatchString(line):
			inside = !inside
		case !inside:
			d.lines = append(d.lines, strings.TrimRight(line, "\r\n"))
		}
	}
	return d
}

// anchors returns the names under which a document's headings can be linked to, as GitHub
// makes them. No document here has the same heading twice.
func anchors(d document) []string {
	var all []string
	for _, line := range d.lines {
		if m := heading.FindStringSubmatch(line); m != nil {
			all = append(all, strings.Map(slug, m[1]))
		}
	}
	return all
}

func slug(r rune) rune {
	switch {
	case r == ' ':
		return '-'
	case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
		return unicode.ToLower(r)
	default:
		return -1
	}
}
