package deploy_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// terraform is a directory of Terraform configuration, of which only what names environment
// variables is understood: objects, merge(), conditions and references to locals.
type terraform struct {
	locals  map[string]hclsyntax.Expression
	modules map[string]hclsyntax.Attributes
}

func readTerraform(t *testing.T, dir string) terraform {
	t.Helper()
	tf := terraform{locals: map[string]hclsyntax.Expression{}, modules: map[string]hclsyntax.Attributes{}}
	files, err := filepath.Glob(filepath.Join(dir, "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no Terraform in %s: %v", dir, err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, problems := hclsyntax.ParseConfig(text, path, hcl.InitialPos)
		if problems.HasErrors() {
			t.Fatal(problems)
		}
		for _, block := range file.Body.(*hclsyntax.Body).Blocks { //nolint:forcetypeassert // hclsyntax makes no other
			switch block.Type {
			case "locals":
				for name, a := range block.Body.Attributes {
					tf.locals[name] = a.Expr
				}
			case "module":
				tf.modules[block.Labels[0]] = block.Body.Attributes
			}
		}
	}
	return tf
}

// keys returns the names that an object made by an expression may have, sorted, once each.
func (tf terraform) keys(t *testing.T, e hclsyntax.Expression) []string {
	t.Helper()
	var names []string
	switch e := e.(type) {
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			names = append(names, literal(t, item.KeyExpr))
		}
	case *hclsyntax.FunctionCallExpr:
		if e.Name != "merge" {
			t.Fatalf("%s: %s() is not understood here", e.Range(), e.Name)
		}
		for _, arg := range e.Args {
			names = append(names, tf.keys(t, arg)...)
		}
	case *hclsyntax.ConditionalExpr:
		names = append(tf.keys(t, e.TrueResult), tf.keys(t, e.FalseResult)...)
	case *hclsyntax.ParenthesesExpr:
		names = tf.keys(t, e.Expression)
	case *hclsyntax.ScopeTraversalExpr:
		names = tf.reference(t, e)
	default:
		t.Fatalf("%s: a %T is not understood here", e.Range(), e)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// reference follows local.x. A variable is whatever the operator says, and a loop's is looked at
// where it is looped over.
func (tf terraform) reference(t *testing.T, e *hclsyntax.ScopeTraversalExpr) []string {
	t.Helper()
	switch e.Traversal.RootName() {
	case "var", "each":
		return nil
	case "local":
		if attr, ok := e.Traversal[1].(hcl.TraverseAttr); ok && len(e.Traversal) == 2 && tf.locals[attr.Name] != nil {
			return tf.keys(t, tf.locals[attr.Name])
		}
	}
	t.Fatalf("%s: this reference is not understood here", e.Range())
	return nil
}

// entries returns the attributes of an object by name.
func entries(t *testing.T, e hclsyntax.Expression) map[string]hclsyntax.Expression {
	t.Helper()
	object, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		t.Fatalf("%s: not an object", e.Range())
	}
	found := map[string]hclsyntax.Expression{}
	for _, item := range object.Items {
		found[literal(t, item.KeyExpr)] = item.ValueExpr
	}
	return found
}

// literal returns a key as it is written. One that is computed is of no interest here.
func literal(t *testing.T, e hclsyntax.Expression) string {
	t.Helper()
	v, problems := e.Value(nil)
	if problems.HasErrors() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

// environments returns the variables that Terraform sets, by service.
func environments(t *testing.T) map[string][]string {
	t.Helper()
	root, module := readTerraform(t, "../terraform"), readTerraform(t, "../terraform/modules/stage")
	all := map[string][]string{"migrate": root.keys(t, root.locals["migrate_env"])}
	every := root.keys(t, root.modules["stage"]["environment"].Expr)
	pushed := module.keys(t, module.locals["environment"])
	usual := entries(t, root.locals["usual"])["environment"]
	secrets := entries(t, root.locals["secret_environments"])
	for service, attributes := range entries(t, root.locals["flow"]) {
		has := entries(t, attributes)
		own := has["environment"]
		if own == nil {
			own = usual
		}
		names := append(slices.Clone(every), root.keys(t, own)...)
		if has["pushed"] != nil {
			names = append(names, pushed...)
		}
		if secrets[service] != nil {
			names = append(names, root.keys(t, secrets[service])...)
		}
		slices.SortFunc(names, cmp.Compare)
		all[service] = slices.Compact(names)
	}
	return all
}
