package gemini

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
)

// goneFor is how long a model that answered 404 is left out before it is tried again.
const goneFor = time.Hour

// Generate asks the models in their order until one answers. The error is a *RefusedError,
// *BusyError or *UnavailableError, or the context's. A busy model is no reason to ask another:
// it says when it can be asked again.
func (c *Client) Generate(ctx context.Context, p prompt.Prompt) (Reply, error) {
	none := &UnavailableError{Lasting: true, Err: errGone}
	for _, profile := range c.cfg.Models {
		if c.isGone(profile.ID) {
			continue
		}
		reply, err := c.ask(ctx, profile, p)
		var unavailable *UnavailableError
		switch {
		case errors.Is(err, errGone):
			c.leaveOut(profile.ID)
		case errors.As(err, &unavailable):
			none.Lasting = none.Lasting && unavailable.Lasting
			none.Invalid = none.Invalid || unavailable.Invalid
			none.Err = unavailable.Err
		default:
			return reply, err
		}
		c.report(ctx, profile.ID, err)
	}
	none.Invalid = none.Invalid && none.Lasting // a model that may come back may take the request
	return Reply{}, none
}

func (c *Client) isGone(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().Before(c.gone[id])
}

func (c *Client) leaveOut(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone[id] = c.now().Add(goneFor)
}

// report tells whoever is on duty that a model could not answer. Alerts are made of this
// counter and this line: their names are not to be changed.
func (c *Client) report(ctx context.Context, model string, err error) {
	slog.WarnContext(ctx, "model cannot be asked", "model", model, "reason", outcome(err), "error", err)
	c.metrics.fell(ctx, model, outcome(err))
}
