package topic

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"cloud.google.com/go/pubsub/v2/pstest"
	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
)

func TestADeliveryIsKeptWholeWithItsTrace(t *testing.T) {
	t.Parallel()
	server, p := newPubSub(t, Names())
	delivery := bytes.Repeat([]byte("\x00d"), 1<<20) // larger than any that the webhook takes
	if err := p.Keep(traced(t), delivery); err != nil {
		t.Fatal(err)
	}
	sent := server.Messages()
	if len(sent) != 1 || sent[0].Topic != "projects/demo/topics/intake" || !bytes.Equal(sent[0].Data, delivery) {
		t.Fatalf("sent %d messages, want the delivery on intake", len(sent))
	}
	if len(sent[0].Attributes) != 1 || !strings.HasPrefix(sent[0].Attributes["traceparent"], "00-01000000000000000000000000000000-") {
		t.Errorf("attributes %v, want the trace of the context alone", sent[0].Attributes)
	}
}

func TestKeepReportsWhatTheServerSays(t *testing.T) {
	t.Parallel()
	_, refused := newPubSub(t, Names(), pstest.WithErrorInjection("Publish", codes.PermissionDenied, "no"))
	_, p := newPubSub(t, Names())
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range map[string]error{
		"refused": refused.Keep(t.Context(), []byte("d")), "nobody waits": p.Keep(over, []byte("d")),
		"larger than Pub/Sub takes": p.Keep(t.Context(), make([]byte, 10<<20)),
	} {
		if err == nil || !strings.Contains(err.Error(), "publish to intake") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIntakeHandlerAnswers(t *testing.T) {
	t.Parallel()
	good := pushed("\x00a delivery", `"messageId":"1"`)
	large := pushed(strings.Repeat("d", 2<<20), `"messageId":"1"`)
	for _, test := range []struct {
		name          string
		authorization string
		body          string
		err           error
		want          int
		got           int // bytes
	}{
		{"drained", "Bearer good", good, nil, 204, 11},
		{"a large one", "Bearer good", large, nil, 204, 2 << 20},
		{"not yet", "Bearer good", good, errors.New("store is down"), 503, 11},
		{"no token", "", good, nil, 401, 0},
		{"another token", "Bearer bad", good, nil, 401, 0},
		{"not an envelope", "Bearer good", `{`, nil, 400, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := 0
			h := IntakeHandler(onlyToken("good"), func(_ context.Context, delivery []byte) error {
				got = len(delivery)
				return test.err
			})
			if status := push(t, h, test.authorization, test.body); status != test.want || got != test.got {
				t.Errorf("status %d, %d bytes, want %d, %d", status, got, test.want, test.got)
			}
		})
	}
}

func TestDrainGoesOnWithTheTraceOfTheDelivery(t *testing.T) {
	t.Parallel()
	otel.SetTextMapPropagator(propagation.TraceContext{}) // the same in every test
	const traceID = "0af7651916cd43dd8448eb211c80319c"
	var got string
	h := IntakeHandler(onlyToken("good"), func(ctx context.Context, _ []byte) error {
		got = trace.SpanContextFromContext(ctx).TraceID().String()
		return nil
	})
	status := push(t, h, "Bearer good", pushed("d", `"messageId":"1","attributes":{"traceparent":"00-`+traceID+`-b7ad6b7169203331-01"}`))
	if diff := cmp.Diff(traceID, got); diff != "" || status != 204 {
		t.Errorf("status %d, trace (-want +got)\n%s", status, diff)
	}
}
