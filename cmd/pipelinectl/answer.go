package main

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// maxAnswer is more than any answer of the API holds.
const maxAnswer = 64 << 20

// answer is what the API said, if it said yes.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// read takes a response apart. What is not 2xx is a *problemError.
func read(resp *http.Response, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("read answer: %w", err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return answer{}, newProblem(resp, body)
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

// decode reads an answer's JSON.
func decode[T any](a answer) (T, error) {
	var v T
	if err := json.Unmarshal(a.body, &v); err != nil {
		return v, fmt.Errorf("read answer: %w", err)
	}
	return v, nil
}

// get reads a response and its JSON in one step.
func get[T any](resp *http.Response, err error) (T, error) {
	a, err := read(resp, err)
	if err != nil {
		var none T
		return none, err
	}
	return decode[T](a)
}

// problemError is an answer that said no.
type problemError struct {
	status     int
	request    string // method and path
	retryAfter string
	problem    *client.Problem // nil: not from the API, but from something before it
}

func newProblem(resp *http.Response, body []byte) *problemError {
	e := &problemError{status: resp.StatusCode, retryAfter: resp.Header.Get("Retry-After")}
	if r := resp.Request; r != nil {
		e.request = r.Method + " " + r.URL.Path
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // no type is no problem document
	var p client.Problem
	if kind == "application/problem+json" && json.Unmarshal(body, &p) == nil {
		e.problem = &p
	}
	return e
}

func (e *problemError) Error() string {
	if e.problem == nil {
		return fmt.Sprintf("%s was answered %d %s, and not by the pipeline's API", e.request, e.status, http.StatusText(e.status))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%d %s, %s)", clean(e.problem.Detail), e.status, clean(e.problem.Code), e.request)
	if e.problem.Parameter != "" {
		fmt.Fprintf(&b, "\n  %s is wrong", clean(e.problem.Parameter))
	}
	for _, field := range e.problem.Errors {
		fmt.Fprintf(&b, "\n  %s: %s", clean(field.Field), clean(field.Message))
	}
	if e.retryAfter != "" {
		fmt.Fprintf(&b, "\n  try again in %s s", clean(e.retryAfter))
	}
	return b.String()
}
