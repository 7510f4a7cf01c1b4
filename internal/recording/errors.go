package recording

import (
	"errors"
	"fmt"
)

// errSlow is the cause of a save that ran into its time limit.
var errSlow = errors.New("time limit exceeded")

// TooLargeError says that a recording is larger than may be kept. Trying again cannot
// help.
type TooLargeError struct {
	Limit int64 // bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("recording is larger than %d bytes", e.Limit)
}

// NotAudioError says that what was served as a recording is something else: a web page,
// an error document, nothing.
type NotAudioError struct {
	Found string // media type, or "empty"
}

func (e *NotAudioError) Error() string { return "recording is not audio but " + e.Found }

// TruncatedError says that a recording ended before it was complete: its sender broke
// off or was too slow. It may be whole the next time.
type TruncatedError struct {
	Got, Want int64 // bytes; Want is -1 when the sender did not say
	Err       error // what the sender's connection reported; nil if it just ended
}

func (e *TruncatedError) Error() string {
	s := fmt.Sprintf("recording ended after %d of %d bytes", e.Got, e.Want)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *TruncatedError) Unwrap() error { return e.Err }
