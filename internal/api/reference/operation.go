package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// operation is one operation as the page shows it.
type operation struct {
	place
	ID, Summary, About string
	Role               string // empty: public
	Parameters         []parameter
	Body               *body // nil: none
	Answers            []answer
	Curl               string
}

// parameter is one parameter, or one header of an answer.
type parameter struct {
	Name, In, About string
	Required        bool
	Type            kind
}

// body is what a request or an answer holds.
type body struct {
	MediaType string
	Type      kind
	Examples  []string
}

// answer is one answer to an operation. One that many operations share has a name, and is shown
// in full once.
type answer struct {
	Status, Name, About string
	Headers             []parameter
	Body                *body // nil: none
}

const answerPrefix = "#/components/responses/"

func newOperation(document *openapi3.T, item *openapi3.PathItem, at place, op *openapi3.Operation) operation {
	security := op.Security
	if security == nil {
		security = &document.Security
	}
	o := operation{place: at, ID: op.OperationID, Summary: op.Summary, About: op.Description, Answers: answersOf(op)}
	if len(*security) > 0 {
		o.Role, _ = op.Extensions["x-required-role"].(string)
	}
	for _, ref := range slices.Concat(item.Parameters, op.Parameters) {
		p := ref.Value
		o.Parameters = append(o.Parameters, parameter{
			Name: p.Name, In: p.In, About: p.Description, Required: p.Required, Type: kindOf(p.Schema),
		})
	}
	if op.RequestBody != nil {
		o.Body = bodyOf(op.RequestBody.Value.Content)
	}
	o.Curl = curl(&o, slices.Concat(item.Parameters, op.Parameters))
	return o
}

func answersOf(op *openapi3.Operation) []answer {
	var answers []answer
	all := op.Responses.Map()
	for _, status := range slices.Sorted(maps.Keys(all)) {
		a := newAnswer(all[status].Value)
		if name, shared := strings.CutPrefix(all[status].Ref, answerPrefix); shared {
			a = answer{Name: name, About: a.About}
		}
		a.Status = status
		answers = append(answers, a)
	}
	return answers
}

// sharedAnswers returns the answers that operations refer to.
func sharedAnswers(document *openapi3.T) []answer {
	var answers []answer
	for _, name := range slices.Sorted(maps.Keys(document.Components.Responses)) {
		a := newAnswer(document.Components.Responses[name].Value)
		a.Name = name
		answers = append(answers, a)
	}
	return answers
}

func newAnswer(response *openapi3.Response) answer {
	a := answer{Body: bodyOf(response.Content)}
	if response.Description != nil {
		a.About = *response.Description
	}
	for _, name := range slices.Sorted(maps.Keys(response.Headers)) {
		h := response.Headers[name].Value
		a.Headers = append(a.Headers, parameter{Name: name, About: h.Description, Type: kindOf(h.Schema)})
	}
	return a
}

// bodyOf returns the first kind of content, nil without any: the document has one for each body.
func bodyOf(content openapi3.Content) *body {
	if len(content) == 0 {
		return nil
	}
	name := slices.Min(slices.Collect(maps.Keys(content)))
	media := content[name]
	b := &body{MediaType: name, Type: kindOf(media.Schema)}
	if media.Example != nil {
		b.Examples = append(b.Examples, pretty(media.Example))
	}
	for _, key := range slices.Sorted(maps.Keys(media.Examples)) {
		b.Examples = append(b.Examples, pretty(media.Examples[key].Value.Value))
	}
	return b
}

// pretty returns an example as people read it: JSON, or the text that it is.
func pretty(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	var indented bytes.Buffer
	encoder := json.NewEncoder(&indented)
	encoder.SetEscapeHTML(false) // the template does
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSpace(indented.String())
}

// curl returns a command that uses the operation, with the document's examples in it.
func curl(o *operation, parameters openapi3.Parameters) string {
	path := o.Path
	var query []string
	for _, ref := range parameters {
		p := ref.Value
		example := fmt.Sprint(p.Example)
		switch {
		case p.Example == nil:
		case p.In == openapi3.ParameterInPath:
			path = strings.ReplaceAll(path, "{"+p.Name+"}", example)
		case p.In == openapi3.ParameterInQuery && p.Required:
			query = append(query, p.Name+"="+example)
		}
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	command := "curl"
	if o.Method != http.MethodGet {
		command += " -X " + o.Method
	}
	command += ` "$API_URL` + path + `"`
	if o.Role != "" {
		command += " \\\n  -H \"Authorization: Bearer $TOKEN\""
	}
	if o.Body != nil && len(o.Body.Examples) > 0 {
		command += " \\\n  -H 'Content-Type: " + o.Body.MediaType + "' \\\n  -d '" + strings.ReplaceAll(o.Body.Examples[0], "'", `'\''`) + "'"
	}
	return command
}
