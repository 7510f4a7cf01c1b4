package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	dribbling = 300 // connections that send a header's byte now and then
	endless   = 100 // that never come to the end of their headers
	bulky     = 50  // deliveries far above what is taken
	lagging   = 100 // whose body never comes
)

// Who only wants to keep the service busy is turned away, while health and deliveries are
// answered as ever.
func (d *drill) hostile(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	address := strings.TrimPrefix(d.WebhookURL, "http://")
	var all sync.WaitGroup
	attack := func(n int, one func(context.Context, string) error) {
		for range n {
			all.Go(func() {
				if err := one(ctx, address); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			})
		}
	}
	attack(dribbling, dribble)
	attack(endless, flood)
	attack(bulky, d.bulk)
	attack(lagging, lag)
	leads := []sent{d.newCall(t, 0, 130), d.newForm(t, 1, 131)}
	for i := range leads {
		leads[i].requestID = d.accepted(t, leads[i])
		d.healthy(t)
	}
	turnedAway := make(chan struct{})
	go func() { all.Wait(); close(turnedAway) }()
	for waiting, deadline := true, time.Now().Add(patience); waiting; {
		d.healthy(t)
		select {
		case <-turnedAway:
			waiting = false
		case <-time.After(time.Second):
		}
		if time.Now().After(deadline) {
			t.Fatal("some are still connected")
		}
	}
	d.delivered(t, leads...)
}

func (d *drill) healthy(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience/4)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.WebhookURL+"/v1/health", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Errorf("health: %v", err)
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("health: %s", resp.Status)
	}
}

// dribble sends a header slowly until it is cut off.
func dribble(ctx context.Context, address string) error {
	conn, err := connectTo(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, b := range []byte("POST /v1/callrail/webhook HTTP/1.1\r\nHost: example.com\r\nX-Slow: " + strings.Repeat("x", 1000)) {
		if _, err := conn.Write([]byte{b}); err != nil {
			return nil // cut off, as it should be
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("a slow sender of headers was never cut off")
}

// flood sends headers without an end.
func flood(ctx context.Context, address string) error {
	conn, err := connectTo(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /v1/health HTTP/1.1\r\nHost: example.com\r\n"); err != nil {
		return nil // as below
	}
	for i := range 10_000 { // some megabytes
		_, err := fmt.Fprintf(conn, "X-Header-%d: %s\r\n", i, strings.Repeat("x", 500))
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return errors.New("headers without an end are neither read nor refused")
		}
		if err != nil {
			return nil // cut off, as it should be
		}
	}
	return errors.New("headers without an end were never refused")
}

// lag announces a body that it does not send.
func lag(ctx context.Context, address string) error {
	conn, err := connectTo(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close()
	head := "POST /v1/callrail/webhook HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"
	if _, err := io.WriteString(conn, head); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, conn); err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("a body that never comes was waited for: %w", err)
	}
	return nil
}

// bulk sends a body above the limit, and is told so or cut off.
func (d *drill) bulk(ctx context.Context, _ string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.WebhookURL+"/v1/callrail/webhook", bytes.NewReader(make([]byte, 8<<20)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if ctx.Err() != nil {
		return errors.New("8 MB are neither read nor refused")
	}
	if err != nil {
		return nil // cut off while it was still sending
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		return fmt.Errorf("8 MB were answered with %s, want 413", resp.Status)
	}
	return nil
}

func connectTo(ctx context.Context, address string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(patience))
}
