package relay_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/relay"
)

func TestPushIsWhatTheRealServiceSends(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, http.StatusNoContent)
	client := newPubsub(t)
	start(t, client, relay.Config{Subscriptions: []relay.Subscription{{
		ID: "transcribe", Topic: "request-received", Endpoint: handler.url, Audience: "https://transcribe.example.com",
		DeadLetterTopic: "dead-letter", MaxAttempts: 5,
	}}})
	id := publish(t, client, "request-received", &pubsub.Message{
		Data: []byte(`{"request_id":"req_1"}`), Attributes: map[string]string{"tenant_id": "tenant_demo"},
	})

	got := handler.next(t)
	var body struct {
		Message struct {
			Attributes  map[string]string
			Data        []byte
			MessageID   string
			PublishTime time.Time
			Underscored string    `json:"message_id"`
			PublishedAt time.Time `json:"publish_time"`
		}
		Subscription    string
		DeliveryAttempt int
	}
	if err := json.Unmarshal(got.body, &body); err != nil {
		t.Fatalf("decode %s: %v", got.body, err)
	}
	m := body.Message
	if string(m.Data) != `{"request_id":"req_1"}` || m.Attributes["tenant_id"] != "tenant_demo" || m.MessageID != id || m.Underscored != id {
		t.Errorf("message: got %s, want the published one with id %s", got.body, id)
	}
	if m.PublishTime.IsZero() || !m.PublishTime.Equal(m.PublishedAt) {
		t.Errorf("publish time: got %v and %v", m.PublishTime, m.PublishedAt)
	}
	if body.Subscription != "projects/p/subscriptions/transcribe" || body.DeliveryAttempt != 1 {
		t.Errorf("got subscription %q attempt %d", body.Subscription, body.DeliveryAttempt)
	}
	if got.header.Get("Content-Type") != "application/json" || got.header.Get("Traceparent") == "" {
		t.Errorf("headers: got %v", got.header)
	}
	var claims jwt.MapClaims
	if _, _, err := jwt.NewParser().ParseUnverified(strings.TrimPrefix(got.header.Get("Authorization"), "Bearer "), &claims); err != nil {
		t.Fatalf("token: %v", err)
	}
	if claims["aud"] != "https://transcribe.example.com" || claims["email"] != "push@example.iam.gserviceaccount.com" || claims["email_verified"] != true {
		t.Errorf("claims: got %v", claims)
	}
}

func TestRefusedPushIsRepeatedUntilItIsAccepted(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusNotFound, http.StatusCreated)
	client := newPubsub(t)
	start(t, client, relay.Config{Subscriptions: []relay.Subscription{{
		ID: "analyze", Topic: "request-transcribed", Endpoint: handler.url,
		MinBackoff: time.Millisecond, MaxBackoff: 4 * time.Millisecond,
	}}})
	publish(t, client, "request-transcribed", &pubsub.Message{Data: []byte("first")})
	for range 4 {
		if got := handler.next(t); strings.Contains(string(got.body), "deliveryAttempt") {
			t.Errorf("without a dead-letter topic there is no deliveryAttempt: got %s", got.body)
		}
	}
	publish(t, client, "request-transcribed", &pubsub.Message{Data: []byte("second")})
	if got := handler.next(t); !strings.Contains(string(got.body), `"c2Vjb25k"`) {
		t.Errorf("after the 201: got %s, want the second message", got.body)
	}
}

