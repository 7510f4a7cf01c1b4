package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// Notes is where the notes of erasures are.
type Notes interface {
	List(ctx context.Context, prefix string) iter.Seq2[recording.Entry, error]
	Reader(ctx context.Context, object string) (io.ReadCloser, error)
}

// maxNote is more than the longest note: a thousand requests take 30 kB.
const maxNote = 16 << 20

// Replay queues every erasure that a restored database does not know, under its old id, goes on
// with those that had stopped when the backup was made, and returns how many it read. It must be
// done before a restored database serves.
func Replay(ctx context.Context, s *store.Store, notes Notes) (int, error) {
	read := 0
	for entry, err := range notes.List(ctx, recording.Erasures) {
		if err != nil {
			return read, fmt.Errorf("replay erasures: %w", err)
		}
		tenantID, name, _ := strings.Cut(strings.TrimPrefix(entry.Object, recording.Erasures), "/")
		jobID, isNote := strings.CutSuffix(name, ".json")
		if !isNote {
			continue
		}
		input, err := readNote(ctx, notes, entry.Object)
		if err != nil {
			return read, fmt.Errorf("replay %s: %w", entry.Object, err)
		}
		j := job.Job{ID: jobID, Kind: job.Erase, Input: input, Actor: restoreActor}
		err = replay(ctx, s.ForTenant(tenantID), j)
		switch {
		case errors.Is(err, store.ErrNotFound): // the tenant came after the backup, so its people did
			slog.InfoContext(ctx, "erasure of an unknown tenant skipped", "tenant_id", tenantID, "job_id", jobID)
		case err != nil:
			return read, fmt.Errorf("replay %s: %w", entry.Object, err)
		}
		read++
	}
	return read, nil
}

// replay queues an erasure. One that the database knows as paused or failed may have been finished
// after the backup was made, so nobody would think of going on with it.
func replay(ctx context.Context, scope *store.Scope, j job.Job) error {
	if err := scope.CreateJob(ctx, j); err != nil {
		return err
	}
	_, err := scope.ResumeJob(ctx, j.Actor, j.ID)
	if errors.Is(err, store.ErrJobState) { // it is queued, at work or over
		return nil
	}
	return err
}

func readNote(ctx context.Context, notes Notes, object string) (json.RawMessage, error) {
	r, err := notes.Reader(ctx, object)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(r, maxNote))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	var subject job.Subject
	if err := json.Unmarshal(content, &subject); err != nil {
		return nil, err
	}
	return json.Marshal(subject)
}
