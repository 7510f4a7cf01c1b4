// Command generate renders the API's document as the page that the API serves, and writes it
// into the current folder. It is run by `go generate ./internal/api`: rendering takes a service
// longer than its whole start, and templates make its binary a fifth larger.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/getkin/kin-openapi/openapi3"

	openapi "github.com/your-org/multi-tenant-pipeline/docs/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/reference"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run() error {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		return fmt.Errorf("read openapi document: %w", err)
	}
	page, err := reference.Render(document)
	if err != nil {
		return err
	}
	return errors.Join(write("page.html", page.HTML), write("page.policy", []byte(page.Policy)))
}

func write(name string, content []byte) error {
	return os.WriteFile(name, content, 0o644) //nolint:gosec // as all of the source
}
