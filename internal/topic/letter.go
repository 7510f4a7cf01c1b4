package topic

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const (
	// maxPush is what Pub/Sub pushes at most: ten megabytes in base64. Refusing what has no dead
	// letters for its size would have it come for ever.
	maxPush = 16 << 20
	// maxKept is how much of a message is kept; ours are far smaller.
	maxKept = 8 << 10
)

// Attributes that Pub/Sub adds to a message that it gives up.
const (
	attrSourceSubscription = "CloudPubSubDeadLetterSourceSubscription"
	attrSourceDeliveries   = "CloudPubSubDeadLetterSourceDeliveryCount"
)

var deadLetters, _ = otel.Meter("github.com/your-org/multi-tenant-pipeline/internal/topic").Int64Counter(
	"pipeline.dead_letters", metric.WithDescription("messages that no step could deal with, by the topic that they were published to"))

// Letter is a message that was refused too often.
type Letter struct {
	ID         string // the same for every delivery of it
	Message    Message
	Topic      Name              // where it was published first; empty: not known
	Attempts   int64             // deliveries before it was given up
	Attributes map[string]string // as they came
	Data       []byte            // as it came, but bounded
	Cut        bool              // Data is the beginning only
}

// KeepFunc keeps a dead letter, and says whether it was new.
type KeepFunc func(ctx context.Context, l Letter) (fresh bool, err error)

// LetterHandler returns the push endpoint (pubsub: dead-letter) of the topic for what was
// refused too often. Whatever comes is kept, readable or not; it is refused only if it could
// not be kept.
func LetterHandler(v Verifier, keep KeepFunc) http.Handler {
	return Authenticated(v, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := readRaw(http.MaxBytesReader(w, r.Body, maxPush))
		if err != nil {
			slog.ErrorContext(r.Context(), "dead letter unreadable", "error", err)
			http.Error(w, "the push cannot be read", http.StatusBadRequest)
			return
		}
		l := newLetter(e)
		fresh, err := keep(r.Context(), l)
		if err != nil {
			slog.ErrorContext(r.Context(), "dead letter not kept", "letter_id", l.ID, "error", err)
			http.Error(w, "the message was not kept", http.StatusInternalServerError)
			return
		}
		if fresh {
			deadLetters.Add(r.Context(), 1, metric.WithAttributes(attribute.String("topic", string(l.Topic))))
			slog.ErrorContext(r.Context(), "message dead-lettered", "letter_id", l.ID, "topic", string(l.Topic),
				"tenant_id", l.Message.TenantID, "request_id", l.Message.RequestID, "attempt", l.Attempts)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
}

func newLetter(e *envelope) Letter {
	l := Letter{Attributes: e.Message.Attributes, Data: e.Message.Data, Topic: topicOf(e.Message.Attributes[attrSourceSubscription])}
	if m, err := decode(e.Message.Data, e.Message.Attributes); err == nil {
		l.Message = m
	}
	l.Attempts, _ = strconv.ParseInt(e.Message.Attributes[attrSourceDeliveries], 10, 64) // best effort there, too
	sum := sha256.Sum256([]byte(string(l.Topic) + "\n" + e.id()))
	l.ID = hex.EncodeToString(sum[:16])
	if len(l.Data) > maxKept {
		l.Data, l.Cut = l.Data[:maxKept], true
	}
	return l
}

// topicOf returns the topic of a subscription: one is called <service>-<topic>.
func topicOf(subscription string) Name {
	for _, name := range Names() {
		if strings.HasSuffix(subscription, "-"+string(name)) {
			return name
		}
	}
	return ""
}

// Redrivable reports whether a message can be published again: it is one of ours, and it is
// known where it came from.
func (l Letter) Redrivable() bool { return l.Topic != "" && l.Message.validate() == nil }

// ReadLetter returns a dead letter that was kept.
func ReadLetter(id, topic string, attributes map[string]string, data []byte) Letter {
	l := Letter{ID: id, Topic: Name(topic), Attributes: attributes, Data: data}
	if m, err := decode(data, attributes); err == nil {
		l.Message = m
	}
	return l
}
