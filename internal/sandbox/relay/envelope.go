package relay

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"cloud.google.com/go/pubsub/v2"
)

// tokenAge is how long a token is sent again; it is good for an hour.
const tokenAge = 30 * time.Minute

// accepted are the statuses that acknowledge a push.
var accepted = []int{
	http.StatusProcessing, http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent,
}

// envelope is the body of a push. The service writes ids and times in both spellings.
type envelope struct {
	Message         message `json:"message"`
	Subscription    string  `json:"subscription"`
	DeliveryAttempt int     `json:"deliveryAttempt,omitempty"` // only with a dead-letter topic
}

type message struct {
	Attributes   map[string]string `json:"attributes,omitempty"`
	Data         []byte            `json:"data,omitempty"` // base64
	MessageID    string            `json:"messageId"`
	MessageID2   string            `json:"message_id"`
	OrderingKey  string            `json:"orderingKey,omitempty"`
	PublishTime  time.Time         `json:"publishTime"`
	PublishTime2 time.Time         `json:"publish_time"`
}

func (p *push) envelope(m *pubsub.Message, attempt int) ([]byte, error) {
	if p.letters == nil {
		attempt = 0
	}
	published := m.PublishTime.UTC()
	return json.Marshal(envelope{
		Message: message{
			Attributes: m.Attributes, Data: m.Data, OrderingKey: m.OrderingKey,
			MessageID: m.ID, MessageID2: m.ID, PublishTime: published, PublishTime2: published,
		},
		Subscription:    p.relay.name("subscriptions", p.sub.ID),
		DeliveryAttempt: attempt,
	})
}

// send makes one request and reports whether the handler accepted the message.
func (p *push) send(ctx context.Context, m *pubsub.Message, attempt int) bool {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return false
	}
	code, err := p.post(ctx, m, attempt)
	if slices.Contains(accepted, code) {
		return true
	}
	slog.DebugContext(ctx, "push not accepted",
		"subscription", p.sub.ID, "attempt", attempt, "status", code, "error", err)
	return false
}

func (p *push) post(ctx context.Context, m *pubsub.Message, attempt int) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, p.sub.AckDeadline)
	defer cancel()
	body, err := p.envelope(m, attempt)
	if err != nil {
		return 0, fmt.Errorf("encode push: %w", err)
	}
	token, err := p.bearer()
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.sub.Endpoint, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("make push: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "CloudPubSub-Google")
	req.Header.Set("Traceparent", frontEndTrace())
	resp, err := p.relay.http.Do(req)
	if err != nil {
		return 0, fmt.Errorf("push: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, nil
}

// bearer returns the subscription's token; signing takes a millisecond, so it is kept.
func (p *push) bearer() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.relay.cfg.Now(); p.token == "" || now.Sub(p.signedAt) > tokenAge {
		token, err := p.relay.cfg.Signer.PushToken(p.relay.cfg.Email, p.sub.Audience)
		if err != nil {
			return "", fmt.Errorf("sign push token: %w", err)
		}
		p.token, p.signedAt = token, now
	}
	return p.token, nil
}

// frontEndTrace is the trace that Cloud Run's front end starts for every request. It is
// not sampled and has nothing to do with the message's own: a handler that takes it for
// its parent loses the message's trace, here as in the cloud.
func frontEndTrace() string {
	var id [24]byte
	_, _ = rand.Read(id[:]) // never fails
	return "00-" + hex.EncodeToString(id[:16]) + "-" + hex.EncodeToString(id[16:]) + "-00"
}
