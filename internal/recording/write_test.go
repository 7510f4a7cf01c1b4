package recording

import (
	"io"
	"testing"

	"cloud.google.com/go/storage"
)

// TestWriteHoldsNoMoreThanAChunk: the client's own size would cost each object 16 MiB.
func TestWriteHoldsNoMoreThanAChunk(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	if err := b.Write(t.Context(), "a", "application/octet-stream", func(w io.Writer) error {
		if upload, ok := w.(*storage.Writer); !ok || upload.ChunkSize != chunkBytes {
			t.Errorf("writes to %T, want one with chunks of %d bytes", w, chunkBytes)
		}
		_, err := w.Write(make([]byte, chunkBytes+1)) // more than one request
		return err
	}); err != nil {
		t.Fatal(err)
	}
	size := int64(0)
	for entry := range b.List(t.Context(), "") {
		size += entry.Bytes
	}
	if size != chunkBytes+1 {
		t.Errorf("%d bytes are there, want %d", size, chunkBytes+1)
	}
}
