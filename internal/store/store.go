package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/api/option"

	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// Errors of the store. They are matched with errors.Is.
var (
	// ErrNotFound and ErrHeld are what steps know them as.
	ErrNotFound = stage.ErrNotFound
	ErrHeld     = stage.ErrHeld
	// ErrUnavailable says that Spanner could not be reached or did not answer in time.
	ErrUnavailable = errors.New("store unavailable")
	// ErrConflict says that what is there does not allow the change. The errors that wrap it say
	// what that is: these, and those of what people ask to be done to a request.
	ErrConflict = errors.New("conflict")

	ErrTaken    = fmt.Errorf("%w: the id or the CallRail company belongs to another tenant", ErrConflict)
	ErrReused   = fmt.Errorf("%w: the id stood for another CRM", ErrConflict)
	ErrNotAlone = fmt.Errorf("%w: another job of the kind is not over", ErrConflict)
	ErrJobState = fmt.Errorf("%w: the job cannot be steered like this", ErrConflict)
	ErrDealt    = fmt.Errorf("%w: the dead letter is settled", ErrConflict)
)

// Config says which database to use.
type Config struct {
	Project  string `env:"GOOGLE_CLOUD_PROJECT"`
	Instance string `env:"SPANNER_INSTANCE, default=ingestion-db"`
	Database string `env:"SPANNER_DATABASE, default=pipeline-db"`
	// EmulatorHost is host:port of Google's emulator; the client library reads the same variable.
	EmulatorHost string `env:"SPANNER_EMULATOR_HOST"`
	// FullText says that the schema has the index for full-text search, which needs Spanner's
	// Enterprise edition.
	FullText bool `env:"FULL_TEXT_SEARCH, default=true"`
	// Roles says whether each service acts in a database role of its own. The schema must have
	// them first: see UseRoles.
	Roles Roles `env:"SPANNER_ROLES, default=none"`
	// Grace is how long a row waits for the message that is published right after its commit
	// before sweep announces it. Backoff is how long it is left alone after that, doubled
	// each time up to 32 times.
	Grace   time.Duration `env:"ANNOUNCE_GRACE, default=60s"`
	Backoff time.Duration `env:"SWEEP_BACKOFF, default=60s"`
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Project == "" {
		errs = append(errs, errors.New("GOOGLE_CLOUD_PROJECT must be set"))
	}
	if c.Grace <= 0 || c.Backoff <= 0 {
		errs = append(errs, errors.New("ANNOUNCE_GRACE and SWEEP_BACKOFF must be positive"))
	}
	if !slices.Contains([]Roles{NoRoles, MakeRoles, UseRoles}, c.Roles) {
		errs = append(errs, fmt.Errorf("SPANNER_ROLES must be %s, %s or %s", NoRoles, MakeRoles, UseRoles))
	}
	return errors.Join(errs...)
}

// Name returns the database's full resource name.
func (c Config) Name() string {
	return fmt.Sprintf("projects/%s/instances/%s/databases/%s", c.Project, c.Instance, c.Database)
}

// Store is an open database.
type Store struct {
	sessions   *sessions
	client     []option.ClientOption
	role       string
	fullText   bool
	makesRoles bool
	now        func() time.Time
	grace      time.Duration
	backoff    time.Duration
	reach      reach
}

// Option changes how a Store behaves.
type Option func(*Store)

// WithClock replaces the clock that leases and due times are compared with.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// WithClient gives options to the database's clients, for instance an interceptor.
func WithClient(opts ...option.ClientOption) Option {
	return func(s *Store) { s.client = append(s.client, opts...) }
}

// WithRole makes the database refuse what the role was not granted. It is ignored unless the
// configuration says that roles are used.
func WithRole(role string) Option { return func(s *Store) { s.role = role } }

// Open opens the database. The schema must have been applied by Migrate.
func Open(ctx context.Context, cfg Config, opts ...Option) (*Store, error) {
	s := &Store{fullText: cfg.FullText, makesRoles: cfg.makesRoles(), now: time.Now, grace: cfg.Grace, backoff: cfg.Backoff, reach: farthest}
	for _, opt := range opts {
		opt(s)
	}
	if cfg.Roles != UseRoles {
		s.role = ""
	}
	var err error
	if s.sessions, err = openSessions(ctx, cfg, s.role, s.client...); err != nil {
		return nil, fmt.Errorf("open spanner %s: %w", cfg.Name(), err)
	}
	return s, nil
}

// Close releases the database's clients.
func (s *Store) Close() { s.sessions.close() }

// announceBy returns when sweep should take a row whose message was published just now.
func (s *Store) announceBy() time.Time { return s.now().Add(s.grace) }

// ForTenant returns the handle to one tenant's rows.
func (s *Store) ForTenant(tenantID string) *Scope { return &Scope{store: s, tenant: tenantID} }

// Operator returns the handle to what spans all tenants.
func (s *Store) Operator() *Operator { return &Operator{store: s} }

// Scope is the handle to one tenant's rows.
type Scope struct {
	store  *Store
	tenant string
}

// Operator is the handle to what spans all tenants: the directory, sweep, administration.
type Operator struct{ store *Store }

func (s *Scope) key(parts ...any) spanner.Key {
	return append(spanner.Key{s.tenant}, parts...)
}

// newToken returns 128 random bits in hex.
func newToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand crashes the program instead
	return hex.EncodeToString(b[:])
}
