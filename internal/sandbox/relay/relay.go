// Package relay pushes Pub/Sub messages to services as the real Pub/Sub does. The Java
// emulator's push has no OIDC token and no delivery attempt, and pstest does not push at
// all: so this pulls from either, and does the pushing, retrying and dead-lettering itself.
//
// A message stays leased at the emulator from its first delivery until it is acknowledged
// or dead-lettered, with its retries scheduled here: neither emulator honours a retry
// policy for pulled messages. If the relay dies, the lease ends and the emulator delivers again.
package relay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
)

// Limits of the real service.
const (
	minDeadline    = 10 * time.Second
	maxDeadline    = 600 * time.Second
	minAttempts    = 5
	maxAttempts    = 100
	maxBackoff     = 600 * time.Second
	defaultBackoff = 100 * time.Millisecond // push back-off where there is no retry policy
)

const (
	defaultConcurrency = 80 // Cloud Run's default per instance

	// leaseFor is how long a message may be retried here; after it the emulator gives
	// the message to us again.
	leaseFor = 24 * time.Hour
)

// Subscription is one push subscription.
type Subscription struct {
	ID       string
	Topic    string
	Endpoint string // URL
	Audience string // of the token; empty: the endpoint

	AckDeadline     time.Duration // 10-600 s, the time a handler has; 0: 10 s
	MinBackoff      time.Duration // before the first retry, doubled for each later one
	MaxBackoff      time.Duration // 0 with a MinBackoff of 0: retried at once, as without a retry policy
	DeadLetterTopic string        // empty: retried for ever
	MaxAttempts     int           // 5-100; only with a DeadLetterTopic
	Concurrency     int           // pushes under way at once; 0: 80
	OnlyCopy        bool          // nobody else has what its messages hold, and Pub/Sub loses none: mode lose leaves them alone
}

// Config is what the relay serves.
type Config struct {
	Topics        []string // made too, besides the subscriptions' own
	Subscriptions []Subscription
	Email         string       // service account of the tokens
	Signer        Signer       // usually an *oidc.Issuer
	Client        *http.Client // nil: one without a proxy
	Modes         *fault.Modes // what a healthy Pub/Sub does too, only more often; nil: nothing
	Now           func() time.Time
}

// Signer signs the token that proves a push to be Pub/Sub's.
type Signer interface {
	PushToken(email, audience string) (string, error)
}

// Relay pushes until its Run ends.
type Relay struct {
	client *pubsub.Client
	cfg    Config
	http   *http.Client
	pushes []*push
}

// New makes the topics and subscriptions where they do not exist. From then on published
// messages are kept for Run. The client must lead to an emulator.
func New(ctx context.Context, client *pubsub.Client, cfg Config) (*Relay, error) {
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("start relay: %w", err)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	r := &Relay{client: client, cfg: cfg, http: cfg.Client}
	if r.http == nil {
		r.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: defaultConcurrency}}
	}
	for _, topic := range cfg.topics() {
		if err := r.createTopic(ctx, topic); err != nil {
			return nil, err
		}
	}
	for _, s := range cfg.Subscriptions {
		if err := r.createSubscription(ctx, s); err != nil {
			return nil, err
		}
		r.pushes = append(r.pushes, newPush(r, s))
	}
	return r, nil
}

func (c Config) validate() error {
	var errs []error
	if c.Signer == nil {
		errs = append(errs, errors.New("a signer is needed"))
	}
	for _, s := range c.Subscriptions {
		if err := s.validate(); err != nil {
			errs = append(errs, fmt.Errorf("subscription %q: %w", s.ID, err))
		}
	}
	return errors.Join(errs...)
}

// validate refuses what the real service refuses.
func (s Subscription) validate() error {
	var errs []error
	if s.ID == "" || s.Topic == "" || s.Endpoint == "" {
		errs = append(errs, errors.New("id, topic and endpoint are needed"))
	}
	if s.AckDeadline != 0 && (s.AckDeadline < minDeadline || s.AckDeadline > maxDeadline) {
		errs = append(errs, fmt.Errorf("ack deadline %v is not between %v and %v", s.AckDeadline, minDeadline, maxDeadline))
	}
	if s.DeadLetterTopic != "" && (s.MaxAttempts < minAttempts || s.MaxAttempts > maxAttempts) {
		errs = append(errs, fmt.Errorf("%d attempts are not between %d and %d", s.MaxAttempts, minAttempts, maxAttempts))
	}
	if s.MinBackoff < 0 || s.MinBackoff > s.MaxBackoff || s.MaxBackoff > maxBackoff {
		errs = append(errs, fmt.Errorf("backoff from %v to %v is not within 0 to %v", s.MinBackoff, s.MaxBackoff, maxBackoff))
	}
	return errors.Join(errs...)
}

func (c Config) topics() []string {
	topics := slices.Clone(c.Topics)
	for _, s := range c.Subscriptions {
		topics = append(topics, s.Topic)
		if s.DeadLetterTopic != "" {
			topics = append(topics, s.DeadLetterTopic)
		}
	}
	slices.Sort(topics)
	return slices.Compact(topics)
}

func (r *Relay) createTopic(ctx context.Context, id string) error {
	_, err := r.client.TopicAdminClient.CreateTopic(ctx, &pubsubpb.Topic{Name: r.name("topics", id)})
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return fmt.Errorf("create topic %s: %w", id, err)
	}
	return nil
}

// createSubscription leaves the policies out: the relay carries them out.
func (r *Relay) createSubscription(ctx context.Context, s Subscription) error {
	_, err := r.client.SubscriptionAdminClient.CreateSubscription(ctx, &pubsubpb.Subscription{
		Name: r.name("subscriptions", s.ID), Topic: r.name("topics", s.Topic),
		AckDeadlineSeconds: int32(maxDeadline / time.Second),
	})
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return fmt.Errorf("create subscription %s: %w", s.ID, err)
	}
	return nil
}

func (r *Relay) name(kind, id string) string {
	return "projects/" + r.client.Project() + "/" + kind + "/" + id
}

// Run pushes until the context ends or the emulator is lost. Pushes that are then under
// way are broken off; their messages stay with the emulator.
func (r *Relay) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, p := range r.pushes {
		group.Go(func() error { return p.run(ctx) })
	}
	return group.Wait()
}
