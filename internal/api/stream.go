package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

const (
	pingEvery = 15 * time.Second
	patience  = 30 * time.Second // how long a write may wait for the reader
)

// StreamRequests implements GET /v1/tenants/{tenant_id}/events.
func (h *handlers) StreamRequests(ctx context.Context, in StreamRequestsRequestObject) (StreamRequestsResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	s := &stream{ctx: ctx, scope: h.scope(granted.tenantID), left: granted.principal.Expires.Sub(h.deps.Now())}
	if last := in.Params.LastEventID; last != "" {
		if s.from, err = eventPlace(last); err != nil {
			return nil, err
		}
	}
	if s.follower, s.leave, err = h.hub.follow(granted.tenantID); err != nil {
		return nil, err
	}
	return s, nil
}

// stream is one answer that does not end by itself.
type stream struct {
	ctx      context.Context // the request's
	scope    Scope
	left     time.Duration  // until the token expires
	from     store.Position // zero: from now on
	follower *follower
	leave    func()
}

// VisitStreamRequestsResponse implements StreamRequestsResponseObject. Once the stream has
// begun there is nobody to tell an error: the reader comes again with its last event.
func (s *stream) VisitStreamRequestsResponse(w http.ResponseWriter) error {
	defer s.leave()
	out := eventWriter{w: w, control: http.NewResponseController(w)}
	// The server's timeouts are for answers that end. Without deadlines (a test's recorder)
	// there are no timeouts either.
	if err := out.control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("open stream: %w", err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies must not wait for the end
	w.WriteHeader(http.StatusOK)
	if out.ping() != nil || s.catchUp(out) != nil {
		return nil
	}
	s.follow(out)
	return nil
}

// catchUp sends what changed between the reader's last event and the follower's first.
func (s *stream) catchUp(out eventWriter) error {
	for after := s.from; !after.At.IsZero() && after.At.Before(s.follower.since.At); {
		updates, next, err := changes(s.ctx, s.scope, after)
		if err != nil {
			return err
		}
		for _, u := range updates {
			if err := out.update(u); err != nil {
				return err
			}
		}
		if next == after {
			return nil
		}
		after = next
	}
	return nil
}

// follow sends updates until the reader, the token, the hub or the server ends it.
func (s *stream) follow(out eventWriter) {
	pings := time.NewTicker(pingEvery)
	defer pings.Stop()
	expiry := time.NewTimer(s.left)
	defer expiry.Stop()
	for {
		var err error
		select {
		case u, open := <-s.follower.updates:
			if !open {
				return // too slow
			}
			err = out.update(u)
		case <-pings.C:
			err = out.ping()
		case <-expiry.C:
			return
		case <-server.Draining(s.ctx):
			return
		case <-s.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// eventWriter writes server-sent events.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (e eventWriter) ping() error { return e.write("event: ping\ndata: {}\n\n") }

func (e eventWriter) update(u update) error {
	return e.write("event: request\nid: " + eventID(u.at) + "\ndata: " + string(u.row) + "\n\n")
}

func (e eventWriter) write(event string) error {
	if err := e.control.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("set deadline: %w", err)
	}
	if _, err := e.w.Write([]byte(event)); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	if err := e.control.Flush(); err != nil {
		return fmt.Errorf("flush event: %w", err)
	}
	return nil
}

// eventList is the name of the list that event ids are places in.
const eventList = "events"

func eventID(at store.Position) string { return place{at: at.At, id: at.RequestID}.token(eventList) }

func eventPlace(id string) (store.Position, error) {
	at, err := placeOf(eventList, id)
	if err != nil {
		return store.Position{}, &refusal{code: ProblemCodeInvalidRequest, parameter: "Last-Event-ID"}
	}
	return store.Position{At: at.at, RequestID: at.id}, nil
}
