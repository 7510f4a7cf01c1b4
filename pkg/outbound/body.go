package outbound

import (
	"errors"
	"fmt"
	"io"
)

// ErrTooLarge says that a response was longer than its reader was ready to hold.
var ErrTooLarge = errors.New("response too large")

// ReadAll reads r to its end, at most limit bytes; a longer one is ErrTooLarge.
func ReadAll(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read response: %w", err)
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: over %d bytes", ErrTooLarge, limit)
	}
	return b, nil
}
