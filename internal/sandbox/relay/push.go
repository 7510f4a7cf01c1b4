package relay

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"cloud.google.com/go/pubsub/v2"
)

// shutdownTimeout is for handing messages back and writing acknowledgements out.
const shutdownTimeout = 2 * time.Second

// push delivers the messages of one subscription.
type push struct {
	relay   *Relay
	sub     Subscription
	slots   chan struct{} // one for each request under way
	letters *pubsub.Publisher

	mu       sync.Mutex
	token    string
	signedAt time.Time
	next     chan struct{} // closed when a message was delivered; nil: nobody waits for one
}

func newPush(r *Relay, s Subscription) *push {
	if s.AckDeadline == 0 {
		s.AckDeadline = minDeadline
	}
	if s.Audience == "" {
		s.Audience = s.Endpoint
	}
	if s.Concurrency == 0 {
		s.Concurrency = defaultConcurrency
	}
	p := &push{relay: r, sub: s, slots: make(chan struct{}, s.Concurrency)}
	if s.DeadLetterTopic != "" {
		p.letters = r.client.Publisher(s.DeadLetterTopic)
		p.letters.PublishSettings.DelayThreshold = time.Millisecond
	}
	return p
}

func (p *push) run(ctx context.Context) error {
	sub := p.relay.client.Subscriber(p.sub.ID)
	sub.ReceiveSettings.MaxExtension = leaseFor
	sub.ReceiveSettings.MaxOutstandingMessages = -1 // waiting for a retry must not hold up the others
	sub.ReceiveSettings.MaxOutstandingBytes = -1
	// pstest hands each stream about one message every 10 ms.
	sub.ReceiveSettings.NumGoroutines = 8
	// Without a timeout Receive never ends when the emulator went first.
	sub.ReceiveSettings.ShutdownOptions = &pubsub.ShutdownOptions{Timeout: shutdownTimeout}
	if p.letters != nil {
		defer p.letters.Stop()
	}
	err := sub.Receive(ctx, func(_ context.Context, m *pubsub.Message) { p.handle(ctx, m) })
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("pull from %s: %w", p.sub.ID, err)
	}
	return nil
}

// handle sees a message through to its end: acknowledged or dead-lettered.
func (p *push) handle(ctx context.Context, m *pubsub.Message) {
	if !p.sub.OnlyCopy {
		if _, lose := p.draw("lose"); lose {
			m.Ack()
			return
		}
	}
	p.hold(ctx)
	var second sync.WaitGroup
	if _, duplicate := p.draw("duplicate"); duplicate {
		second.Go(func() { p.send(ctx, m, 1) })
	}
	done := p.deliver(ctx, m)
	p.pass()
	second.Wait()
	if again, redeliver := p.draw("redeliver"); redeliver && done && sleep(ctx, again.Delay()) {
		p.send(ctx, m, 1)
	}
	if done {
		m.Ack()
	} else {
		m.Nack() // only when the relay stops: the emulator keeps it
	}
}

// deliver sends a message until it is accepted or out of attempts; false if the context
// ended before.
func (p *push) deliver(ctx context.Context, m *pubsub.Message) bool {
	for attempt := 1; ; attempt++ {
		if p.send(ctx, m, attempt) {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		if p.letters != nil && attempt >= p.sub.MaxAttempts && p.bury(ctx, m, attempt) {
			return true
		}
		if !sleep(ctx, p.sub.backoff(attempt)) {
			return false
		}
	}
}

// backoff returns the wait after a failed attempt.
func (s Subscription) backoff(attempt int) time.Duration {
	wait, limit := s.MinBackoff, s.MaxBackoff
	if limit == 0 {
		return defaultBackoff
	}
	if wait == 0 {
		wait = defaultBackoff
	}
	for range attempt - 1 {
		if wait >= limit {
			break
		}
		wait *= 2
	}
	return min(wait, limit)
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// bury publishes a message to the dead-letter topic, with the attributes that the real
// service adds.
func (p *push) bury(ctx context.Context, m *pubsub.Message, attempts int) bool {
	attributes := make(map[string]string, len(m.Attributes)+4)
	for k, v := range m.Attributes {
		attributes[k] = v
	}
	attributes["CloudPubSubDeadLetterSourceDeliveryCount"] = strconv.Itoa(attempts)
	attributes["CloudPubSubDeadLetterSourceSubscription"] = p.sub.ID
	attributes["CloudPubSubDeadLetterSourceSubscriptionProject"] = p.relay.client.Project()
	attributes["CloudPubSubDeadLetterSourceTopicPublishTime"] = m.PublishTime.UTC().Format("2006-01-02T15:04:05.000-07:00")
	_, err := p.letters.Publish(ctx, &pubsub.Message{Data: m.Data, Attributes: attributes}).Get(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "dead letter not published", "subscription", p.sub.ID, "attempt", attempts, "error", err)
		return false
	}
	slog.WarnContext(ctx, "message dead-lettered", "subscription", p.sub.ID, "attempt", attempts)
	return true
}
