package store

import (
	"context"
	"time"

	"cloud.google.com/go/civil"
	"cloud.google.com/go/spanner"
)

// DayCount says how many deliveries of a source ended in one way on one day.
type DayCount struct {
	Day     time.Time // in UTC
	Outcome string
	Reason  string
	Count   int64
	LastAt  time.Time
}

var countColumns = []string{"source_id", "day", "outcome", "reason", "count", "last_at"}

// SourceCounts returns what arrived from a source between two days, both included, oldest
// first. The source "" stands for what was verified with the bootstrap key or not at all.
func (s *Scope) SourceCounts(ctx context.Context, sourceID string, from, to time.Time) ([]DayCount, error) {
	var counts []DayCount
	keys := spanner.KeyRange{
		Start: s.key(sourceID, civil.DateOf(from)), End: s.key(sourceID, civil.DateOf(to)), Kind: spanner.ClosedClosed,
	}
	err := s.store.sessions.read(ctx, "step=api,op=source_counts", func(ctx context.Context, r reader) error {
		counts = nil
		return r.Read(ctx, "source_counts", keys, countColumns).Do(func(row *spanner.Row) error {
			_, c, err := readCount(row)
			counts = append(counts, c)
			return err
		})
	})
	return counts, err
}

func readCount(row *spanner.Row) (sourceID string, c DayCount, err error) {
	var day civil.Date
	err = row.Columns(&sourceID, &day, &c.Outcome, &c.Reason, &c.Count, &c.LastAt)
	c.Day = day.In(time.UTC)
	return sourceID, c, err
}

// lately is how many days back a source's last delivery is looked for. A source that has been
// silent for longer has stopped: the day does not matter any more.
const lately = 31

// delivered are the outcomes of deliveries that were good.
var delivered = map[string]bool{"accepted": true, "duplicate": true, "updated": true}

// LastDeliveries returns when each of the sources delivered something good last, as far as
// that was within a month. It reads that month's counts: a few rows for each day and source.
func (s *Scope) LastDeliveries(ctx context.Context, sourceIDs []string) (map[string]time.Time, error) {
	since := civil.DateOf(s.store.now().UTC()).AddDays(-lately)
	var keys []spanner.KeySet
	for _, id := range sourceIDs {
		keys = append(keys, spanner.KeyRange{Start: s.key(id, since), End: s.key(id), Kind: spanner.ClosedClosed})
	}
	if len(keys) == 0 {
		return nil, nil
	}
	var last map[string]time.Time
	err := s.store.sessions.read(ctx, "step=api,op=last_deliveries", func(ctx context.Context, r reader) error {
		last = map[string]time.Time{}
		return r.Read(ctx, "source_counts", spanner.KeySets(keys...), countColumns).Do(func(row *spanner.Row) error {
			id, c, err := readCount(row)
			if delivered[c.Outcome] && c.LastAt.After(last[id]) {
				last[id] = c.LastAt.UTC()
			}
			return err
		})
	})
	return last, err
}
