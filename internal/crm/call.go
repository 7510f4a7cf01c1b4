package crm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// Call is one request to a CRM. How it is authorized, and what a refusal means, is the
// connector's.
type Call struct {
	Op      string // what is tried, for instance "create contact": names the span and errors
	Method  string
	Path    string // below the account's address
	Query   url.Values
	Header  map[string]string // beside what every call has
	Body    any               // encoded as a form if it is url.Values, otherwise as JSON; nil: none
	Search  bool              // counts against the limit of searches, where the CRM has one
	Creates bool              // without an answer, nobody knows whether a record was created
}

// Answer is what a CRM answered to a call.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Err    error // why the body could not be read: it is empty then
}

// Trace makes a call in a span of its own, which notes the fault.
func (c Call) Trace(ctx context.Context, tracer trace.Tracer, vendor string, do func(context.Context) error) error {
	ctx, span := tracer.Start(ctx, vendor+"."+strings.ReplaceAll(c.Op, " ", "_"), trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	err := do(ctx)
	if err != nil {
		span.SetStatus(codes.Error, string(FaultOf(err)))
		span.SetAttributes(attribute.String("fault", string(FaultOf(err))))
	}
	return err
}

// Request returns the call as a request to an account's address. Errors are an *Error.
func (c Call) Request(ctx context.Context, base string) (*http.Request, error) {
	address := strings.TrimSuffix(base, "/") + c.Path
	if len(c.Query) > 0 {
		address += "?" + c.Query.Encode()
	}
	body, contentType, err := c.encode()
	if err != nil {
		return nil, &Error{Fault: Invalid, Op: c.Op, Err: fmt.Errorf("encode request: %w", err)}
	}
	req, err := http.NewRequestWithContext(ctx, c.Method, address, bytes.NewReader(body))
	if err != nil {
		return nil, &Error{Fault: Invalid, Op: c.Op, Err: fmt.Errorf("make request: %w", err)}
	}
	req.Header.Set("Accept", "application/json")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for name, value := range c.Header {
		req.Header.Set(name, value)
	}
	return req, nil
}

func (c Call) encode() (body []byte, contentType string, err error) {
	switch v := c.Body.(type) {
	case nil:
		return nil, "", nil
	case url.Values:
		return []byte(v.Encode()), "application/x-www-form-urlencoded", nil
	default:
		body, err = json.Marshal(v)
		return body, "application/json", err
	}
}

// Send sends the call's request and reads the answer, up to limit bytes. It fails if there
// is none; errors are an *Error.
func (c Call) Send(client *http.Client, req *http.Request, limit int64) (Answer, error) {
	ctx, sent := WatchSent(req.Context())
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return Answer{}, c.Silence(err, sent())
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := outbound.ReadAll(resp.Body, limit)
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, Err: err}, nil
}

// Decode reads the answer to a call that went well into out, unless that is nil.
func (c Call) Decode(a Answer, out any) error {
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(a.Body, out); err != nil {
		return c.Unclear(a.Status, fmt.Errorf("decode answer: %w", err))
	}
	return nil
}

// Silence is the error of a call that got no answer. Sent: the CRM may have acted on it.
func (c Call) Silence(err error, sent bool) *Error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err // its text holds the address, and that a phone number, an e-mail address or a key
	}
	fault := Transient
	switch {
	case errors.Is(err, outbound.ErrBlocked):
		fault = Invalid
	case sent && c.Creates:
		fault = Ambiguous
	}
	return &Error{Fault: fault, Op: c.Op, Err: err}
}

// Unclear is the error of a call whose answer tells nothing about the record.
func (c Call) Unclear(status int, err error) *Error {
	fault := Transient
	if c.Creates {
		fault = Ambiguous
	}
	return &Error{Fault: fault, Op: c.Op, Status: status, Err: err}
}
