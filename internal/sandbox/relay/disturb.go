package relay

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
)

// overtaking bounds how long a message waits for another one to overtake it.
const overtaking = time.Second

// draw decides whether a mode of the relay fires for a message:
//
//	lose        acknowledged without being delivered: stands for an announcement that was never made
//	duplicate   delivered a second time, at the same time
//	redeliver   delivered once more, after its delay, although it was accepted
//	delay       held back for a random part of its delay
//	reorder     held back until another message of the subscription has gone before
func (p *push) draw(mode string) (fault.Mode, bool) {
	return p.relay.cfg.Modes.Next("relay", mode)
}

// hold keeps a message back that is to be late.
func (p *push) hold(ctx context.Context) {
	if m, late := p.draw("delay"); late {
		sleep(ctx, rand.N(m.Delay()+1)) //nolint:gosec // how late is nobody's secret
	}
	if _, later := p.draw("reorder"); !later {
		return
	}
	timer := time.NewTimer(overtaking)
	defer timer.Stop()
	select {
	case <-p.passed():
	case <-timer.C:
	case <-ctx.Done():
	}
}

// passed is closed when the next message has been delivered.
func (p *push) passed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == nil {
		p.next = make(chan struct{})
	}
	return p.next
}

// pass lets those go that waited for a message to be delivered.
func (p *push) pass() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next != nil {
		close(p.next)
		p.next = nil
	}
}
