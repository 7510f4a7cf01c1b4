package reference_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"golang.org/x/net/html"

	openapi "github.com/your-org/multi-tenant-pipeline/docs/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/reference"
)

func load(t *testing.T, document []byte) *openapi3.T {
	t.Helper()
	loaded, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func render(t *testing.T, document []byte) *reference.Page {
	t.Helper()
	page, err := reference.Render(load(t, document))
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// elements returns the page's elements, in order.
func elements(t *testing.T, page *reference.Page) []html.Token {
	t.Helper()
	var all []html.Token
	tokens := html.NewTokenizer(bytes.NewReader(page.HTML))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			if !errors.Is(tokens.Err(), io.EOF) {
				t.Fatal(tokens.Err())
			}
			return all
		case html.StartTagToken, html.SelfClosingTagToken:
			all = append(all, tokens.Token())
		}
	}
}

func attribute(e html.Token, name string) string {
	for _, a := range e.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func TestEveryOperationAndSchemaIsOnThePageAndEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	document := load(t, openapi.Document)
	ids, links := map[string]int{}, map[string]bool{}
	for _, e := range elements(t, render(t, openapi.Document)) {
		if id := attribute(e, "id"); id != "" {
			ids[id]++
		}
		if anchor, within := strings.CutPrefix(attribute(e, "href"), "#"); within {
			links[anchor] = true
		}
	}
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			if ids[op.OperationID] != 1 || !links[op.OperationID] {
				t.Errorf("%s %s: %d times on the page, linked %t", method, path, ids[op.OperationID], links[op.OperationID])
			}
		}
	}
	for name := range document.Components.Schemas {
		if ids["schema-"+name] != 1 {
			t.Errorf("schema %s: %d times on the page", name, ids["schema-"+name])
		}
	}
	for anchor := range links {
		if ids[anchor] == 0 {
			t.Errorf("a link to %s leads nowhere", anchor)
		}
	}
}

func TestThePageRunsNothingAndLoadsNothing(t *testing.T) {
	t.Parallel()
	page := render(t, openapi.Document)
	for _, e := range elements(t, page) {
		if e.Data == "script" || e.Data == "link" || e.Data == "img" || e.Data == "iframe" || e.Data == "form" {
			t.Errorf("the page has a %s", e.Data)
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "style" || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
				t.Errorf("%s has %s=%q", e.Data, a.Key, a.Val)
			}
		}
	}
	_, rest, found := strings.Cut(string(page.HTML), "<style>")
	style, _, closed := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	allowed := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	if !found || !closed || !strings.Contains(page.Policy, allowed) || !strings.Contains(page.Policy, "default-src 'none'") {
		t.Errorf("policy %q does not allow the style of the page", page.Policy)
	}
	if strings.Contains(style, "url(") || strings.Contains(style, "@import") {
		t.Error("the style loads something")
	}
}

const hostile = `openapi: 3.0.3
info: {title: "<script>alert(1)</script>", version: "1", description: "<img src=x onerror=alert(1)> [x](javascript:alert(1)) **bold** and ` + "`code`" + `"}
tags: [{name: things, description: All of them.}]
paths:
  /v1/things/{id}:
    put:
      operationId: putThing
      summary: "Put <b>a</b> thing"
      description: Puts it.
      tags: [things]
      parameters:
        - {name: id, in: path, required: true, description: Which., schema: {type: string, pattern: "^<a>$"}, example: one}
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {name: {type: string, enum: [a, "</code><script>"]}}}
            example: {name: "O'Hara </script>"}
      responses: {"204": {description: Done.}}
components: {schemas: {Thing: {type: string}}}
`

func TestWhatTheDocumentSaysIsShownAsText(t *testing.T) {
	t.Parallel()
	page := render(t, []byte(hostile))
	for _, e := range elements(t, page) {
		if e.Data == "script" || e.Data == "img" || e.Data == "b" || strings.HasPrefix(attribute(e, "href"), "javascript") {
			t.Errorf("the page has %s", e)
		}
	}
	text := string(page.HTML)
	for _, want := range []string{
		"<strong>bold</strong>", "<code>code</code>", "^&lt;a&gt;$",
		`curl -X PUT &#34;$API_URL/v1/things/one&#34;`, `O&#39;\&#39;&#39;Hara`, // a quote within quotes, as a shell wants it
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not on the page", want)
		}
	}
}
