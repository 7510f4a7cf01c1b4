package speech

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// What a caller can do something about.
var (
	// ErrBusy says that the service is over its quota or down: the same call may work later.
	ErrBusy = errors.New("speech service is busy")
	// ErrRefused says that the service does not take this audio. Trying again cannot help.
	ErrRefused = errors.New("speech service refused the audio")
	// ErrGone says that an operation is not known, or not any more.
	ErrGone = errors.New("speech operation is gone")
	// ErrNoResult says that nothing was written under an output prefix.
	ErrNoResult = errors.New("no speech result")
)

// TooLongError says that audio is longer than one operation takes.
type TooLongError struct {
	DurationS float64
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("audio of %.0f s is longer than %.0f s", e.DurationS, maxBatchS)
}

// classify adds what a failed call means for the caller.
func classify(op string, err error) error {
	code := status.Code(err)
	if errors.Is(err, context.DeadlineExceeded) { // of our own making: the client does not dress it up
		code = codes.DeadlineExceeded
	}
	switch code {
	case codes.ResourceExhausted, codes.Unavailable, codes.DeadlineExceeded, codes.Aborted, codes.Internal:
		return fmt.Errorf("%s: %w: %w", op, ErrBusy, err)
	case codes.InvalidArgument, codes.FailedPrecondition, codes.OutOfRange:
		return fmt.Errorf("%s: %w: %w", op, ErrRefused, err)
	case codes.NotFound:
		return fmt.Errorf("%s: %w: %w", op, ErrGone, err)
	default:
		return fmt.Errorf("%s: %w", op, err)
	}
}
