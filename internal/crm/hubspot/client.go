package hubspot

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
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

// do sends a call and decodes its answer into out. Every error is a *crm.Error. If the
// access token was refused, which did nothing, the call is repeated once with another one.
func (c *client) do(ctx context.Context, call crm.Call, out any) error {
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

func (c *client) once(ctx context.Context, call crm.Call, token string, out any) error {
	if err := c.wait(ctx, call); err != nil {
		return err
	}
	return call.Trace(ctx, tracer, "hubspot", func(ctx context.Context) error {
		return c.exchange(ctx, call, token, out)
	})
}

func (c *client) wait(ctx context.Context, call crm.Call) error {
	if call.Search {
		if err := c.account.search.Wait(ctx); err != nil {
			return err
		}
	}
	return c.account.general.Wait(ctx)
}

func (c *client) exchange(ctx context.Context, call crm.Call, token string, out any) error {
	req, err := call.Request(ctx, c.config.BaseURL)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	a, err := call.Send(c.http, req, maxAnswer)
	if err != nil {
		return err
	}
	if a.Err != nil && a.Status < http.StatusBadRequest {
		return call.Silence(a.Err, true)
	}
	c.slowDown(a.Header)
	if a.Status >= http.StatusMultipleChoices {
		return c.refusal(call, a)
	}
	return call.Decode(a, out)
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
