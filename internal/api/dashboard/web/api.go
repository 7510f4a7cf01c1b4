package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/go-chi/chi/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// NewClient returns a client of the API that this handler serves. Calls stay in the process;
// they carry the browser's address, which the API's audit log and limits know people by.
func NewClient(api http.Handler, browser *http.Request, token string) (*client.Client, error) {
	c, err := client.NewClient("http://api.internal", client.WithHTTPClient(&inProcess{api: api, browser: browser, token: token}))
	if err != nil {
		return nil, fmt.Errorf("open api: %w", err)
	}
	return c, nil
}

// inProcess implements client.HttpRequestDoer without a network.
type inProcess struct {
	api     http.Handler
	browser *http.Request
	token   string
	asked   atomic.Bool // once: the page is counted, what else it asks for is part of it
}

// Do implements client.HttpRequestDoer.
func (p *inProcess) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if p.asked.Swap(true) {
		r = r.WithContext(access.Part(r.Context()))
	}
	answer := &buffer{header: http.Header{}, status: http.StatusOK}
	p.api.ServeHTTP(answer, ForAPI(r, p.browser, p.token))
	return &http.Response{
		Status: http.StatusText(answer.status), StatusCode: answer.status, Header: answer.header,
		Body: io.NopCloser(&answer.body), ContentLength: int64(answer.body.Len()), Request: r,
	}, nil
}

// ForAPI returns r as the browser's bearer would have sent it to the API.
func ForAPI(r, browser *http.Request, token string) *http.Request {
	// The API's router must not take itself for a part of the dashboard's.
	out := r.Clone(context.WithValue(r.Context(), chi.RouteCtxKey, nil))
	if out.Body == nil {
		out.Body = http.NoBody
	}
	out.RequestURI = out.URL.RequestURI()
	out.RemoteAddr = browser.RemoteAddr
	out.Header.Del("X-Forwarded-For")
	for _, line := range browser.Header.Values("X-Forwarded-For") {
		out.Header.Add("X-Forwarded-For", line)
	}
	out.Header.Del("Cookie")
	out.Header.Set("Authorization", "Bearer "+token)
	return out
}

// buffer is an http.ResponseWriter that keeps the answer.
type buffer struct {
	header http.Header
	body   bytes.Buffer
	status int
	wrote  bool
}

func (b *buffer) Header() http.Header { return b.header }

func (b *buffer) WriteHeader(status int) {
	if !b.wrote {
		b.status, b.wrote = status, true
	}
}

func (b *buffer) Write(p []byte) (int, error) {
	b.wrote = true
	return b.body.Write(p)
}

// Problem is what the API answers instead of what was asked for.
type Problem struct{ client.Problem } //nolint:errname // RFC 9457 calls it a problem

// Error implements error. It is for the log: people are shown Detail and Errors.
func (p *Problem) Error() string { return fmt.Sprintf("api answers %d %s", p.Status, p.Code) }

// FieldError returns what the API says of the field, by the end of its path; empty: nothing.
func (p *Problem) FieldError(field string) string {
	for _, e := range p.Errors {
		if e.Field == field {
			return e.Message
		}
	}
	return ""
}

// Refused reports whether err is the API's refusal with one of these codes, or with any if
// none is named.
func Refused(err error, codes ...string) bool {
	var p *Problem
	if !errors.As(err, &p) {
		return false
	}
	for _, code := range codes {
		if p.Code == code {
			return true
		}
	}
	return len(codes) == 0
}

// Read decodes the answer of a client's method; a problem becomes a *Problem. What the API
// answers with nothing is read as struct{}.
func Read[T any](res *http.Response, err error) (T, error) {
	var got T
	_, err = ReadTagged(&got, res, err)
	return got, err
}

// ReadTagged is Read for what is changed later: it returns the answer's ETag, which the change
// sends back as If-Match.
func ReadTagged(into any, res *http.Response, err error) (etag string, _ error) {
	if err != nil {
		return "", fmt.Errorf("ask api: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		p := &Problem{}
		if err := json.NewDecoder(res.Body).Decode(&p.Problem); err != nil || p.Status == 0 {
			return "", fmt.Errorf("ask api: it answers %d", res.StatusCode)
		}
		return "", p
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read api's answer: %w", err)
	}
	return res.Header.Get("ETag"), nil
}