func TestMessageOutOfAttemptsIsDeadLettered(t *testing.T) {
	t.Parallel()
	failing := newHandler(t, http.StatusInternalServerError)
	letters := newHandler(t, http.StatusOK)
	client := newPubsub(t)
	start(t, client, relay.Config{Subscriptions: []relay.Subscription{
		{
			ID: "push", Topic: "request-analyzed", Endpoint: failing.url, DeadLetterTopic: "push-dead",
			MaxAttempts: 5, MinBackoff: time.Millisecond, MaxBackoff: time.Millisecond,
		},
		{ID: "push-dead", Topic: "push-dead", Endpoint: letters.url},
	}})
	publish(t, client, "request-analyzed", &pubsub.Message{Data: []byte("lost"), Attributes: map[string]string{"run": "1"}})
	var body struct {
		Message struct {
			Data       []byte
			Attributes map[string]string
		}
	}
	if err := json.Unmarshal(letters.next(t).body, &body); err != nil {
		t.Fatal(err)
	}
	published := body.Message.Attributes["CloudPubSubDeadLetterSourceTopicPublishTime"]
	if _, err := time.Parse(time.RFC3339, published); err != nil {
		t.Errorf("publish time: %v", err)
	}
	want := map[string]string{
		"run": "1", "CloudPubSubDeadLetterSourceDeliveryCount": "5",
		"CloudPubSubDeadLetterSourceSubscription": "push", "CloudPubSubDeadLetterSourceSubscriptionProject": "p",
		"CloudPubSubDeadLetterSourceTopicPublishTime": published,
	}
	if diff := cmp.Diff(want, body.Message.Attributes); diff != "" || string(body.Message.Data) != "lost" {
		t.Errorf("dead letter %q, attributes (-want +got):\n%s", body.Message.Data, diff)
	}
	for attempt := 1; attempt <= 5; attempt++ {
		var got struct{ DeliveryAttempt int }
		if err := json.Unmarshal(failing.next(t).body, &got); err != nil || got.DeliveryAttempt != attempt {
			t.Errorf("delivery attempt: got %d, %v; want %d", got.DeliveryAttempt, err, attempt)
		}
	}
	if len(failing.requests) != 0 {
		t.Errorf("%d deliveries more than 5", len(failing.requests))
	}
}

func TestRelayEndsAlsoWhenPubSubWentFirst(t *testing.T) {
	t.Parallel()
	address, stop := relay.StartInProcess()
	client := connect(t, address)
	handler := newHandler(t, http.StatusServiceUnavailable)
	start(t, client, relay.Config{Subscriptions: []relay.Subscription{{ID: "sub", Topic: "topic", Endpoint: handler.url}}})
	publish(t, client, "topic", &pubsub.Message{Data: []byte("x")})
	handler.next(t)
	stop() // the cleanup of start waits for the relay
}

func TestConcurrencyIsBounded(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	done := make(chan struct{}, 30)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		time.Sleep(5 * time.Millisecond)
		done <- struct{}{}
	}))
	t.Cleanup(server.Close)
	client := newPubsub(t)
	start(t, client, relay.Config{Subscriptions: []relay.Subscription{{ID: "sub", Topic: "topic", Endpoint: server.URL, Concurrency: 3}}})
	for range 30 {
		publish(t, client, "topic", &pubsub.Message{Data: []byte("x")})
	}
	for range 30 {
		<-done
	}
	if most.Load() > 3 {
		t.Errorf("%d pushes were under way at once, want at most 3", most.Load())
	}
}

func TestNewRefusesWhatTheRealServiceRefuses(t *testing.T) {
	t.Parallel()
	client := newPubsub(t)
	ok := relay.Subscription{ID: "sub", Topic: "topic", Endpoint: "http://127.0.0.1/push"}
	change := func(f func(*relay.Subscription)) relay.Subscription { s := ok; f(&s); return s }
	tests := map[string]struct {
		sub  relay.Subscription
		want string
	}{
		"deadline too long": {change(func(s *relay.Subscription) { s.AckDeadline = 601 * time.Second }), "ack deadline"},
		"too few attempts":  {change(func(s *relay.Subscription) { s.DeadLetterTopic, s.MaxAttempts = "dead", 4 }), "attempts"},
		"backoff too long":  {change(func(s *relay.Subscription) { s.MaxBackoff = 601 * time.Second }), "backoff"},
		"no endpoint":       {change(func(s *relay.Subscription) { s.Endpoint = "" }), "endpoint"},
	}
	for name, test := range tests {
		_, err := relay.New(t.Context(), client, relay.Config{Signer: newSigner(t), Subscriptions: []relay.Subscription{test.sub}})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error about %q", name, err, test.want)
		}
	}
}
