package api_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	openapi "github.com/your-org/multi-tenant-pipeline/docs/api"
)

// lint returns what a document lacks that a stranger needs to use it.
func lint(document *openapi3.T, text string) []string {
	var found []string
	tags, ids := map[string]bool{}, map[string]bool{}
	for _, tag := range document.Tags {
		tags[tag.Name] = true
		if tag.Description == "" {
			found = append(found, "tag "+tag.Name+" has no description")
		}
	}
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			for _, problem := range append(lintOperation(op, tags), lintParameters(slices.Concat(item.Parameters, op.Parameters))...) {
				found = append(found, method+" "+path+": "+problem)
			}
			if ids[op.OperationID] {
				found = append(found, method+" "+path+": its operationId is not its own")
			}
			ids[op.OperationID] = true
		}
	}
	c := document.Components
	for kind, names := range map[string][]string{
		"schemas": slices.Collect(maps.Keys(c.Schemas)), "parameters": slices.Collect(maps.Keys(c.Parameters)),
		"responses": slices.Collect(maps.Keys(c.Responses)), "headers": slices.Collect(maps.Keys(c.Headers)),
	} {
		for _, name := range names {
			if !strings.Contains(text, fmt.Sprintf("#/components/%s/%s\"", kind, name)) {
				found = append(found, "nothing uses "+kind+"/"+name)
			}
		}
	}
	return found
}

func lintOperation(op *openapi3.Operation, tags map[string]bool) []string {
	var found []string
	say := func(wrong bool, problem string) {
		if wrong {
			found = append(found, problem)
		}
	}
	say(op.OperationID == "", "it has no operationId")
	say(op.Summary == "" || strings.HasSuffix(op.Summary, "."), "it has no summary, or one that ends with a full stop")
	say(op.Description == "", "it has no description")
	say(len(op.Tags) == 0 || slices.ContainsFunc(op.Tags, func(t string) bool { return !tags[t] }), "it has no tag, or one that is not described")
	public := op.Security != nil && len(*op.Security) == 0
	say(public == (op.Extensions["x-required-role"] != nil), "it is neither public nor has a role, or both")
	if op.RequestBody != nil {
		for _, media := range op.RequestBody.Value.Content {
			say(media.Example == nil && len(media.Examples) == 0, "its body has no example")
		}
		say(op.Responses.Value("413") == nil || op.Responses.Value("415") == nil, "it does not say what becomes of bodies that it cannot read")
	}
	for status, response := range op.Responses.Map() {
		say(response.Value.Description == nil || *response.Value.Description == "", status+" has no description")
		for name, media := range response.Value.Content {
			say(strings.HasSuffix(name, "json") && media.Example == nil && len(media.Examples) == 0, status+" has no example")
		}
		code, err := strconv.Atoi(status)
		say(err != nil || code >= 400 && code != 503 && response.Ref == "", status+" is not one of the answers that all share")
	}
	for _, status := range []string{"400", "401", "403", "404", "429", "500", "503"} {
		say(!public && op.Responses.Value(status) == nil, status+" is missing")
	}
	return found
}

func lintParameters(parameters openapi3.Parameters) []string {
	var found []string
	for _, ref := range parameters {
		p := ref.Value
		if p.Description == "" {
			found = append(found, "parameter "+p.Name+" has no description")
		}
		if p.Required && p.Example == nil {
			found = append(found, "parameter "+p.Name+" is required and has no example")
		}
		if s := p.Schema.Value; s.Type.Is("string") && s.MaxLength == nil && len(s.Enum) == 0 && s.Format == "" && p.Schema.Ref == "" {
			found = append(found, "parameter "+p.Name+" may be of any length")
		}
	}
	return found
}

func TestTheDocumentSaysWhatAStrangerNeeds(t *testing.T) {
	t.Parallel()
	for _, problem := range lint(newDocument(t), string(openapi.Document)) {
		t.Error(problem)
	}
}

const careless = `openapi: 3.0.3
info: {title: t, version: "1"}
tags: [{name: things}]
paths:
  /things/{id}:
    put:
      operationId: putThing
      summary: Puts a thing.
      tags: [other]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: "", content: {application/json: {schema: {type: object}}}}}
components: {schemas: {Unused: {type: string}}}
`

func TestWhatADocumentLacksIsFound(t *testing.T) {
	t.Parallel()
	document, err := openapi3.NewLoader().LoadFromData([]byte(careless))
	must(t, err)
	found := strings.Join(lint(document, careless), "\n")
	for _, want := range []string{
		"tag things has no description", "no summary", "it has no description", "no tag", "neither public nor has a role", "its body has no example",
		"bodies that it cannot read", "200 has no description", "200 has no example", "401 is missing",
		"parameter id has no description", "parameter id is required and has no example", "parameter id may be of any length", "nothing uses schemas/Unused",
	} {
		if !strings.Contains(found, want) {
			t.Errorf("not found: %s", want)
		}
	}
}
