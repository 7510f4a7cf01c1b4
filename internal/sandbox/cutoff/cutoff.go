// Package cutoff stands between a client and a server on this machine and takes the server
// away: cut off, slow, or hanging up.
package cutoff

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Proxy forwards TCP connections to one address.
type Proxy struct {
	target   string
	listener net.Listener
	work     sync.WaitGroup

	mu      sync.Mutex
	cut     bool
	delay   time.Duration
	changed chan struct{} // closed when the delay is another one
	links   map[*link]bool
}

// New returns a proxy to target, which is a host:port, that runs until Close.
func New(ctx context.Context, target string) (*Proxy, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	p := &Proxy{target: target, listener: listener, changed: make(chan struct{}), links: make(map[*link]bool)}
	p.work.Go(func() { p.serve(context.WithoutCancel(ctx)) })
	return p, nil
}

// Addr returns the host:port to connect to instead of the target's.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Close ends the proxy and all connections.
func (p *Proxy) Close() {
	_ = p.listener.Close() // an error means that it is closed
	p.Cut()
	p.work.Wait()
}

// Cut breaks all connections off, and every new one at once, until Restore.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	p.drop()
}

// Reset breaks all connections off. New ones are forwarded.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop()
}

func (p *Proxy) drop() {
	for l := range p.links {
		l.close()
	}
	clear(p.links)
}

// Delay makes everything take that much longer, in each direction. With a delay beyond the
// client's patience the server hangs.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.setDelay(d)
}

// Restore makes everything as it was. What a delay still holds back arrives now.
func (p *Proxy) Restore() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = false
	p.setDelay(0)
}

func (p *Proxy) setDelay(d time.Duration) {
	p.delay = d
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Proxy) serve(ctx context.Context) {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // it gave up while it waited
		}
		p.work.Go(func() { p.forward(ctx, client) })
	}
}

// forward joins a client to the target until one of them hangs up.
func (p *Proxy) forward(ctx context.Context, client net.Conn) {
	l := &link{proxy: p, client: client, gone: make(chan struct{})}
	defer l.close()
	var d net.Dialer
	server, err := d.DialContext(ctx, "tcp", p.target)
	if err != nil {
		return
	}
	l.server = server
	if !p.add(l) {
		return
	}
	defer p.remove(l)
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{client, server}, {server, client}} {
		p.work.Go(func() {
			l.pipe(way[1], way[0])
			done <- struct{}{}
		})
	}
	<-done
}

func (p *Proxy) add(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.cut {
		p.links[l] = true
	}
	return !p.cut
}

func (p *Proxy) remove(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
}

func (p *Proxy) currentDelay() (d time.Duration, changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.delay, p.changed
}
