package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"

	"cloud.google.com/go/storage"
	"go.opentelemetry.io/otel"
	"golang.org/x/sync/errgroup"
	"google.golang.org/api/iterator"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

var tracer = otel.Tracer("github.com/your-org/multi-tenant-pipeline/internal/recording")

// deleteWorkers bounds the deletions of one DeletePrefix that are under way at once.
const deleteWorkers = 16

// Config says which bucket is used.
type Config struct {
	Bucket string `env:"RECORDINGS_BUCKET, required"`
	// Signer is the service account that signs addresses; empty: the one that the service runs as.
	Signer string `env:"RECORDINGS_SIGNER"`
	// EmulatorHost is host:port of a stand-in; the client library reads the same variable.
	EmulatorHost string `env:"STORAGE_EMULATOR_HOST"`
}

// Validate reports what is wrong with the configuration.
func (c Config) Validate() error {
	return config.Require("RECORDINGS_BUCKET", c.Bucket)
}

// Bucket is the bucket that holds the recordings. It is safe for concurrent use.
type Bucket struct {
	client *storage.Client
	handle *storage.BucketHandle
	name   string
	signer signer
}

// Open connects to Cloud Storage, or to the server at STORAGE_EMULATOR_HOST if that is
// set: the client library looks for it. It does not touch the bucket.
func Open(ctx context.Context, cfg Config) (*Bucket, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("open recordings: %w", err)
	}
	client, err := storage.NewClient(ctx, storage.WithJSONReads())
	if err != nil {
		return nil, fmt.Errorf("open recordings: %w", err)
	}
	return &Bucket{client: client, handle: client.Bucket(cfg.Bucket), name: cfg.Bucket, signer: signerOf(cfg)}, nil
}

// Close releases the connections.
func (b *Bucket) Close() error { return b.client.Close() }

// URI returns the gs:// name of an object or prefix.
func (b *Bucket) URI(object string) string { return "gs://" + b.name + "/" + object }

// Reader opens an object. The error is fs.ErrNotExist if there is none.
func (b *Bucket) Reader(ctx context.Context, object string) (io.ReadCloser, error) {
	r, err := b.handle.Object(object).NewReader(ctx)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", object, notExist(err))
	}
	return r, nil
}

// Entry is one object of a listing.
type Entry struct {
	Object  string
	Bytes   int64
	Created time.Time
}

// List walks the objects whose names begin with a prefix, in the order of their names.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		query := &storage.Query{Prefix: prefix}
		if err := query.SetAttrSelection([]string{"Name", "Size", "Created"}); err != nil {
			yield(Entry{}, fmt.Errorf("list %s: %w", prefix, err))
			return
		}
		objects := b.handle.Objects(ctx, query)
		for {
			attrs, err := objects.Next()
			if errors.Is(err, iterator.Done) {
				return
			}
			if err != nil {
				yield(Entry{}, fmt.Errorf("list %s: %w", prefix, err))
				return
			}
			if !yield(Entry{Object: attrs.Name, Bytes: attrs.Size, Created: attrs.Created}, nil) {
				return
			}
		}
	}
}

// Delete removes an object. One that does not exist is no error.
func (b *Bucket) Delete(ctx context.Context, object string) error {
	err := b.handle.Object(object).Delete(ctx)
	if err != nil && !errors.Is(err, storage.ErrObjectNotExist) {
		return fmt.Errorf("delete %s: %w", object, err)
	}
	return nil
}

// DeletePrefix removes every object whose name begins with a prefix and returns how many
// there were. After an error the call can be repeated: what is gone stays gone.
func (b *Bucket) DeletePrefix(ctx context.Context, prefix string) (int, error) {
	if prefix == "" {
		return 0, errors.New("delete prefix: empty prefix would empty the bucket")
	}
	ctx, span := tracer.Start(ctx, "storage.delete_prefix")
	defer span.End()

	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(deleteWorkers)
	var listErr error
	deleted := 0
	for entry, err := range b.List(groupCtx, prefix) {
		if err != nil {
			listErr = err
			break
		}
		deleted++
		group.Go(func() error { return b.Delete(groupCtx, entry.Object) })
	}
	// The workers' error comes first: it is what makes the listing end with "canceled".
	if err := group.Wait(); err != nil {
		return 0, err
	}
	return deleted, listErr
}

// notExist turns the client's error for a missing object into the standard library's.
func notExist(err error) error {
	if errors.Is(err, storage.ErrObjectNotExist) {
		return fs.ErrNotExist
	}
	return err
}
