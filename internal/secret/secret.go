// Package secret reads the tenants' secrets from Secret Manager and keeps them in memory
// for a while: a secret is read many times a minute, and changes twice a year. Those that
// change by being used, OAuth's, are also written here (write.go), and so are those that a
// tenant gives us (keep.go).
//
// The cache holds for each name the value and when it was read. A value older than the
// TTL is read again; while Secret Manager cannot be reached, it serves on for StaleFor.
// That a secret does not exist is remembered, too, so that a wrong name in a tenant's
// settings does not become a stream of calls.
package secret

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"sync"
	"time"

	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// ErrNotFound says that a secret does not exist, or has no version that may be read.
var ErrNotFound = errors.New("secret not found")

// ErrDenied says that a secret may not be read, or does not exist: rights go by name, and Secret
// Manager may not tell whoever has none whether there is such a secret.
var ErrDenied = errors.New("secret denied, or not there")

// readTimeout bounds one read, and patience the wait for it when an older value is at
// hand; retryAfter is how long that one serves before Secret Manager is asked again.
const (
	readTimeout = 5 * time.Second
	patience    = time.Second
	retryAfter  = 10 * time.Second
)

// Config says where the secrets are and how long they are kept.
type Config struct {
	Project     string        `env:"GOOGLE_CLOUD_PROJECT"`
	Endpoint    string        `env:"SECRETMANAGER_ENDPOINT"` // empty: Google's
	TTL         time.Duration `env:"SECRET_TTL, default=5m"`
	StaleFor    time.Duration `env:"SECRET_STALE_FOR, default=1h"`
	NegativeTTL time.Duration `env:"SECRET_NEGATIVE_TTL, default=30s"`
	// Key is the Cloud KMS key, in location global, that new secrets are encrypted with; empty: Google's own.
	Key string `env:"SECRET_KMS_KEY"`
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Project == "" {
		errs = append(errs, errors.New("GOOGLE_CLOUD_PROJECT must be set"))
	}
	if c.TTL <= 0 || c.StaleFor < c.TTL || c.NegativeTTL < 0 {
		errs = append(errs, errors.New("SECRET_TTL must be positive, SECRET_STALE_FOR not shorter, SECRET_NEGATIVE_TTL not negative"))
	}
	return errors.Join(errs...)
}

// Reader reads secrets. It is safe for concurrent use.
type Reader struct {
	client *secretmanager.Client
	cfg    Config
	now    func() time.Time
	group  singleflight.Group

	mu      sync.Mutex
	entries map[string]entry
}

// entry is what is known of one secret.
type entry struct {
	value   string
	missing bool
	read    time.Time // when it was last known to be true
	due     time.Time // when to ask again
}

// New returns a reader. The client stays the caller's.
func New(client *secretmanager.Client, cfg Config) *Reader {
	return &Reader{client: client, cfg: cfg, now: time.Now, entries: map[string]entry{}}
}

// Get returns the latest version of the secret with the id. It fails with ErrNotFound if
// there is none.
func (r *Reader) Get(ctx context.Context, name string) (string, error) {
	if e, ok := r.known(name); ok {
		return e.result(name)
	}
	// One caller reads for all who ask at the same time; it must not fail for all
	// because its own request was cancelled.
	ch := r.group.DoChan(name, func() (any, error) {
		if e, ok := r.known(name); ok { // answered between the look above and here
			return e, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
		defer cancel()
		return r.refresh(ctx, name)
	})
	wait := ctx
	old, usable := r.stale(name)
	if usable {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	select {
	case <-wait.Done():
		if usable {
			return old.value, nil
		}
		return "", fmt.Errorf("read secret %s: %w", name, ctx.Err())
	case res := <-ch:
		if res.Err != nil {
			return "", res.Err
		}
		e, _ := res.Val.(entry)
		return e.result(name)
	}
}

func (e entry) result(name string) (string, error) {
	if e.missing {
		return "", fmt.Errorf("read secret %s: %w", name, ErrNotFound)
	}
	return e.value, nil
}

// known returns the entry if it need not be read again.
func (r *Reader) known(name string) (entry, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[name]
	return e, ok && r.now().Before(e.due)
}

// refresh reads the secret and remembers the answer. Without one it falls back to a
// value that is not too old.
func (r *Reader) refresh(ctx context.Context, name string) (entry, error) {
	value, _, err := r.access(ctx, name, "latest")
	now := r.now()
	var e entry
	switch {
	case err == nil:
		e = entry{value: value, read: now, due: now.Add(jitter(r.cfg.TTL))}
	case errors.Is(err, ErrNotFound):
		e = entry{missing: true, read: now, due: now.Add(r.cfg.NegativeTTL)}
	default:
		old, ok := r.stale(name)
		if !ok {
			return entry{}, err
		}
		slog.WarnContext(ctx, "secret is served from memory", "age_s", now.Sub(old.read).Seconds(), "error", err)
		e = old
		e.due = now.Add(retryAfter)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries[name] = e
	return e, nil
}

// stale returns a value that is old, but not too old to serve during an outage.
func (r *Reader) stale(name string) (entry, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[name]
	return e, ok && !e.missing && r.now().Sub(e.read) < r.cfg.StaleFor
}

// jitter spreads the reads of secrets that were first read together.
func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.9 + 0.2*rand.Float64())) //nolint:gosec // spreads load, guards nothing
}

// idPattern is Secret Manager's own rule. A name with a slash would reach another
// project or version.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// access reads a version, and returns its resource name, which holds its number, with it.
func (r *Reader) access(ctx context.Context, name, version string) (value, resource string, err error) {
	if !idPattern.MatchString(name) {
		return "", "", fmt.Errorf("read secret: malformed id: %w", ErrNotFound)
	}
	resp, err := r.client.AccessSecretVersion(ctx, &secretmanagerpb.AccessSecretVersionRequest{
		Name: r.resource(name) + "/versions/" + version,
	})
	switch status.Code(err) {
	case codes.OK:
	case codes.NotFound, codes.FailedPrecondition: // the latter: disabled or destroyed
		return "", "", fmt.Errorf("read secret %s: %w", name, errors.Join(ErrNotFound, err))
	case codes.PermissionDenied:
		return "", "", fmt.Errorf("read secret %s: %w", name, errors.Join(ErrDenied, err))
	default:
		return "", "", fmt.Errorf("read secret %s: %w", name, err)
	}
	data := resp.GetPayload().GetData()
	if sum := resp.GetPayload().DataCrc32C; sum != nil && *sum != int64(crc32.Checksum(data, castagnoli)) {
		return "", "", fmt.Errorf("read secret %s: checksum differs", name)
	}
	return string(data), resp.GetName(), nil
}
