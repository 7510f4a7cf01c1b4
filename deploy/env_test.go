// Package deploy_test compares what is deployed with what the code reads.
package deploy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// variable is an environment variable with its default.
type variable struct {
	Default  string
	Required bool
}

// declared collects the env tags of the product's own code.
func declared(t *testing.T) map[string]variable {
	t.Helper()
	found := map[string]variable{}
	for _, root := range []string{"../internal", "../pkg", "../cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.Name() == "sandbox" || d.Name() == "devstack" {
				return errOr(err, fs.SkipDir)
			}
			if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				collect(t, path, found)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func errOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func collect(t *testing.T, path string, into map[string]variable) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		if !ok || field.Tag == nil {
			return true
		}
		raw, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			t.Fatal(err)
		}
		tag, ok := reflect.StructTag(raw).Lookup("env")
		if name, v := parse(tag); ok && name != "" {
			v.Required = v.Required || into[name].Required
			into[name] = v
		}
		return true
	})
}

// parse reads go-envconfig's syntax. What follows "default=" is the default, commas and all.
func parse(tag string) (string, variable) {
	name, rest, _ := strings.Cut(tag, ",")
	_, value, _ := strings.Cut(rest, "default=")
	return strings.TrimSpace(name), variable{Default: value, Required: strings.Contains(rest, "required")}
}

var line = regexp.MustCompile(`^(# )?([A-Z][A-Z0-9_]*)=(\S*)`)

// documented reads .env.example.
func documented(t *testing.T) map[string]variable {
	t.Helper()
	text, err := os.ReadFile(".env.example")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]variable{}
	for l := range strings.Lines(string(text)) {
		m := line.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		if _, twice := found[m[2]]; twice {
			t.Errorf("%s is listed twice", m[2])
		}
		found[m[2]] = variable{Default: m[3], Required: m[1] == ""}
	}
	return found
}

// mustBeSet are required by a Validate method instead of a tag.
var mustBeSet = []string{"GOOGLE_CLOUD_PROJECT", "PUSH_AUDIENCE", "PUSH_SERVICE_ACCOUNT"}

func TestEnvExampleListsEveryVariableWithItsDefault(t *testing.T) {
	t.Parallel()
	want, got := declared(t), documented(t)
	for name, v := range want {
		v.Required = v.Required || slices.Contains(mustBeSet, name)
		if v.Required {
			v.Default = got[name].Default // an example
		}
		want[name] = v
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf(".env.example differs from the code (-code +example):\n%s", diff)
	}
}
