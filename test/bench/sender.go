package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
)

// sender delivers calls as CallRail does. It shares the CPUs with what is measured, so it keeps
// its connections and writes each request at once: net/http's client takes more CPU than the
// handler that it would measure.
type sender struct {
	address string // host:port
	idle    chan *connected
}

// connected is an open connection to the webhook.
type connected struct {
	net.Conn
	answers *bufio.Reader
}

func newSender(base string) *sender {
	return &sender{address: strings.TrimPrefix(base, "http://"), idle: make(chan *connected, 128)}
}

func (s *sender) deliver(ctx context.Context, n int64) error {
	body, err := numbered(n)
	if err != nil {
		return err
	}
	return s.post(ctx, 0, body)
}

// post delivers a body. Anything but an accepted delivery is an error.
func (s *sender) post(ctx context.Context, tenant int, body []byte) error {
	c, err := s.connection(ctx)
	if err != nil {
		return err
	}
	status, answer, err := c.exchange(s.request(tenant, body))
	if err != nil {
		_ = c.Close() // it has failed already
		return fmt.Errorf("deliver: %w", err)
	}
	select {
	case s.idle <- c:
	default:
		_ = c.Close() // more than are ever used at a time
	}
	if status != http.StatusOK || !bytes.Contains(answer, []byte(`"accepted"`)) {
		return fmt.Errorf("delivery was not accepted: %d %s", status, answer)
	}
	return nil
}

func (s *sender) connection(ctx context.Context) (*connected, error) {
	select {
	case c := <-s.idle:
		return c, nil
	default:
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &connected{conn, bufio.NewReader(conn)}, nil
}

// request returns a signed delivery as it goes over the wire.
func (s *sender) request(tenant int, body []byte) []byte {
	head := fmt.Appendf(make([]byte, 0, 512+len(body)), "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%s: %s\r\nContent-Length: %d\r\n\r\n",
		pathOf(tenant), s.address, callrail.HeaderSHA1, callrail.SignSHA1(body, signingKey), len(body))
	return append(head, body...)
}

// exchange sends a request and reads its answer to the end.
func (c *connected) exchange(request []byte) (status int, answer []byte, err error) {
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, nil, err
	}
	if _, err := c.Write(request); err != nil {
		return 0, nil, err
	}
	res, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}
