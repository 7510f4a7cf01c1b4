package pipedrive

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
	"github.com/your-org/multi-tenant-pipeline/internal/crm/oauth"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// maxAnswer bounds an answer, in bytes. The longest is a page of notes.
const maxAnswer = 16 << 20

var tracer = otel.Tracer("github.com/your-org/multi-tenant-pipeline/internal/crm/pipedrive")

// client speaks Pipedrive's protocol: authorization, limits, and what its errors mean.
type client struct {
	http     *http.Client
	apiToken string
	tokens   *oauth.Source // nil with an API token
	config   Config
	account  *account
	now      func() time.Time
}

// call is one request to Pipedrive.
type call struct {
	op      string // what is tried, for instance "create lead": names the span and errors
	method  string
	path    string
	query   url.Values
	body    any  // encoded as JSON; nil: none
	search  bool // counts against the limit of searches
	creates bool // without an answer, nobody knows whether a record was created
}

// v1 and v2 return the path of a resource in one of the two APIs.
func (c *client) v1(parts ...string) string { return path(c.config.Version1, parts) }
func (c *client) v2(parts ...string) string { return path(c.config.Version2, parts) }

func path(version string, parts []string) string {
	escaped := []string{"/api", version}
	for _, part := range parts {
		escaped = append(escaped, url.PathEscape(part))
	}
	return strings.Join(escaped, "/")
}

// do sends a call and decodes its answer into out. Every error is a *crm.Error. An access
// token that was refused is replaced, and the call repeated, once.
func (c *client) do(ctx context.Context, call call, out any) error {
	ctx, span := tracer.Start(ctx, "pipedrive."+strings.ReplaceAll(call.op, " ", "_"), trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	err := c.exchange(ctx, call, out)
	if c.tokens != nil && crm.FaultOf(err) == crm.AuthExpired {
		err = c.exchange(ctx, call, out)
	}
	if err != nil {
		span.SetStatus(codes.Error, string(crm.FaultOf(err)))
		span.SetAttributes(attribute.String("fault", string(crm.FaultOf(err))))
	}
	return err
}

func (c *client) wait(ctx context.Context, call call) error {
	if err := c.account.budget(c.now()); err != nil {
		return err
	}
	if call.search {
		if err := c.account.search.Wait(ctx); err != nil {
			return err
		}
	}
	return c.account.general.Wait(ctx)
}

func (c *client) exchange(ctx context.Context, call call, out any) error {
	if err := c.wait(ctx, call); err != nil {
		return err
	}
	access, err := c.access(ctx)
	if err != nil {
		return err
	}
	ctx, sent := crm.WatchSent(ctx)
	req, err := c.request(ctx, call, access)
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
	c.slowDown(resp.Header, call)
	if resp.StatusCode == http.StatusUnauthorized && c.tokens != nil {
		c.tokens.Expired(access)
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return c.refusal(call, resp, body)
	}
	return decode(call, resp.StatusCode, body, out)
}

// access returns the token to send.
func (c *client) access(ctx context.Context) (string, error) {
	if c.tokens == nil {
		return c.apiToken, nil
	}
	return c.tokens.Token(ctx)
}

// baseURL returns where the account is asked. An installation tells with its tokens.
func (c *client) baseURL() string {
	if c.config.BaseURL == "" && c.tokens != nil {
		return c.tokens.Domain()
	}
	return c.config.BaseURL
}

func (c *client) request(ctx context.Context, call call, access string) (*http.Request, error) {
	base := c.baseURL()
	if err := validateBaseURL(base); err != nil {
		return nil, err
	}
	address := strings.TrimSuffix(base, "/") + call.path
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
	if c.tokens == nil {
		req.Header.Set("x-api-token", access)
	} else {
		req.Header.Set("Authorization", "Bearer "+access)
	}
	req.Header.Set("Accept", "application/json")
	if call.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// decode reads an answer with a status of success. Pipedrive also says there that it failed.
func decode(call call, status int, body []byte, out any) error {
	verdict, ours := parseError(body)
	if !ours || verdict.Success == nil {
		return unclear(call, status, errors.New("the answer is not Pipedrive's"))
	}
	if !*verdict.Success {
		return verdict.invalid(call, status)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return unclear(call, status, fmt.Errorf("decode answer: %w", err))
	}
	return nil
}

// slowDown believes Pipedrive's own counts, which include other programs with the token:
// with none left, nothing goes until the window has passed, or the day.
func (c *client) slowDown(h http.Header, call call) {
	now := c.now()
	if dayIsSpent(h) {
		c.account.spend(midnight(now))
	}
	if h.Get("x-ratelimit-remaining") != "0" {
		return
	}
	until := resetAt(h, now)
	if until.IsZero() {
		return
	}
	if call.search {
		c.account.search.Pause(until)
		return
	}
	c.account.general.Pause(until)
}

// dayIsSpent reports whether nothing is left of the daily budget. The headers may be absent.
func dayIsSpent(h http.Header) bool {
	return h.Get("x-daily-ratelimit-token-remaining") == "0"
}

// resetAt returns when the window of requests ends: the header holds the seconds that
// remain, not a time of day, although it looks like one of those to some.
func resetAt(h http.Header, now time.Time) time.Time {
	seconds, err := strconv.ParseFloat(h.Get("x-ratelimit-reset"), 64)
	if err != nil || seconds <= 0 || seconds > time.Hour.Seconds() {
		return time.Time{}
	}
	return now.Add(time.Duration(seconds * float64(time.Second)))
}
