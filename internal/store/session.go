package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cloud.google.com/go/spanner"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"google.golang.org/api/option"
	"google.golang.org/grpc/codes"
)

// emulatorClients is how many clients share the emulator. Its 1.5.28 knows no
// multiplexed sessions: on one client each new transaction kills the one before with a
// code that is not retried, so every transaction borrows a client of its own.
const emulatorClients = 8

var transactions, _ = otel.Meter("github.com/your-org/multi-tenant-pipeline/internal/store").Int64Counter(
	"pipeline.store.transactions", metric.WithDescription("read-write transactions that committed, by step and operation"))

var aborted, _ = otel.Meter("github.com/your-org/multi-tenant-pipeline/internal/store").Int64Counter(
	"pipeline.store.aborts", metric.WithDescription("attempts of read-write transactions that were repeated, by step and operation"))

var reads, _ = otel.Meter("github.com/your-org/multi-tenant-pipeline/internal/store").Int64Counter(
	"pipeline.store.reads", metric.WithDescription("reads outside of read-write transactions, by step and operation"))

var unavailable, _ = otel.Meter("github.com/your-org/multi-tenant-pipeline/internal/store").Int64Counter(
	"pipeline.store.unavailable", metric.WithDescription("transactions and reads that the database could not do, by step and operation"))

// turns are held by the transactions under way, by emulator and database. They are the process's:
// several stores on one database, as in a process that runs several services, would make the
// emulator abort each other's transactions, which are repeated after a pause.
var turns sync.Map // string → chan struct{}

func turnOf(cfg Config) chan struct{} {
	turn, _ := turns.LoadOrStore(cfg.EmulatorHost+"/"+cfg.Name(), make(chan struct{}, 1))
	return turn.(chan struct{}) //nolint:forcetypeassert // nothing else is stored
}

// sessions hands out Spanner clients. In production that is one shared client; with the
// emulator it is a pool, and read-write transactions take turns, because the emulator
// runs one at a time and aborts the others.
type sessions struct {
	shared *spanner.Client
	pool   chan *spanner.Client // nil in production
	turn   chan struct{}        // emulator only; held by the transaction under way
}

// reader is what a transaction of either kind can read with.
type reader interface {
	ReadRow(ctx context.Context, table string, key spanner.Key, columns []string) (*spanner.Row, error)
	Read(ctx context.Context, table string, keys spanner.KeySet, columns []string) *spanner.RowIterator
	ReadUsingIndex(ctx context.Context, table, index string, keys spanner.KeySet, columns []string) *spanner.RowIterator
	Query(ctx context.Context, statement spanner.Statement) *spanner.RowIterator
}

func openSessions(ctx context.Context, cfg Config, role string, opts ...option.ClientOption) (*sessions, error) {
	config := spanner.ClientConfig{DisableNativeMetrics: cfg.EmulatorHost != "", DatabaseRole: role}
	if cfg.EmulatorHost != "" {
		guards, err := enforce(role)
		if err != nil {
			return nil, err
		}
		for _, g := range guards {
			opts = append(opts, option.WithGRPCDialOption(g))
		}
	}
	open := func() (*spanner.Client, error) {
		return spanner.NewClientWithConfig(ctx, cfg.Name(), config, opts...)
	}
	s := &sessions{}
	if cfg.EmulatorHost == "" {
		client, err := open()
		s.shared = client
		return s, err
	}
	s.pool, s.turn = make(chan *spanner.Client, emulatorClients), turnOf(cfg)
	for range emulatorClients {
		client, err := open()
		if err != nil {
			s.close()
			return nil, err
		}
		s.pool <- client
	}
	return s, nil
}

func (s *sessions) close() {
	if s.shared != nil {
		s.shared.Close()
	}
	for s.pool != nil {
		select {
		case client := <-s.pool:
			client.Close()
		default:
			return
		}
	}
}

func (s *sessions) with(ctx context.Context, fn func(*spanner.Client) error) error {
	if s.pool == nil {
		return fn(s.shared)
	}
	select {
	case client := <-s.pool:
		defer func() { s.pool <- client }()
		return fn(client)
	case <-ctx.Done():
		return fmt.Errorf("wait for a spanner client: %w", ctx.Err())
	}
}

