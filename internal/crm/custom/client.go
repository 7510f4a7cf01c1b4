package custom

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// maxAnswer is how much of an answer is read, in bytes: an id, or some words.
const maxAnswer = 256 << 10

const (
	opSend  = "send event"
	opProbe = "probe address"
)

var tracer = otel.Tracer("github.com/your-org/multi-tenant-pipeline/internal/crm/custom")

// client sends signed requests to one address.
type client struct {
	http        *http.Client
	config      Config
	credentials credentials
	window      *crm.Window
	now         func() time.Time
}

// send delivers an event and returns the id under which the receiver keeps it. Every error
// is a *crm.Error. None is Ambiguous: sending again makes nothing twice.
func (c *client) send(ctx context.Context, e event, body []byte) (string, error) {
	if err := c.window.Wait(ctx); err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, c.config.Method, c.config.address(e.requestID), bytes.NewReader(body))
	if err != nil {
		return "", &crm.Error{Fault: crm.Invalid, Op: opSend, Message: "The address cannot be used."}
	}
	c.authenticate(req)
	req.Header.Set("Content-Type", "application/json")
	now := c.now()
	req.Header.Set("Webhook-Id", e.id)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Webhook-Signature", c.credentials.sign(e.id, now, body))
	req.Header.Set("Idempotency-Key", strconv.Quote(e.id))
	answer, err := c.exchange(req, opSend)
	if err != nil {
		return "", err
	}
	if !c.config.succeeded(answer.status) {
		return "", c.refusal(answer)
	}
	if c.config.IDPath == "" {
		return e.id, nil
	}
	return answer.id(c.config.IDPath)
}

// probe asks the address without delivering anything. Few receivers know HEAD: that one does
// not, or knows no such page, tells nothing.
func (c *client) probe(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.config.address("probe"), http.NoBody)
	if err != nil {
		return &crm.Error{Fault: crm.Invalid, Op: opProbe, Message: "The address cannot be used."}
	}
	c.authenticate(req)
	answer, err := c.exchange(req, opProbe)
	if err != nil {
		return err
	}
	e := c.refusal(answer)
	e.Op = opProbe
	switch {
	case answer.status < http.StatusMultipleChoices:
		return nil
	case e.Fault == crm.AuthRevoked, e.Fault == crm.Closed, answer.status < http.StatusBadRequest, answer.status >= http.StatusInternalServerError:
		if answer.status != http.StatusNotImplemented {
			return e
		}
	}
	return nil
}

// authenticate adds the tenant's headers and credentials.
func (c *client) authenticate(req *http.Request) {
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "lead-pipeline/1")
	for name, value := range c.config.Headers {
		req.Header.Set(name, value)
	}
	switch auth := c.credentials.Auth; c.config.Auth {
	case BearerAuth:
		req.Header.Set("Authorization", "Bearer "+auth.Token)
	case BasicAuth:
		req.SetBasicAuth(auth.Username, auth.Password)
	case HeaderAuth:
		req.Header.Set(c.config.AuthHeader, auth.Value)
	}
}

// answer is what the receiver said.
type answer struct {
	status int
	header http.Header
	body   []byte // the beginning
}

func (c *client) exchange(req *http.Request, op string) (answer, error) {
	ctx, cancel := context.WithTimeout(req.Context(), c.config.timeout())
	defer cancel()
	ctx, span := tracer.Start(ctx, "custom."+strings.ReplaceAll(op, " ", "_"), trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	resp, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		span.SetStatus(codes.Error, "no answer")
		return answer{}, silence(op, err)
	}
	defer func() { _ = resp.Body.Close() }()
	span.SetAttributes(attribute.Int("http.response.status_code", resp.StatusCode))
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil && c.config.succeeded(resp.StatusCode) {
		return answer{}, &crm.Error{Fault: crm.Transient, Op: op, Status: resp.StatusCode, Err: fmt.Errorf("read answer: %w", err)}
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}
