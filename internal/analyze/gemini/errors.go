package gemini

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"google.golang.org/genai"
)

// RefusedError says that the model answered nothing that could be used. Asking again, with
// the fault named, may help.
type RefusedError struct{ Why string } // fixed words

func (e *RefusedError) Error() string { return "no usable answer: " + e.Why }

// BusyError says that the quota is used up.
type BusyError struct {
	Wait time.Duration // as the service asks; 0: it did not say
	Err  error
}

func (e *BusyError) Error() string { return fmt.Sprintf("model is busy: %v", e.Err) }

func (e *BusyError) Unwrap() error { return e.Err }

// UnavailableError says that no model could be asked.
type UnavailableError struct {
	Lasting bool // a wrong project, permission or request: trying again soon cannot help
	Invalid bool // the request is what was refused, and no model may take it later: another one may do
	Err     error
}

func (e *UnavailableError) Error() string { return fmt.Sprintf("model is unavailable: %v", e.Err) }

func (e *UnavailableError) Unwrap() error { return e.Err }

// errGone says that a model does not exist for this project any more.
var errGone = errors.New("model is gone")

// classify turns an error of the library into one of this package. The error's own message
// may repeat the request, so only code and status are kept.
func classify(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("ask model: %w", ctx.Err())
	}
	var api genai.APIError
	if !errors.As(err, &api) {
		return &UnavailableError{Err: err}
	}
	short := fmt.Errorf("status %d %s", api.Code, api.Status)
	switch {
	case api.Code == http.StatusNotFound:
		return fmt.Errorf("%w: %w", errGone, short)
	case api.Code == http.StatusTooManyRequests:
		return &BusyError{Wait: retryDelay(api.Details), Err: short}
	case api.Code >= http.StatusInternalServerError, api.Code == http.StatusRequestTimeout:
		return &UnavailableError{Err: short}
	default:
		return &UnavailableError{Lasting: true, Invalid: api.Code == http.StatusBadRequest, Err: short}
	}
}

// longestDelay is as long as a service is believed to want to be left alone.
const longestDelay = 24 * time.Hour

// retryDelay returns the delay of a google.rpc.RetryInfo among the details.
func retryDelay(details []map[string]any) time.Duration {
	for _, d := range details {
		if d["@type"] != "type.googleapis.com/google.rpc.RetryInfo" {
			continue
		}
		text, _ := d["retryDelay"].(string)
		if wait, err := time.ParseDuration(text); err == nil && wait > 0 {
			return min(wait, longestDelay)
		}
	}
	return 0
}
