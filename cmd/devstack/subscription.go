package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"cloud.google.com/go/pubsub/v2"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/relay"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// retryVariable shortens the longest wait before a refused message is sent to a step again, to
// show what becomes of one that is refused for good. In the cloud that takes a quarter of an hour.
const retryVariable = "RELAY_BACKOFF_MAX"

// atOnce is how many messages of a subscription are pushed at once. The emulator runs one
// transaction at a time: with Cloud Run's 80, each with several deliveries, leases would run out
// while their renewal waits for its turn.
const atOnce = 16

// subscriptions are the push subscriptions, as Terraform makes them in the cloud.
func (s *stack) subscriptions() ([]relay.Subscription, error) {
	longest := time.Minute
	if value := os.Getenv(retryVariable); value != "" {
		var err error
		if longest, err = time.ParseDuration(value); err != nil {
			return nil, fmt.Errorf("%s: %w", retryVariable, err)
		}
	}
	push := func(service string, name topic.Name) relay.Subscription {
		return relay.Subscription{
			ID: service + "-" + string(name), Topic: string(name), Audience: audience,
			Endpoint: s.services[service] + "/pubsub/" + string(name), AckDeadline: 600 * time.Second,
			MinBackoff: min(time.Second, longest), MaxBackoff: longest, DeadLetterTopic: string(topic.DeadLetter), MaxAttempts: 20,
			Concurrency: atOnce,
		}
	}
	return []relay.Subscription{
		push("transcribe", topic.RequestReceived), push("analyze", topic.RequestTranscribed),
		push("push", topic.RequestAnalyzed), push("push", topic.DeliveryDue), push("notify", topic.RequestPushed),
		{ // has no dead letters: what was kept comes again until it can be saved
			ID: "webhook-" + string(topic.Intake), Topic: string(topic.Intake), Audience: audience,
			Endpoint: s.services["webhook"] + "/pubsub/" + string(topic.Intake), AckDeadline: 60 * time.Second,
			MinBackoff: time.Second, MaxBackoff: 10 * time.Second, OnlyCopy: true,
		},
		{ // has no dead letters of its own: what cannot be kept comes again until it can
			ID: "sweep-" + string(topic.DeadLetter), Topic: string(topic.DeadLetter), Audience: audience,
			Endpoint: s.services["sweep"] + "/pubsub/" + string(topic.DeadLetter), AckDeadline: 60 * time.Second,
			MinBackoff: time.Second, MaxBackoff: time.Minute, OnlyCopy: true,
		},
	}, nil
}

func (s *stack) startRelay(ctx context.Context) error {
	subscriptions, err := s.subscriptions()
	if err != nil {
		return err
	}
	client, err := pubsub.NewClient(ctx, s.project)
	if err != nil {
		return fmt.Errorf("open pubsub: %w", err)
	}
	r, err := relay.New(ctx, client, relay.Config{
		Subscriptions: subscriptions, Signer: s.sandbox.Issuer(), Email: pushAccount, Modes: s.sandbox.Modes(),
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
