package pipedrive

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/oauth"
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
func (c *client) do(ctx context.Context, call crm.Call, out any) error {
	return call.Trace(ctx, tracer, "pipedrive", func(ctx context.Context) error {
		err := c.exchange(ctx, call, out)
		if c.tokens != nil && crm.FaultOf(err) == crm.AuthExpired {
			err = c.exchange(ctx, call, out)
		}
		return err
	})
}

func (c *client) wait(ctx context.Context, call crm.Call) error {
	if err := c.account.budget(c.now()); err != nil {
		return err
	}
	if call.Search {
		if err := c.account.search.Wait(ctx); err != nil {
			return err
		}
	}
	return c.account.general.Wait(ctx)
}

func (c *client) exchange(ctx context.Context, call crm.Call, out any) error {
	if err := c.wait(ctx, call); err != nil {
		return err
	}
	access, err := c.access(ctx)
	if err != nil {
		return err
	}
	req, err := c.request(ctx, call, access)
	if err != nil {
		return err
	}
	a, err := call.Send(c.http, req, maxAnswer)
	if err != nil {
		return err
	}
	if a.Err != nil && a.Status < http.StatusBadRequest {
		return call.Silence(a.Err, true)
	}
	c.slowDown(a.Header, call)
	if a.Status == http.StatusUnauthorized && c.tokens != nil {
		c.tokens.Expired(access)
	}
	if a.Status >= http.StatusMultipleChoices {
		return c.refusal(call, a)
	}
	return decode(call, a, out)
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

func (c *client) request(ctx context.Context, call crm.Call, access string) (*http.Request, error) {
	base := c.baseURL()
	if err := validateBaseURL(base); err != nil {
		return nil, &crm.Error{Fault: crm.Invalid, Op: call.Op, Err: err}
	}
	req, err := call.Request(ctx, base)
	if err != nil {
		return nil, err
	}
	if c.tokens == nil {
		req.Header.Set("x-api-token", access)
	} else {
		req.Header.Set("Authorization", "Bearer "+access)
	}
	return req, nil
}

// decode reads an answer with a status of success. Pipedrive also says there that it failed.
func decode(call crm.Call, a crm.Answer, out any) error {
	verdict, ours := parseError(a.Body)
	if !ours || verdict.Success == nil {
		return call.Unclear(a.Status, errors.New("the answer is not Pipedrive's"))
	}
	if !*verdict.Success {
		return verdict.invalid(call, a.Status)
	}
	return call.Decode(a, out)
}

// slowDown believes Pipedrive's own counts, which include other programs with the token:
// with none left, nothing goes until the window has passed, or the day.
func (c *client) slowDown(h http.Header, call crm.Call) {
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
	if call.Search {
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
