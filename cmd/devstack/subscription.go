package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"cloud.google.com/go/pubsub/v2"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/relay"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// subscriptions are the push subscriptions, as Terraform makes them in the cloud.
func (s *stack) subscriptions() []relay.Subscription {
	push := func(service string, name topic.Name) relay.Subscription {
		return relay.Subscription{
			ID: service + "-" + string(name), Topic: string(name), Audience: audience,
			Endpoint: s.services[service] + "/pubsub/" + string(name), AckDeadline: 600 * time.Second,
			MinBackoff: time.Second, MaxBackoff: time.Minute, DeadLetterTopic: string(topic.DeadLetter), MaxAttempts: 20,
		}
	}
	return []relay.Subscription{
		push("transcribe", topic.RequestReceived), push("analyze", topic.RequestTranscribed),
		push("push", topic.RequestAnalyzed), push("push", topic.DeliveryDue), push("notify", topic.RequestPushed),
		{ // has no dead letters: what was kept comes again until it can be saved
			ID: "webhook-" + string(topic.Intake), Topic: string(topic.Intake), Audience: audience,
			Endpoint: s.services["webhook"] + "/pubsub/" + string(topic.Intake), AckDeadline: 60 * time.Second,
			MinBackoff: time.Second, MaxBackoff: 10 * time.Second,
		},
		{ // has no dead letters of its own: what cannot be kept comes again until it can
			ID: "sweep-" + string(topic.DeadLetter), Topic: string(topic.DeadLetter), Audience: audience,
			Endpoint: s.services["sweep"] + "/pubsub/" + string(topic.DeadLetter), AckDeadline: 60 * time.Second,
			MinBackoff: time.Second, MaxBackoff: time.Minute,
		},
	}
}

func (s *stack) startRelay(ctx context.Context) error {
	client, err := pubsub.NewClient(ctx, s.project)
	if err != nil {
		return fmt.Errorf("open pubsub: %w", err)
	}
	r, err := relay.New(ctx, client, relay.Config{
		Subscriptions: s.subscriptions(), Signer: s.sandbox.Issuer(), Email: pushAccount, Modes: s.sandbox.Modes(),
	})
	if err != nil {
		return fmt.Errorf("start push relay: %w", err)
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var done sync.WaitGroup
	done.Go(func() {
		if err := r.Run(running); err != nil && running.Err() == nil {
			slog.ErrorContext(running, "push relay ended", "error", err)
		}
	})
	s.defers(func() {
		cancel()
		done.Wait()
		_ = client.Close() // nothing is left to send
	})
	return nil
}
