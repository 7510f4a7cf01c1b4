package topic

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"
	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// newPubSub returns a publisher to a Pub/Sub that has the topics.
func newPubSub(t *testing.T, topics []Name, opts ...pstest.ServerReactorOption) (*pstest.Server, *Publisher) {
	t.Helper()
	otel.SetTextMapPropagator(propagation.TraceContext{}) // the same in every test
	server := pstest.NewServer(opts...)
	t.Cleanup(func() { _ = server.Close() })
	conn, err := grpc.NewClient(server.Addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	client, err := pubsub.NewClient(t.Context(), "demo", option.WithGRPCConn(conn))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range topics {
		if _, err := client.TopicAdminClient.CreateTopic(t.Context(), &pubsubpb.Topic{Name: "projects/demo/topics/" + string(name)}); err != nil {
			t.Fatal(err)
		}
	}
	p := NewPublisher(client)
	t.Cleanup(func() { p.Stop(); _ = client.Close() })
	return server, p
}

func traced(t *testing.T) context.Context {
	t.Helper()
	return trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
	}))
}

func TestAMessageCarriesIDsAndTraceAndNothingElse(t *testing.T) {
	t.Parallel()
	server, p := newPubSub(t, Names())
	m := Message{TenantID: "tenant_demo", RequestID: "req_a", Run: 2, Destination: "hub"}
	if err := p.Publish(traced(t), DeliveryDue, m); err != nil {
		t.Fatal(err)
	}
	sent := server.Messages()
	if len(sent) != 1 || sent[0].Topic != "projects/demo/topics/delivery-due" {
		t.Fatalf("sent %v, want one message on delivery-due", sent)
	}
	parent := sent[0].Attributes["traceparent"]
	if !strings.HasPrefix(parent, "00-01000000000000000000000000000000-") {
		t.Errorf("traceparent = %q, want the trace of the context", parent)
	}
	ids := map[string]string{"tenant_id": "tenant_demo", "request_id": "req_a", "run": "2", "destination": "hub", "traceparent": parent}
	if diff := cmp.Diff(ids, sent[0].Attributes); diff != "" {
		t.Errorf("attributes differ (-want +got):\n%s", diff)
	}
	var body map[string]any
	if err := json.Unmarshal(sent[0].Data, &body); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"tenant_id": "tenant_demo", "request_id": "req_a", "run": 2.0, "destination": "hub"}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("body differs (-want +got):\n%s", diff)
	}
}

func TestAnnounceChoosesTheTopicByStatus(t *testing.T) {
	t.Parallel()
	server, p := newPubSub(t, Names())
	for _, status := range []request.Status{request.Completed, request.Erased, request.Analyzed} {
		if err := p.Announce(t.Context(), status, "tenant_demo", "req_a", 1); err != nil {
			t.Fatal(err)
		}
	}
	sent := server.Messages()
	if len(sent) != 1 || sent[0].Topic != "projects/demo/topics/request-analyzed" {
		t.Errorf("sent %v, want one message on request-analyzed", sent)
	}
}

func TestPublishReportsWhatTheServerSays(t *testing.T) {
	t.Parallel()
	good := Message{TenantID: "tenant_demo", RequestID: "req_a", Run: 1}
	for _, test := range []struct {
		name    string
		topic   Name
		message Message
		topics  []Name
		opts    []pstest.ServerReactorOption
	}{
		{"missing topic", RequestReceived, good, nil, nil},
		{"refused", RequestReceived, good, Names(), []pstest.ServerReactorOption{pstest.WithErrorInjection("Publish", codes.PermissionDenied, "no")}},
		{"unknown name", "request-invented", good, Names(), nil},
		{"no tenant", RequestReceived, Message{RequestID: "req_a"}, Names(), nil},
		{"no request", RequestReceived, Message{TenantID: "tenant_demo"}, Names(), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, p := newPubSub(t, test.topics, test.opts...)
			if err := p.Publish(t.Context(), test.topic, test.message); err == nil {
				t.Error("Publish() = nil, want the error")
			}
		})
	}
}

func TestPublishEndsWithItsContext(t *testing.T) {
	t.Parallel()
	_, p := newPubSub(t, Names(), pstest.WithErrorInjection("Publish", codes.Unavailable, "down"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Publish(ctx, RequestReceived, Message{TenantID: "tenant_demo", RequestID: "req_a"}); err == nil {
		t.Error("Publish() = nil although nothing was published")
	}
}

func TestPublishingDoesNotWaitToFillABatch(t *testing.T) {
	t.Parallel()
	_, p := newPubSub(t, Names())
	for name, to := range p.topics {
		s := to.PublishSettings
		if s.DelayThreshold > batchDelay || s.Timeout > publishTimeout || s.FlowControlSettings.LimitExceededBehavior == pubsub.FlowControlIgnore {
			t.Errorf("%s: settings %+v would make a webhook wait", name, s)
		}
	}
}
