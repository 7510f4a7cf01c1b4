package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/tmaxmax/go-sse"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// tailPause is the wait before the stream is opened again.
const tailPause = 2 * time.Second

func newRequestTail(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "tail", Short: "Print a line whenever a request is new or has changed, until Ctrl-C",
		Long: `Follow a tenant's requests. The stream is opened again where it ended when it breaks or the
token expires. With -o json each line is one JSON object.`,
		Example: "  pipelinectl request tail -t tenant_demo",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			return s.tail(ctx)
		}),
	}
}

// tail follows the stream until the context ends, which is how a person stops it.
func (s *session) tail(ctx context.Context) error {
	last := ""
	for {
		resp, err := s.api.StreamRequests(ctx, s.Tenant, &client.StreamRequestsParams{LastEventID: optional(last)})
		if err == nil {
			err = s.stream(resp, &last)
		}
		problem := (*problemError)(nil)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // stopped by the person
		case errors.As(err, &problem) && problem.status < http.StatusInternalServerError && problem.status != http.StatusTooManyRequests:
			return err
		case errors.Is(err, errLine):
			return err
		case err != nil && last == "":
			return err // it never worked
		case err != nil:
			s.warn("The stream broke off; opening it again.")
		}
		if !sleep(ctx, min(tailPause, 2*s.poll)) {
			return nil
		}
	}
}

// errLine says that an event could not be printed.
var errLine = errors.New("print event")

func (s *session) stream(resp *http.Response, last *string) error {
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // a problem that is cut is none
		return newProblem(resp, body)
	}
	for event, err := range sse.Read(resp.Body, nil) {
		if err != nil {
			return fmt.Errorf("read stream: %w", err)
		}
		*last = event.LastEventID
		if event.Type != "request" {
			continue
		}
		if err := s.printEvent(event.Data); err != nil {
			return errors.Join(errLine, err)
		}
	}
	return nil
}

func (s *session) printEvent(data string) error {
	if s.json {
		var b bytes.Buffer
		if err := json.Compact(&b, []byte(data)); err != nil {
			return err
		}
		_, err := fmt.Fprintln(s.out, b.String())
		return err
	}
	var r client.Request
	if err := json.Unmarshal([]byte(data), &r); err != nil {
		return err
	}
	cells := requestRow(r)
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = cell(c)
	}
	_, err := fmt.Fprintln(s.out, strings.Join(texts, "  "))
	return err
}

// sleep waits, and reports whether the context still holds.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
