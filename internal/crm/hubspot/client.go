package hubspot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// maxAnswer bounds an answer, in bytes. The longest is the list of an object's properties,
// some hundred kilobytes in old accounts.
const maxAnswer = 8 << 20

var tracer = otel.Tracer("github.com/your-org/multi-tenant-pipeline/internal/crm/hubspot")

// client speaks HubSpot's protocol: authorization, limits, and what its errors mean.
type client struct {
	http    *http.Client
	tokens  tokens
	config  Config
	account *account
	now     func() time.Time
}

// call is one request to HubSpot.
type call struct {
	op      string // what is tried, for instance "create contact": names the span and errors
	method  string
	path    string
	query   url.Values
	body    any  // encoded as JSON; nil: none
	search  bool // counts against the limit of searches
	creates bool // without an answer, nobody knows whether a record was created
}

// do sends a call and decodes its answer into out. Every error is a *crm.Error. If the
// access token was refused, which did nothing, the call is repeated once with another one.
func (c *client) do(ctx context.Context, call call, out any) error {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return err
	}
	err = c.once(ctx, call, token, out)
	var refused *crm.Error
	if !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized {
		return err
	}
	c.tokens.Expired(token)
	fresh, tokenErr := c.tokens.Token(ctx)
	if tokenErr != nil {
		return tokenErr
	}
	if fresh == token {
		return err
	}
	return c.once(ctx, call, fresh, out)
}

func (c *client) once(ctx context.Context, call call, token string, out any) error {
	if err := c.wait(ctx, call); err != nil {
		return err
	}
	ctx, span := tracer.Start(ctx, "hubspot."+strings.ReplaceAll(call.op, " ", "_"), trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	err := c.exchange(ctx, call, token, out)
	if err != nil {
		span.SetStatus(codes.Error, string(crm.FaultOf(err)))
		span.SetAttributes(attribute.String("fault", string(crm.FaultOf(err))))
	}
	return err
}

func (c *client) wait(ctx context.Context, call call) error {
	if call.search {
		if err := c.account.search.Wait(ctx); err != nil {
			return err
		}
	}
	return c.account.general.Wait(ctx)
}

func (c *client) exchange(ctx context.Context, call call, token string, out any) error {
	ctx, sent := crm.WatchSent(ctx)
	req, err := c.request(ctx, call, token)
	if err != nil {
		return &crm.Error{Fault: crm.Invalid, Op: call.op, Err: err}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return silence(call, err, sent())
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := outbound.ReadAll(resp.Body, maxAnswer)
	if err != nil && resp.StatusCode < http.StatusBadRequest {
		return silence(call, err, true)
	}
	c.slowDown(resp.Header)
	if resp.StatusCode >= http.StatusMultipleChoices {
		return c.refusal(call, resp, body)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return unclear(call, resp.StatusCode, fmt.Errorf("decode answer: %w", err))
	}
	return nil
}

func (c *client) request(ctx context.Context, call call, token string) (*http.Request, error) {
	address := strings.TrimSuffix(c.config.BaseURL, "/") + call.path
	if len(call.query) > 0 {
		address += "?" + call.query.Encode()
	}
	var body bytes.Buffer
	if call.body != nil {
		if err := json.NewEncoder(&body).Encode(call.body); err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, call.method, address, &body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	if call.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// slowDown believes the account's own count of requests, which includes those of other
// instances: with none left, nothing goes until the window has passed.
func (c *client) slowDown(h http.Header) {
	if h.Get("X-HubSpot-RateLimit-Remaining") != "0" {
		return
	}
	ms, err := strconv.ParseInt(h.Get("X-HubSpot-RateLimit-Interval-Milliseconds"), 10, 32)
	if err != nil || ms <= 0 {
		return
	}
	c.account.general.Pause(c.now().Add(time.Duration(ms) * time.Millisecond))
}
