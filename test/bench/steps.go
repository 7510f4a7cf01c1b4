package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sethvargo/go-envconfig"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/control"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/relay"
	"github.com/your-org/multi-tenant-pipeline/internal/service/all"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// companies share the calls: Slack takes one message a second and channel.
const companies = 64

// steps are the services that a call passes, and sweep, which takes up what is left behind.
var steps = []string{"webhook", "transcribe", "analyze", "push", "notify", "sweep"}

// pipeline is a world with the services running in this process.
type pipeline struct {
	world  *world
	sender *sender
	reader *metric.ManualReader
	bare   work // of the bare loop
}

// Close stops the services, then the world.
func (p *pipeline) Close() { p.world.Close() }

func startPipeline(ctx context.Context) (*pipeline, error) {
	w, err := newWorld(ctx, companies)
	if err != nil {
		return nil, err
	}
	p := &pipeline{world: w, reader: metric.NewManualReader()}
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(p.reader)))
	if err := p.start(ctx); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *pipeline) start(ctx context.Context) error {
	services := all.Services()
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var all sync.WaitGroup
	p.world.defers(func() {
		cancel()
		all.Wait()
	})
	urls, failed := map[string]string{}, make(chan error, len(steps))
	for _, name := range steps {
		port, err := freePort(ctx)
		if err != nil {
			return err
		}
		urls[name] = fmt.Sprintf("http://127.0.0.1:%d", port)
		env := p.world.environment(port)
		all.Go(func() {
			if err := services[name](running, envconfig.MapLookuper(env)); err != nil && running.Err() == nil {
				failed <- fmt.Errorf("service %s: %w", name, err)
			}
		})
	}
	if err := p.relay(ctx, running, &all, urls); err != nil {
		return err
	}
	p.sender = newSender(urls["webhook"])
	return awaitAll(ctx, urls, failed)
}

func awaitAll(ctx context.Context, urls map[string]string, failed <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for name, url := range urls {
		for !healthy(ctx, url) {
			select {
			case err := <-failed:
				return err
			case <-ctx.Done():
				return fmt.Errorf("service %s is not healthy: %w", name, ctx.Err())
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return nil
}

// relay pushes messages to the services, as Pub/Sub does.
func (p *pipeline) relay(ctx, running context.Context, all *sync.WaitGroup, urls map[string]string) error {
	var subscriptions []relay.Subscription
	for _, s := range []struct {
		service string
		topic   topic.Name
	}{
		{"transcribe", topic.RequestReceived}, {"analyze", topic.RequestTranscribed}, {"push", topic.RequestAnalyzed},
		{"push", topic.DeliveryDue}, {"notify", topic.RequestPushed},
		{"webhook", topic.Intake}, // the emulator is slow at times, and what it does not take in time is kept there
	} {
		subscriptions = append(subscriptions, relay.Subscription{
			ID: s.service + "-" + string(s.topic), Topic: string(s.topic), Audience: audience,
			Endpoint: urls[s.service] + "/pubsub/" + string(s.topic), AckDeadline: 600 * time.Second,
			MinBackoff: time.Second, MaxBackoff: time.Minute, DeadLetterTopic: string(topic.DeadLetter), MaxAttempts: 20,
		})
	}
	r, err := relay.New(ctx, p.world.client, relay.Config{Subscriptions: subscriptions, Signer: p.world.sandbox.Issuer(), Email: pushAccount})
	if err != nil {
		return fmt.Errorf("start push relay: %w", err)
	}
	all.Go(func() { _ = r.Run(running) }) // it ends with its context; a call that never arrives tells of any other end
	return nil
}

// work is what was asked of the store.
type work struct{ writes, reads atomic.Int64 } // read-write transactions, and reads outside of them

// done returns how many transactions the services have committed and how often they have read.
func (p *pipeline) done(ctx context.Context) (writes, reads float64, err error) {
	var all metricdata.ResourceMetrics
	if err := p.reader.Collect(ctx, &all); err != nil {
		return 0, 0, fmt.Errorf("count transactions: %w", err)
	}
	totals := map[string]int64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			sum, ok := m.Data.(metricdata.Sum[int64])
			if !ok {
				continue
			}
			for _, point := range sum.DataPoints {
				totals[m.Name] += point.Value
			}
		}
	}
	writes = float64(totals["pipeline.store.transactions"] - p.bare.writes.Load())
	reads = float64(totals["pipeline.store.reads"] - p.bare.reads.Load())
	if writes <= 0 || reads <= 0 {
		return 0, 0, errors.New("count transactions: there are none")
	}
	return writes, reads, nil
}

// sampleRate is below any telephone's. Nobody listens.
const sampleRate = 1000

// recorded returns a WAV file that no other number has: the recogniser tells recordings apart by
// their bytes.
func recorded(n int64, seconds int) []byte {
	samples := make([]byte, seconds*sampleRate)
	binary.LittleEndian.PutUint64(samples, uint64(n)) //nolint:gosec // never negative
	return append(wavHeader(len(samples)), samples...)
}

// wavHeader begins a WAV file of one channel and 8 bits.
func wavHeader(samples int) []byte {
	var b bytes.Buffer
	b.WriteString("RIFF")
	for _, field := range []any{
		uint32(36 + samples), []byte("WAVEfmt "), uint32(16), //nolint:gosec // far below 4 GB
		uint16(1), uint16(1), uint32(sampleRate), uint32(sampleRate), uint16(1), uint16(8),
		[]byte("data"), uint32(samples), //nolint:gosec // far below 4 GB
	} {
		_ = binary.Write(&b, binary.LittleEndian, field) // a bytes.Buffer takes everything
	}
	return b.Bytes()
}

// person gives a delivery a telephone number of its own, or the CRM would hold one contact.
func person(body []byte, n int64) []byte {
	return bytes.Replace(body, []byte("+13035550142"), fmt.Appendf(nil, "+1%03d55501%02d", 201+n/100%780, n%100), 1)
}

// conversation is what is said in every call.
var conversation = []control.Turn{
	{Speaker: "agent", Start: 0, End: 4, Text: "Thank you for calling, how can I help you today?"},
	{Speaker: "customer", Start: 4, End: 12, Text: "Hi, we would like a quote for a new kitchen, and to start within two weeks."},
	{Speaker: "agent", Start: 12, End: 15, Text: "Do you have a budget in mind?"},
	{Speaker: "customer", Start: 15, End: 20, Text: "We have eighty thousand dollars set aside."},
}
