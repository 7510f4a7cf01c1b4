package salesforce

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// maxAnswer bounds an answer, in bytes. The longest is the description of an object, over a
// megabyte in orgs with many fields.
const maxAnswer = 16 << 20

var tracer = otel.Tracer("github.com/your-org/multi-tenant-pipeline/internal/crm/salesforce")

// client speaks Salesforce's protocol: authorization, limits, and what its errors mean.
type client struct {
	http        *http.Client
	credentials *credentials
	config      Config
	account     *account
	now         func() time.Time
}

// call is one request to Salesforce.
type call struct {
	op      string // what is tried, for instance "upsert lead": names the span and errors
	method  string
	path    string // below the org's address
	query   url.Values
	header  map[string]string
	body    any        // encoded as JSON; nil: none
	form    url.Values // sent as a form, without authorization
	keyed   bool       // the path names a record by the key field: what is not found is the field
	creates bool       // without an answer, nobody knows whether a record was created
}

// do sends a call and decodes its answer into out, and returns the status. Every error is a
// *crm.Error. A token that is refused is renewed, once.
func (c *client) do(ctx context.Context, call call, out any) (int, error) {
	t, err := c.token(ctx, token{})
	if err != nil {
		return 0, err
	}
	status, err := c.traced(ctx, t, call, out)
	if err == nil || crm.FaultOf(err) != crm.AuthExpired {
		return status, err
	}
	if t, err = c.token(ctx, t); err != nil {
		return 0, err
	}
	return c.traced(ctx, t, call, out)
}

// traced waits for the limits and sends a call in a span of its own.
func (c *client) traced(ctx context.Context, t token, call call, out any) (int, error) {
	if err := c.account.admit(ctx, c.now()); err != nil {
		return 0, err
	}
	ctx, span := tracer.Start(ctx, "salesforce."+strings.ReplaceAll(call.op, " ", "_"), trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	status, err := c.exchange(ctx, t, call, out)
	if err != nil {
		span.SetStatus(codes.Error, string(crm.FaultOf(err)))
		span.SetAttributes(attribute.String("fault", string(crm.FaultOf(err))))
	}
	return status, err
}

func (c *client) exchange(ctx context.Context, t token, call call, out any) (int, error) {
	ctx, sent := crm.WatchSent(ctx)
	req, err := newRequest(ctx, t, call)
	if err != nil {
		return 0, &crm.Error{Fault: crm.Invalid, Op: call.op, Err: err}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, silence(call, err, sent())
	}
	defer func() { _ = resp.Body.Close() }()
	status := resp.StatusCode
	body, err := outbound.ReadAll(resp.Body, maxAnswer)
	if err != nil && status < http.StatusMultipleChoices {
		return status, silence(call, err, true)
	}
	c.account.count(resp.Header, *c.config.ReservePercent, c.now())
	if status >= http.StatusMultipleChoices {
		return status, c.refusal(call, resp, body)
	}
	if status == http.StatusNoContent {
		return status, nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return status, unclear(call, status, fmt.Errorf("decode answer: %w", err))
	}
	return status, nil
}

func newRequest(ctx context.Context, t token, call call) (*http.Request, error) {
	address := strings.TrimSuffix(t.Instance, "/") + call.path
	if len(call.query) > 0 {
		address += "?" + call.query.Encode()
	}
	body, contentType, err := encode(call)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, call.method, address, body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if t.Access != "" {
		req.Header.Set("Authorization", "Bearer "+t.Access)
	}
	for name, value := range call.header {
		req.Header.Set(name, value)
	}
	return req, nil
}

func encode(call call) (body io.Reader, contentType string, err error) {
	switch {
	case call.form != nil:
		return strings.NewReader(call.form.Encode()), "application/x-www-form-urlencoded", nil
	case call.body == nil:
		return http.NoBody, "", nil
	}
	var buf bytes.Buffer
	if err := json.NewEncoder(&buf).Encode(call.body); err != nil {
		return nil, "", fmt.Errorf("encode request: %w", err)
	}
	return &buf, "application/json", nil
}
