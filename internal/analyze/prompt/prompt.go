package prompt

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"text/template"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Version names the template. It is stored with every result; raise it with every change
// of the template's words, so that results can be told apart.
const Version = "2026-11-2"

// The marks between which others' words stand. JSON escapes angle brackets, so that nothing
// between them can look like one.
const (
	openQuestions  = "<questions>\n"
	closeQuestions = "\n</questions>"
	openData       = "<request_data>\n"
	closeData      = "\n</request_data>"
)

// markedSpam is told of the few calls that it is true of: in the system part every call would pay
// for it. It is in fixed words, outside the marks.
const markedSpam = "The call tracker has marked this call as spam; a person or a filter did so. Answer spam unless the customer's own words show a real request.\n"

//go:embed system.tmpl
var systemText string

//go:embed questions.txt
var questionsText string

// system is the same for every request, so that the service can keep it and charge less for it.
var system = sync.OnceValues(func() (string, error) {
	t, err := template.New("system").Option("missingkey=error").Parse(systemText)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = t.Execute(&b, definitions)
	return strings.TrimSpace(b.String()), err
})

// Prompt is one question to a model.
type Prompt struct {
	System     string             // what to do; the same for every request
	User       string             // the request, between the marks
	Correction string             // empty, or what was wrong with the answer before
	Questions  []request.Question // which User asks beside; they shape the answer
	TenantID   string             // whose request it is; not part of the question
}

// Build writes the prompt for a request.
func Build(in Input) (Prompt, error) {
	data, err := json.Marshal(in)
	if err != nil {
		return Prompt{}, fmt.Errorf("encode request data: %w", err)
	}
	asked, err := ask(in.Questions)
	if err != nil {
		return Prompt{}, err
	}
	task, err := system()
	if err != nil {
		return Prompt{}, fmt.Errorf("write system part: %w", err)
	}
	return Prompt{
		System:    task,
		User:      asked + mark(in.Call) + "Analyse this request.\n" + openData + string(data) + closeData + "\n",
		Questions: in.Questions,
	}, nil
}

// mark tells that the source takes a call for spam.
func mark(c Call) string {
	if !c.MarkedSpam {
		return ""
	}
	return markedSpam
}

// ask writes the company's own questions. They come before the request, whose words change
// with every call.
func ask(questions []request.Question) (string, error) {
	if len(questions) == 0 {
		return "", nil
	}
	data, err := json.Marshal(questions)
	if err != nil {
		return "", fmt.Errorf("encode questions: %w", err)
	}
	return questionsText + openQuestions + string(data) + closeQuestions + "\n", nil
}

// WithoutQuestions returns the prompt without the company's own questions.
func (p Prompt) WithoutQuestions() Prompt {
	if _, rest, asked := strings.Cut(p.User, closeQuestions+"\n"); asked {
		p.User, p.Questions = rest, nil
	}
	return p
}

// Corrected returns the prompt with a sentence that names the fault of the answer before.
// The fault must be in fixed words: it stands outside the marks.
func (p Prompt) Corrected(fault string) Prompt {
	p.Correction = "Your previous answer was refused: " + fault + ". Answer again, as the schema says, and quote only words that stand in the segments."
	return p
}

// Parse returns the Input that a prompt's user part was built from.
func Parse(text string) (Input, error) {
	var in Input
	found, err := decodeBetween(text, openData, closeData, &in)
	if err != nil {
		return Input{}, err
	}
	if !found {
		return Input{}, errors.New("parse prompt: no request data")
	}
	before, _, _ := strings.Cut(text, openData)
	if _, err := decodeBetween(before, openQuestions, closeQuestions, &in.Questions); err != nil {
		return Input{}, err
	}
	return in, nil
}

// decodeBetween reads the JSON between two marks, if the first is there.
func decodeBetween(text, first, last string, into any) (found bool, err error) {
	_, rest, found := strings.Cut(text, first)
	if !found {
		return false, nil
	}
	data, _, ended := strings.Cut(rest, last)
	if !ended {
		return true, errors.New("parse prompt: a mark is not closed")
	}
	dec := json.NewDecoder(strings.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return true, fmt.Errorf("parse prompt: %w", err)
	}
	return true, nil
}
