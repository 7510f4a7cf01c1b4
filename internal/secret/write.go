package secret

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"path"
	"strconv"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
)

// keepVersions is how many versions of a secret that this package writes stay readable. An
// access token is renewed every half hour, versions are paid for while they are not
// destroyed, and "latest" may mean an older version for a while.
const keepVersions = 5

// Put adds a version to a secret that exists, serves it from now on, and returns its
// number. A version that has been superseded several times is destroyed.
func (r *Reader) Put(ctx context.Context, name, value string) (int64, error) {
	if !idPattern.MatchString(name) {
		return 0, fmt.Errorf("put secret: malformed id: %w", ErrNotFound)
	}
	sum := int64(crc32.Checksum([]byte(value), castagnoli))
	added, err := r.client.AddSecretVersion(ctx, &secretmanagerpb.AddSecretVersionRequest{
		Parent:  r.resource(name),
		Payload: &secretmanagerpb.SecretPayload{Data: []byte(value), DataCrc32C: &sum},
	})
	if err != nil {
		return 0, fmt.Errorf("put secret %s: %w", name, err)
	}
	version, err := versionOf(added.GetName())
	if err != nil {
		return 0, fmt.Errorf("put secret %s: %w", name, err)
	}
	r.remember(name, value)
	if err := r.destroy(ctx, name, version-keepVersions); err != nil {
		slog.WarnContext(ctx, "old secret version not destroyed", "error", err) // it costs a few cents, no more
	}
	return version, nil
}

// Newest reads a secret past the cache and returns its newest version that can be known:
// the latest, or the version atLeast, if that is newer. Secret Manager promises only for
// numbers, not for "latest", that what was written is seen at once.
func (r *Reader) Newest(ctx context.Context, name string, atLeast int64) (value string, version int64, err error) {
	value, version, err = r.read(ctx, name, "latest")
	if missing := errors.Is(err, ErrNotFound); missing && atLeast > 0 || err == nil && version < atLeast {
		known, number, knownErr := r.read(ctx, name, strconv.FormatInt(atLeast, 10))
		// It may be missing: destroyed, or the secret was made anew. Then the latest counts.
		if !errors.Is(knownErr, ErrNotFound) {
			value, version, err = known, number, knownErr
		}
	}
	if err != nil {
		return "", 0, err
	}
	r.remember(name, value)
	return value, version, nil
}

func (r *Reader) read(ctx context.Context, name, version string) (string, int64, error) {
	value, resource, err := r.access(ctx, name, version)
	if err != nil {
		return "", 0, err
	}
	number, err := versionOf(resource)
	return value, number, err
}

// remember serves a value that is known to be the newest.
func (r *Reader) remember(name, value string) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries[name] = entry{value: value, read: now, due: now.Add(jitter(r.cfg.TTL))}
}

func (r *Reader) destroy(ctx context.Context, name string, version int64) error {
	if version < 1 {
		return nil
	}
	_, err := r.client.DestroySecretVersion(ctx, &secretmanagerpb.DestroySecretVersionRequest{
		Name: r.resource(name) + "/versions/" + strconv.FormatInt(version, 10),
	})
	if err != nil {
		return fmt.Errorf("destroy version %d of %s: %w", version, name, err)
	}
	return nil
}

func (r *Reader) resource(name string) string {
	return "projects/" + r.cfg.Project + "/secrets/" + name
}

// versionOf returns the number at the end of a version's resource name.
func versionOf(resource string) (int64, error) {
	version, err := strconv.ParseInt(path.Base(resource), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read version of %q: %w", resource, err)
	}
	return version, nil
}