// inTurn is with, for what the emulator runs one at a time. Whoever waits for longer than ctx
// gives up, as it would if Spanner did not answer.
func (s *sessions) inTurn(ctx context.Context, fn func(*spanner.Client) error) error {
	if s.pool == nil {
		return fn(s.shared)
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
		return s.with(ctx, fn)
	case <-ctx.Done():
		return fmt.Errorf("wait for the emulator: %w", ctx.Err())
	}
}

// readWrite runs fn in a read-write transaction, which is repeated when Spanner aborts
// it: fn must return Spanner's errors as they are or wrapped with %w, and must not do
// anything outside the transaction.
func (s *sessions) readWrite(ctx context.Context, tag string, fn func(context.Context, *spanner.ReadWriteTransaction) error) error {
	return wrap(ctx, tag, s.inTurn(ctx, func(c *spanner.Client) error {
		var lines trail
		var repeats int64 = -1
		_, err := c.ReadWriteTransactionWithOptions(ctx, func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
			repeats++
			return fn(lines.withTrail(ctx), tx)
		}, spanner.TransactionOptions{TransactionTag: tag})
		committed(ctx, tag, err)
		if repeats > 0 {
			aborted.Add(ctx, repeats, metric.WithAttributes(attribute.String("transaction", tag)))
		}
		if err == nil {
			lines.export(ctx)
		}
		return err
	}))
}

// apply commits mutations in one round trip. They may be applied twice if the answer is
// lost, so they must be inserts of rows whose second insert is recognised, or idempotent.
func (s *sessions) apply(ctx context.Context, tag string, ms []*spanner.Mutation) error {
	return wrap(ctx, tag, s.inTurn(ctx, func(c *spanner.Client) error {
		_, err := c.Apply(ctx, ms, spanner.ApplyAtLeastOnce(), spanner.TransactionTag(tag))
		committed(ctx, tag, err)
		return err
	}))
}

// read runs fn on a strong snapshot: a single-use read in production. fn must do one
// read only. With the emulator it runs inside a read-write transaction, because strong
// reads there wait for a clock that runs ahead with every transaction.
func (s *sessions) read(ctx context.Context, tag string, fn func(context.Context, reader) error) error {
	reads.Add(ctx, 1, metric.WithAttributes(attribute.String("transaction", tag)))
	if s.pool == nil {
		return wrap(ctx, tag, fn(ctx, s.shared.Single()))
	}
	return wrap(ctx, tag, s.inTurn(ctx, func(c *spanner.Client) error {
		_, err := c.ReadWriteTransaction(ctx, func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
			return fn(ctx, tx)
		})
		return err
	}))
}

// search runs fn on a strong snapshot as read does, but never in a read-write transaction,
// where neither Spanner nor the emulator searches for words.
func (s *sessions) search(ctx context.Context, tag string, fn func(context.Context, reader) error) error {
	reads.Add(ctx, 1, metric.WithAttributes(attribute.String("transaction", tag)))
	return wrap(ctx, tag, s.with(ctx, func(c *spanner.Client) error { return fn(ctx, c.Single()) }))
}

// committed counts a transaction that committed.
func committed(ctx context.Context, tag string, err error) {
	if err == nil {
		transactions.Add(ctx, 1, metric.WithAttributes(attribute.String("transaction", tag)))
	}
}

// wrap names the operation and marks what the caller can only wait out.
func wrap(ctx context.Context, tag string, err error) error {
	if err == nil {
		return nil
	}
	if !away(err) {
		return fmt.Errorf("%s: %w", tag, err)
	}
	unavailable.Add(ctx, 1, metric.WithAttributes(attribute.String("transaction", tag)))
	return fmt.Errorf("%s: %w: %w", tag, ErrUnavailable, err)
}

// away reports whether the database did not do what it was asked, or not in time.
func away(err error) bool {
	switch spanner.ErrCode(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		return true
	default:
		return errors.Is(err, context.DeadlineExceeded)
	}
}

// nullTime returns an empty column for the zero time.
func nullTime(t time.Time) spanner.NullTime {
	return spanner.NullTime{Time: t.UTC(), Valid: !t.IsZero()}
}

func nullString(v string) spanner.NullString {
	return spanner.NullString{StringVal: v, Valid: v != ""}
}
