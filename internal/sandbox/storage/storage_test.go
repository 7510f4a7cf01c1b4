package storage_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	gcs "cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/storage"
)

func TestServerKeepsObjectsForTheRealClient(t *testing.T) {
	server, bucket := newBucket(t)
	want := bytes.Repeat([]byte("la"), 3<<20) // several chunks: a resumable upload
	object := bucket.Object("tenant_demo/req_1/audio.mp3").If(gcs.Conditions{DoesNotExist: true})
	if err := write(t, object, want); err != nil {
		t.Fatal(err)
	}
	var refused *googleapi.Error
	if err := write(t, object, want); !errors.As(err, &refused) || refused.Code != http.StatusPreconditionFailed {
		t.Errorf("second write of a write-once object: got %v, want 412", err)
	}
	reader, err := bucket.Object("tenant_demo/req_1/audio.mp3").NewReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, want) {
		t.Errorf("read back %d bytes, %v; want %d", len(got), err, len(want))
	}
	if _, err := bucket.Object("missing").NewReader(t.Context()); !errors.Is(err, gcs.ErrObjectNotExist) {
		t.Errorf("missing object: got %v, want ErrObjectNotExist", err)
	}
	server.Stop()
	if conn, err := net.Dial("tcp", server.Host()); err == nil {
		_ = conn.Close()
		t.Error("the server accepts connections after Stop")
	}
}

func newBucket(t *testing.T) (*storage.Server, *gcs.BucketHandle) {
	t.Helper()
	server, err := storage.Start(t.Context(), storage.Config{Listen: "127.0.0.1:0", Buckets: []string{"recordings"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	t.Setenv("STORAGE_EMULATOR_HOST", server.Host())
	client, err := gcs.NewClient(t.Context(), gcs.WithJSONReads())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return server, client.Bucket("recordings")
}

func write(t *testing.T, object *gcs.ObjectHandle, content []byte) error {
	t.Helper()
	w := object.NewWriter(t.Context())
	w.ChunkSize = 1 << 20
	if _, err := w.Write(content); err != nil {
		return err
	}
	return w.Close()
}
