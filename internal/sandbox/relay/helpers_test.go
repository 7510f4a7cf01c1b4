package relay_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/relay"
)

// generous bounds waits that end at once when all is well.
const generous = 30 * time.Second

// handler answers with one status after the other, the last one for ever, and keeps what
// it was sent.
type handler struct {
	url      string
	requests chan received
}

type received struct {
	header http.Header
	body   []byte
}

func newHandler(t *testing.T, statuses ...int) *handler {
	t.Helper()
	h := &handler{requests: make(chan received, 100)}
	var count atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		h.requests <- received{r.Header, body}
		w.WriteHeader(statuses[min(int(count.Add(1)), len(statuses))-1])
	}))
	t.Cleanup(server.Close)
	h.url = server.URL + "/push"
	return h
}

func (h *handler) next(t *testing.T) received {
	t.Helper()
	select {
	case r := <-h.requests:
		return r
	case <-time.After(generous):
		t.Fatal("nothing was pushed")
		return received{}
	}
}

// newPubsub returns a client of an emulator of its own.
func newPubsub(t *testing.T) *pubsub.Client {
	t.Helper()
	address, stop := relay.StartInProcess()
	t.Cleanup(stop)
	return connect(t, address)
}

func connect(t *testing.T, address string) *pubsub.Client {
	t.Helper()
	client, err := pubsub.NewClient(t.Context(), "p", option.WithEndpoint(address), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func newSigner(t *testing.T) *oidc.Issuer {
	t.Helper()
	issuer, err := oidc.New(oidc.Config{URL: "https://issuer.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	return issuer
}

// start runs a relay until the test ends.
func start(t *testing.T, client *pubsub.Client, cfg relay.Config) *relay.Relay {
	t.Helper()
	cfg.Email, cfg.Signer = "push@example.iam.gserviceaccount.com", newSigner(t)
	r, err := relay.New(t.Context(), client, cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("relay ended: %v", err)
		}
	})
	return r
}

func publish(t *testing.T, client *pubsub.Client, topic string, m *pubsub.Message) string {
	t.Helper()
	publisher := client.Publisher(topic)
	defer publisher.Stop()
	publisher.PublishSettings.DelayThreshold = time.Millisecond
	id, err := publisher.Publish(t.Context(), m).Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}
