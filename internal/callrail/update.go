package callrail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// update is the body of a change. What it leaves out stays. There is no way to mark a call
// as spam here: CallRail hides such a call for good.
type update struct {
	Tags       []string `json:"tags,omitempty"`
	AppendTags bool     `json:"append_tags,omitempty"` // or CallRail would replace everybody's tags
	Note       string   `json:"note,omitempty"`
	Value      string   `json:"value,omitempty"`
	LeadStatus string   `json:"lead_status,omitempty"`
}

// Update writes on a call: tags are added, the rest is set. Written twice it is the same, so
// that an attempt of unknown outcome may be repeated. It does not look whose call it is: fetch
// it with Call before. CallRail tells about every change by a delivery, also about this one.
func (c *Client) Update(ctx context.Context, a Access, id string, u request.SourceUpdate) (err error) {
	ctx, span := c.tracer.Start(ctx, "callrail.update_call")
	defer func() { endSpan(span, err) }()

	body, err := json.Marshal(update{
		Tags: u.Tags, AppendTags: len(u.Tags) > 0, Note: u.Note, Value: u.Value, LeadStatus: u.LeadStatus,
	})
	if err != nil {
		return fmt.Errorf("update call: encode: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, c.address(a, "calls", id+".json"), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("update call: %w: bad address", ErrRejected)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.send(a, req, c.limits.follow)
	if err != nil {
		return fmt.Errorf("update call: %w", err)
	}
	// The answer is the call again; read, so that the connection can serve once more.
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("update call: %w: %w", ErrTransient, err)
	}
	return nil
}
