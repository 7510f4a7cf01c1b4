package salesforce

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
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

// do sends a call and decodes its answer into out, and returns the status. Every error is a
// *crm.Error. A token that is refused is renewed, once.
func (c *client) do(ctx context.Context, call crm.Call, out any) (int, error) {
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
func (c *client) traced(ctx context.Context, t token, call crm.Call, out any) (status int, err error) {
	if err := c.account.admit(ctx, c.now()); err != nil {
		return 0, err
	}
	err = call.Trace(ctx, tracer, "salesforce", func(ctx context.Context) error {
		status, err = c.exchange(ctx, t, call, out)
		return err
	})
	return status, err
}

func (c *client) exchange(ctx context.Context, t token, call crm.Call, out any) (int, error) {
	req, err := call.Request(ctx, t.Instance)
	if err != nil {
		return 0, err
	}
	if t.Access != "" { // to get one, there is none
		req.Header.Set("Authorization", "Bearer "+t.Access)
	}
	a, err := call.Send(c.http, req, maxAnswer)
	if err != nil {
		return 0, err
	}
	if a.Err != nil && a.Status < http.StatusMultipleChoices {
		return a.Status, call.Silence(a.Err, true)
	}
	c.account.count(a.Header, *c.config.ReservePercent, c.now())
	if a.Status >= http.StatusMultipleChoices {
		return a.Status, c.refusal(call, a)
	}
	if a.Status == http.StatusNoContent {
		return a.Status, nil
	}
	return a.Status, call.Decode(a, out)
}
