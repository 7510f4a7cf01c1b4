package recording

import (
	"context"
	"fmt"
	"io"
)

// Write makes an object of what fill writes, or replaces it. If fill fails, nothing has
// changed.
func (b *Bucket) Write(ctx context.Context, object, contentType string, fill func(io.Writer) error) error {
	ctx, span := tracer.Start(ctx, "storage.write")
	defer span.End()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // an upload that was not closed is dropped

	w := b.handle.Object(object).NewWriter(ctx)
	w.ChunkSize = chunkBytes
	w.ContentType = contentType
	if err := fill(w); err != nil {
		return fmt.Errorf("write %s: %w", object, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("write %s: %w", object, err)
	}
	return nil
}
