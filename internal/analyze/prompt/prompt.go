package prompt

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/template"
)

// Version names the template. It is stored with every result; raise it with every change
// of the template's words, so that results can be told apart.
const Version = "2026-11-1"

const (
	openMark  = "<request_data>\n"
	closeMark = "\n</request_data>"
)

//go:embed system.tmpl
var systemText string

var systemTemplate = template.Must(template.New("system").Option("missingkey=error").Parse(systemText))

// Prompt is one question to a model.
type Prompt struct {
	System     string // what to do; the same for every request
	User       string // the request, between the markers
	Correction string // empty, or what was wrong with the answer before
	TenantID   string // whose request it is; not part of the question
}

// Build writes the prompt for a request.
func Build(in Input) (Prompt, error) {
	data, err := json.Marshal(in)
	if err != nil {
		return Prompt{}, fmt.Errorf("encode request data: %w", err)
	}
	var system bytes.Buffer
	if err := systemTemplate.Execute(&system, definitions); err != nil {
		return Prompt{}, fmt.Errorf("execute prompt template: %w", err)
	}
	return Prompt{
		System: system.String(),
		User:   "Analyse this request.\n" + openMark + string(data) + closeMark + "\n",
	}, nil
}

// Corrected returns the prompt with a sentence that names the fault of the answer before.
// The fault must be in fixed words: it stands outside the markers.
func (p Prompt) Corrected(fault string) Prompt {
	p.Correction = "Your previous answer was refused: " + fault + ". Answer again, as the schema says, and quote only words that stand in the segments."
	return p
}

// Parse returns the Input that a prompt's user part was built from.
func Parse(text string) (Input, error) {
	_, rest, ok := strings.Cut(text, openMark)
	if !ok {
		return Input{}, errors.New("parse prompt: no request data")
	}
	data, _, ok := strings.Cut(rest, closeMark)
	if !ok {
		return Input{}, errors.New("parse prompt: request data has no end")
	}
	var in Input
	dec := json.NewDecoder(strings.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return Input{}, fmt.Errorf("parse prompt: %w", err)
	}
	return in, nil
}
