package cutoff

import (
	"net"
	"sync"
	"time"
)

// underWay is how many chunks a delay may hold back in each direction before it slows the
// sender down.
const underWay = 256

// link is one forwarded connection.
type link struct {
	proxy          *Proxy
	client, server net.Conn // server is nil until it is reached
	once           sync.Once
	gone           chan struct{}
}

// close hangs up on both without the usual farewell: they see a reset connection.
func (l *link) close() {
	l.once.Do(func() {
		close(l.gone)
		for _, c := range []net.Conn{l.client, l.server} {
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // only changes how it ends
				_ = tcp.Close()
			}
		}
	})
}

// chunk is what was read at once.
type chunk struct {
	data []byte
	read time.Time
}

// pipe copies until one end is closed. It reads on while a delay holds chunks back, so that a
// delay makes the way longer and not narrower.
func (l *link) pipe(to, from net.Conn) {
	chunks := make(chan chunk, underWay)
	l.proxy.work.Go(func() {
		defer close(chunks)
		buf := make([]byte, 32<<10)
		for {
			n, err := from.Read(buf)
			if n > 0 {
				select {
				case chunks <- chunk{data: append([]byte{}, buf[:n]...), read: time.Now()}:
				case <-l.gone:
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
	for c := range chunks {
		if !l.hold(c) {
			return
		}
		if _, err := to.Write(c.data); err != nil {
			return
		}
	}
}

// hold waits until a chunk may go on; false if nobody is there any more.
func (l *link) hold(c chunk) bool {
	for {
		delay, changed := l.proxy.currentDelay()
		wait := time.Until(c.read.Add(delay))
		if wait <= 0 {
			return true
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-changed:
		case <-l.gone:
		}
		timer.Stop()
		select {
		case <-l.gone:
			return false
		default:
		}
	}
}
