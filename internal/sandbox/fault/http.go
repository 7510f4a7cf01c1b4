package fault

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// ErrorWriter answers a request with a status in the vendor's own error shape. Headers
// such as Retry-After are already set.
type ErrorWriter func(w http.ResponseWriter, r *http.Request, status int)

// HTTP disturbs a system's handler. It must see the paths that the vendor's clients see:
// put it inside any http.StripPrefix. With a nil write, errors are a bare JSON object.
func (s *Set) HTTP(system string, write ErrorWriter, next http.Handler) http.Handler {
	if write == nil {
		write = writePlain
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, fires := s.Next(system, r.URL.Path)
		if !fires {
			next.ServeHTTP(w, r)
			return
		}
		if !wait(r.Context(), f.Latency()) {
			panic(http.ErrAbortHandler) // the client has gone
		}
		switch {
		case f.Drop == DropBefore:
			panic(http.ErrAbortHandler) // net/http closes the connection without an answer
		case f.Drop == DropAfter:
			next.ServeHTTP(&lostResponse{header: http.Header{}}, r)
			panic(http.ErrAbortHandler)
		case f.Status != 0:
			if f.RetryAfterS > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfterS))
			}
			write(w, r, f.Status)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func writePlain(w http.ResponseWriter, _ *http.Request, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"error":%q}`, http.StatusText(status)) // the client may have gone
}

// wait reports whether the duration passed before the context ended.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// lostResponse takes an answer that never reaches the client.
type lostResponse struct{ header http.Header }

func (l *lostResponse) Header() http.Header         { return l.header }
func (l *lostResponse) Write(b []byte) (int, error) { return len(b), nil }
func (l *lostResponse) WriteHeader(int)             {}
