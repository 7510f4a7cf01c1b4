// Package reference renders the API's document as one page for people: what each operation
// does, who may use it, what it reads and answers, with an example to paste into a shell. The
// page needs no script and nothing from elsewhere.
package reference

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the page
	"encoding/base64"
	"fmt"
	"html/template"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/yuin/goldmark"
)

//go:embed page.html.tmpl
var source string

//go:embed page.css
var style string

// Page is a page that was rendered.
type Page struct {
	HTML []byte
	// Policy is the Content-Security-Policy that it needs: it holds the hash of its style.
	Policy string
}

// view is what the page shows.
type view struct {
	Title, Version string
	About          string // Markdown
	Style          template.CSS
	Groups         []group
	Answers        []answer // that operations share
	Schemas        []schema
}

// group is the operations of a tag.
type group struct {
	Name, About string
	Operations  []operation
}

// Render returns the page of a document.
func Render(document *openapi3.T) (*Page, error) {
	page, err := template.New("page").Funcs(template.FuncMap{"markdown": markdown}).Parse(source)
	if err != nil {
		return nil, fmt.Errorf("parse page: %w", err)
	}
	v := view{
		Title: document.Info.Title, Version: document.Info.Version, About: document.Info.Description,
		Style:  template.CSS(style), //nolint:gosec // our own file
		Groups: groupsOf(document), Answers: sharedAnswers(document), Schemas: schemasOf(document),
	}
	var html bytes.Buffer
	if err := page.Execute(&html, v); err != nil {
		return nil, fmt.Errorf("render page: %w", err)
	}
	sum := sha256.Sum256([]byte(style))
	return &Page{HTML: html.Bytes(), Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}, nil
}

// markdown renders a description. HTML in it is left out, not passed on.
func markdown(text string) (template.HTML, error) {
	var html bytes.Buffer
	if err := goldmark.Convert([]byte(text), &html); err != nil {
		return "", fmt.Errorf("render description: %w", err)
	}
	return template.HTML(html.String()), nil //nolint:gosec // goldmark escapes
}

// groupsOf returns the operations by their first tag, in the document's order of tags and by
// address. A tag without an operation of its own is left out.
func groupsOf(document *openapi3.T) []group {
	byTag := map[string][]operation{}
	for _, path := range slices.Sorted(maps.Keys(document.Paths.Map())) {
		item := document.Paths.Value(path)
		methods := item.Operations()
		for _, method := range slices.SortedFunc(maps.Keys(methods), byMethod) {
			op := methods[method]
			byTag[op.Tags[0]] = append(byTag[op.Tags[0]], newOperation(document, item, place{method, path}, op))
		}
	}
	var groups []group
	for _, tag := range document.Tags {
		if operations := byTag[tag.Name]; len(operations) > 0 {
			groups = append(groups, group{Name: tag.Name, About: tag.Description, Operations: operations})
		}
	}
	return groups
}

// place is where an operation is found.
type place struct{ Method, Path string }

// byMethod orders methods as people think of them.
func byMethod(a, b string) int {
	order := []string{"GET", "POST", "PUT", "PATCH", "DELETE"}
	return slices.Index(order, a) - slices.Index(order, b)
}
