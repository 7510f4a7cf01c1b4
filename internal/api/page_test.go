package api

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	openapi "github.com/your-org/multi-tenant-pipeline/docs/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/reference"
)

func TestThePageIsThatOfTheDocument(t *testing.T) {
	t.Parallel()
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		t.Fatal(err)
	}
	want, err := reference.Render(document)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want.HTML), string(page)); diff != "" {
		t.Errorf("page.html: run go generate ./internal/api (-document +page):\n%s", diff)
	}
	if pagePolicy != want.Policy {
		t.Errorf("page.policy = %q, want %q", pagePolicy, want.Policy)
	}
}
