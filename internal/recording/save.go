package recording

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"cloud.google.com/go/storage"
	"github.com/klauspost/readahead"
	"google.golang.org/api/googleapi"
)

// chunkBytes is what an upload holds in memory for resending. The client's default of
// 16 MiB would cost a busy instance more memory than all the rest.
const chunkBytes = 4 << 20

// A recording is read, measured and hashed while what was read before is sent on: so many
// buffers of so many bytes ahead.
const (
	aheadBuffers = 4
	aheadBytes   = 256 << 10
)

// Audio is a recording on its way in.
type Audio struct {
	Body   io.ReadCloser
	Length int64 // bytes, as the sender announced them; -1: not announced
}

// Limits bound a save.
type Limits struct {
	Bytes   int64         // largest recording that is kept
	Timeout time.Duration // for download and upload together
}

// Saved describes an audio object.
type Saved struct {
	Object      string
	Generation  int64
	Bytes       int64
	SHA256      string // hex
	CRC32C      uint32
	ContentType string // by the first bytes, whatever the sender called it
	Sound       Sound
}

// Save streams a recording into an object that did not exist and closes its body. It
// never holds more than a few chunks in memory. An object that is there already, from an
// earlier attempt of the same run, is taken over as it is.
//
// The error is a *TooLargeError, *NotAudioError or *TruncatedError if the recording is
// at fault; then no object exists. Any other error is the storage's.
func (b *Bucket) Save(ctx context.Context, object string, audio Audio, limits Limits) (Saved, error) {
	ctx, span := tracer.Start(ctx, "storage.save_recording")
	defer span.End()
	ctx, cancel := context.WithTimeoutCause(ctx, limits.Timeout, errSlow)
	defer cancel()
	// A sender that stalls does not watch our context: closing its body ends the read.
	defer context.AfterFunc(ctx, func() { _ = audio.Body.Close() })()
	defer func() { _ = audio.Body.Close() }()

	if audio.Length > limits.Bytes {
		return Saved{}, fmt.Errorf("save %s: %w", object, &TooLargeError{Limit: limits.Bytes})
	}
	saved, err := b.save(ctx, object, &bounded{src: audio.Body, limit: limits.Bytes, length: audio.Length})
	if err != nil && errors.Is(context.Cause(ctx), errSlow) {
		err = &TruncatedError{Want: audio.Length, Err: errSlow}
	}
	if err != nil {
		return Saved{}, fmt.Errorf("save %s: %w", object, err)
	}
	return saved, nil
}

func (b *Bucket) save(ctx context.Context, object string, src *bounded) (Saved, error) {
	body := bufio.NewReaderSize(src, sniffBytes)
	head, err := body.Peek(sniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return Saved{}, err
	}
	contentType, err := sniff(head)
	if err != nil {
		return Saved{}, err
	}
	in := newInspector()
	ahead, err := readahead.NewReaderSize(io.TeeReader(body, in), aheadBuffers, aheadBytes)
	if err != nil {
		return Saved{}, err
	}
	attrs, err := b.upload(ctx, upload{object: object, contentType: contentType, body: ahead})
	_ = src.src.Close() // or reading ahead would not end before a sender that stalls
	_ = ahead.Close()   // it has ended: nobody writes to in any more
	if isPrecondition(err) {
		return b.adopt(ctx, object, in)
	}
	if err != nil {
		return Saved{}, err
	}
	if attrs.CRC32C != in.crc.Sum32() || attrs.Size != in.bytes {
		return Saved{}, errors.Join(errors.New("stored object differs from what was sent"), b.Delete(ctx, object))
	}
	return in.saved(attrs), nil
}

// upload is one object on its way out.
type upload struct {
	object      string
	contentType string
	body        io.Reader
}

func (b *Bucket) upload(ctx context.Context, up upload) (*storage.ObjectAttrs, error) {
	ctx, abort := context.WithCancel(ctx)
	defer abort()
	w := b.handle.Object(up.object).If(storage.Conditions{DoesNotExist: true}).NewWriter(ctx)
	w.ChunkSize = chunkBytes
	w.ContentType = up.contentType
	w.DisableAutoChecksum = true // ours is compared, and what differs is deleted
	if _, err := io.Copy(w, up.body); err != nil {
		// Only a cancelled context keeps Close from making an object of what was sent so far.
		abort()
		_ = w.Close()
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return w.Attrs(), nil
}

// adopt describes the object that was there first. What was just read in vain spares
// reading it again if both are the same.
func (b *Bucket) adopt(ctx context.Context, object string, seen *inspector) (Saved, error) {
	attrs, err := b.handle.Object(object).Attrs(ctx)
	if err != nil {
		return Saved{}, fmt.Errorf("take over: %w", err)
	}
	if attrs.CRC32C == seen.crc.Sum32() && attrs.Size == seen.bytes {
		return seen.saved(attrs), nil
	}
	r, err := b.Reader(ctx, object)
	if err != nil {
		return Saved{}, fmt.Errorf("take over: %w", err)
	}
	in := newInspector()
	_, err = io.Copy(in, r)
	if err := errors.Join(err, r.Close()); err != nil {
		return Saved{}, fmt.Errorf("take over: %w", err)
	}
	return in.saved(attrs), nil
}

func (in *inspector) saved(attrs *storage.ObjectAttrs) Saved {
	return Saved{
		Object:      attrs.Name,
		Generation:  attrs.Generation,
		Bytes:       attrs.Size,
		SHA256:      hex.EncodeToString(in.sha.Sum(nil)),
		CRC32C:      attrs.CRC32C,
		ContentType: attrs.ContentType,
		Sound:       in.sound(),
	}
}

func isPrecondition(err error) bool {
	var api *googleapi.Error
	return errors.As(err, &api) && api.Code == http.StatusPreconditionFailed
}

// bounded is a sender's body that is cut off at a limit and whose every failure is the
// sender's, so that it cannot be taken for the storage's.
type bounded struct {
	src    io.ReadCloser
	limit  int64
	length int64
	read   int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.src.Read(p)
	b.read += int64(n)
	switch {
	case b.read > b.limit:
		return n, &TooLargeError{Limit: b.limit}
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return n, &TruncatedError{Got: b.read, Want: b.length, Err: err}
	case b.read < b.length:
		return n, &TruncatedError{Got: b.read, Want: b.length}
	default:
		return n, io.EOF
	}
}
