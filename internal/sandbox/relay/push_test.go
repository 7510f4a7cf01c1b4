package relay

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func TestBackoffDoublesBetweenItsLimits(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		sub  Subscription
		want []time.Duration
	}{
		"a policy":        {Subscription{MinBackoff: time.Second, MaxBackoff: 5 * time.Second}, []time.Duration{1e9, 2e9, 4e9, 5e9, 5e9}},
		"no policy":       {Subscription{}, []time.Duration{1e8, 1e8, 1e8, 1e8, 1e8}},
		"a constant one":  {Subscription{MinBackoff: time.Second, MaxBackoff: time.Second}, []time.Duration{1e9, 1e9, 1e9, 1e9, 1e9}},
		"no lowest bound": {Subscription{MaxBackoff: time.Second}, []time.Duration{1e8, 2e8, 4e8, 8e8, 1e9}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []time.Duration
			for attempt := 1; attempt <= 5; attempt++ {
				got = append(got, test.sub.backoff(attempt))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPushEndsAtTheAckDeadline(t *testing.T) {
	t.Parallel()
	arrived, aborted := make(chan struct{}, 1), make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // from then on the server notices when its client leaves
		notify(arrived)
		<-r.Context().Done()
		notify(aborted)
	}))
	t.Cleanup(server.Close)
	address, stop := StartInProcess()
	t.Cleanup(stop)
	client, err := pubsub.NewClient(t.Context(), "p", option.WithEndpoint(address), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	p := newPush(&Relay{client: client, http: server.Client(), cfg: Config{Signer: noSigner{}, Now: time.Now}},
		Subscription{ID: "sub", Endpoint: server.URL})
	for p.sub.AckDeadline = 20 * time.Millisecond; len(arrived) == 0; p.sub.AckDeadline *= 2 { // less than may be configured, and enough to arrive
		if p.send(t.Context(), &pubsub.Message{ID: "1"}, 1) {
			t.Error("a push without an answer was accepted")
		}
	}
	<-aborted
}

// notify says that something has happened at least once.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

type noSigner struct{}

func (noSigner) PushToken(string, string) (string, error) { return "token", nil }
