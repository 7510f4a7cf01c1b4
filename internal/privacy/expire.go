package privacy

import (
	"context"
	"errors"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// window is the part of a tenant's time that one class of retention works on.
type window struct {
	Done   time.Time    `json:"done,omitzero"`   // everything received before is dealt with
	Until  time.Time    `json:"until,omitzero"`  // the end of what is worked on; zero: nothing
	Before store.Cursor `json:"before,omitzero"` // where it goes on, newest first
	Later  []string     `json:"later,omitempty"` // what had to stay: under legal hold, or at work
}

const (
	oldPage = 100 // requests read at once
	retried = 100 // of those that had to stay, looked at again in one pass
)

// class is one turn's work on a tenant.
type class struct {
	retention *Retention
	scope     *store.Scope
	tenantID  string
	until     time.Time // when the turn is over
}

// expire deals with what was received before the cutoff and was not dealt with yet. It
// reports whether it came to the end.
func (c *class) expire(ctx context.Context, w *window, cutoff time.Time, one func(context.Context, string) (store.Expiry, error)) (bool, error) {
	if err := c.again(ctx, w, one); err != nil {
		return false, err
	}
	if w.Until.IsZero() {
		if cutoff.Before(w.Done) { // the tenant keeps longer now, and may have fetched some of it again
			w.Done = cutoff
		}
		if !w.Done.Before(cutoff) {
			return true, nil
		}
		w.Until, w.Before = cutoff, store.Cursor{ReceivedAt: cutoff}
	}
	for c.retention.Now().Before(c.until) {
		page, err := c.scope.Old(ctx, w.Done, w.Before, oldPage)
		if err != nil {
			return false, err
		}
		if len(page) == 0 {
			w.Done, w.Until, w.Before = w.Until, time.Time{}, store.Cursor{}
			return true, nil
		}
		for _, row := range page {
			expiry, err := one(ctx, row.RequestID)
			if err != nil {
				return false, err
			}
			if expiry == store.Stays {
				w.Later = append(w.Later, row.RequestID)
			}
			w.Before = row
		}
	}
	return false, nil
}

// again tries some of those that had to stay, the longest waiting first.
func (c *class) again(ctx context.Context, w *window, one func(context.Context, string) (store.Expiry, error)) error {
	n := min(retried, len(w.Later))
	due := w.Later[:n:n]
	w.Later = w.Later[n:]
	for i, id := range due {
		expiry, err := one(ctx, id)
		if err != nil {
			w.Later = append(w.Later, due[i:]...)
			return err
		}
		if expiry == store.Stays {
			w.Later = append(w.Later, id)
		}
	}
	return nil
}

// recording deletes a request's audio, and what transcribing it may have left.
func (c *class) recording(ctx context.Context, requestID string) (store.Expiry, error) {
	expiry, err := c.scope.ExpireRecording(ctx, requestID)
	if err != nil || expiry != store.Expired {
		return expiry, err
	}
	return expiry, c.deleteObjects(ctx, requestID)
}

// request deletes a whole request. Its row goes last, so that a crash leaves nothing that
// nobody finds any more.
func (c *class) request(ctx context.Context, requestID string) (store.Expiry, error) {
	was, err := c.scope.Remains(ctx, requestID)
	if errors.Is(err, store.ErrNotFound) {
		return store.Nothing, nil
	}
	if err != nil {
		return "", err
	}
	if was.Hold || c.retention.Now().Before(was.Busy) {
		return store.Stays, nil
	}
	if was, err = c.scope.EraseRequest(ctx, requestID); err != nil || was.Hold {
		return store.Stays, err
	}
	if err := c.deleteObjects(ctx, requestID); err != nil {
		return "", err
	}
	_, err = c.scope.DeleteRequest(ctx, requestID)
	return store.Expired, err
}

func (c *class) deleteObjects(ctx context.Context, requestID string) error {
	for _, prefix := range recording.RequestPrefixes(c.tenantID, requestID) {
		if _, err := c.retention.Bucket.DeletePrefix(ctx, prefix); err != nil {
			return err
		}
	}
	return nil
}

// exports deletes the results of exports that were there long enough.
func (c *class) exports(ctx context.Context) error {
	old := c.retention.Now().Add(-time.Duration(c.retention.Exports) * day)
	for entry, err := range c.retention.Bucket.List(ctx, recording.ExportPrefix(c.tenantID)) {
		if err != nil {
			return err
		}
		if entry.Created.Before(old) {
			if err := c.retention.Bucket.Delete(ctx, entry.Object); err != nil {
				return err
			}
		}
	}
	return nil
}
