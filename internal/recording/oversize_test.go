package recording

import (
	"errors"
	"io"
	"io/fs"
	"testing"
	"time"
)

// counted is a sender's body that notices how much of it is read and whether it is closed.
type counted struct {
	io.Reader
	read   int64
	closed bool
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += int64(n)
	return n, err
}

func (c *counted) Close() error { c.closed = true; return nil }

// What is 500 MB long, or has no end, costs no more than the limit, and nothing of it stays.
func TestARecordingOver500MBIsReadNoFurtherThanTheLimit(t *testing.T) {
	t.Parallel()
	const size, limit = 500_000_000, 5 << 20
	for name, tc := range map[string]struct {
		body    io.Reader
		length  int64
		maxRead int64
	}{
		"announced":     {io.LimitReader(&endless{frame: mp3Frames(1000, 1)}, size), size, 0},
		"not announced": {io.LimitReader(&endless{frame: mp3Frames(1000, 1)}, size), -1, limit + 1<<20},
		"without end":   {&endless{frame: mp3Frames(1000, 1)}, -1, limit + 1<<20},
		"longer than was announced": {
			io.LimitReader(&endless{frame: mp3Frames(1000, 1)}, size), 1000, limit + 1<<20,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBucket(t)
			body := &counted{Reader: tc.body}
			_, err := b.Save(t.Context(), "a", Audio{Body: body, Length: tc.length}, Limits{Bytes: limit, Timeout: time.Minute})
			var tooLarge *TooLargeError
			if !errors.As(err, &tooLarge) || tooLarge.Limit != limit {
				t.Errorf("error %v, want a TooLargeError", err)
			}
			if body.read > tc.maxRead || !body.closed {
				t.Errorf("read %d bytes, closed %v; want at most %d and closed", body.read, body.closed, tc.maxRead)
			}
			if _, err := b.Reader(t.Context(), "a"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("an object was left behind (%v)", err)
			}
		})
	}
}

func TestTheBodyOfWhatIsNoRecordingIsClosed(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	body := &counted{Reader: io.LimitReader(&endless{frame: []byte("<html>")}, 10<<20)}
	_, err := b.Save(t.Context(), "a", Audio{Body: body, Length: -1}, generous)
	if !errors.As(err, new(*NotAudioError)) || !body.closed || body.read > 64<<10 {
		t.Errorf("error %v, closed %v after %d bytes; want a NotAudioError after the first few", err, body.closed, body.read)
	}
}
