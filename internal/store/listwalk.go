package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// reach is how many rows a page looks at.
type reach struct {
	newest int // of the index by time, which has every column that a filter compares
	found  int // of those by people and words, which are read row by row
}

// farthest bounds what a page costs: a thousand rows of the index are a few hundred kilobytes.
var farthest = reach{newest: 1000, found: 200}

// newest walks the requests by time. The columns that filters compare are stored in the
// index, so this reads nothing else. The cursor is a key of the index: any depth costs the same.
const newest = `
SELECT request_id, received_at, status, kind, source_id, source_name, crm_state,
  intent, project_type, timeline, budget, lead_score, score_band
FROM requests@{FORCE_INDEX=requests_newest}
WHERE tenant_id = @tenant AND received_at >= @from
  AND (received_at < @before_time OR (received_at = @before_time AND request_id > @before_id))
ORDER BY received_at DESC, request_id
LIMIT @rows`

// ofPerson walks the requests of a person by time.
const ofPerson = `
SELECT request_id, received_at
FROM people@{FORCE_INDEX=people_by_key}
WHERE tenant_id = @tenant AND person_key = @person AND received_at >= @from
  AND (received_at < @before_time OR (received_at = @before_time AND request_id > @before_id))
ORDER BY received_at DESC, request_id
LIMIT @rows`

// withWords walks the requests that have all the words by time. The index is divided by tenant
// and ordered by time, so the newest come first without sorting all that match. It has no
// second key, see placesWithWords.
const withWords = `
SELECT request_id, received_us
FROM search_documents@{FORCE_INDEX=search_documents_by_words}
WHERE tenant_id = @tenant AND SEARCH(words, @words)
  AND received_us >= @from_us AND received_us <= @before_us
ORDER BY received_us DESC
LIMIT @rows`

// ErrNoSearch says that this database has no index for full-text search.
var ErrNoSearch = errors.New("full-text search is switched off")

var (
	firstDay = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

	errEnough = errors.New("enough rows were seen")
)

// What stands before and after every id.
const (
	firstID = "!"
	lastID  = "~"
)

// walked is what a walk has found, in the list's order.
type walked struct {
	places []Cursor
	end    Cursor // where it stopped although more may follow; zero: nothing does
}

// walker walks for one page.
type walker struct {
	*Scope
	filter       *Filter
	from, before Cursor
	rows         int // to look at
}

// walk finds places for a page, one more than fits if there are so many.
func (s *Scope) walk(ctx context.Context, f *Filter) (walked, error) {
	w := walker{Scope: s, filter: f, from: Cursor{ReceivedAt: firstDay}, before: Cursor{ReceivedAt: lastDay}, rows: f.Limit + 1}
	if !f.From.IsZero() {
		w.from.ReceivedAt = f.From
	}
	if !f.Until.IsZero() {
		w.before = Cursor{ReceivedAt: f.Until, RequestID: lastID} // before it, not at it
	}
	if at := f.Before.ReceivedAt; !at.IsZero() && !at.After(w.before.ReceivedAt) {
		w.before = f.Before
	}
	people := s.personKeys(f.People)
	var found walked
	var err error
	switch {
	case f.Words != "":
		w.look(s.store.reach.found, len(people) > 0)
		found, err = w.withWords(ctx)
	case len(people) > 0:
		w.look(s.store.reach.found, len(people) > 1)
		found, err = w.ofPerson(ctx, people[0])
		people = people[1:]
	default:
		w.look(s.store.reach.newest, false)
		return w.newest(ctx)
	}
	if err == nil {
		found.places, err = s.about(ctx, found.places, people)
	}
	return found, err
}

// look sets how many rows are looked at: as many as the page needs if none can be refused.
func (w *walker) look(most int, refusable bool) {
	if refusable || w.filter.picky() {
		w.rows = most
	}
}

func (w *walker) statement(sql string) spanner.Statement {
	return spanner.Statement{SQL: sql, Params: map[string]any{
		"tenant": w.tenant, "rows": int64(w.rows), "from": w.from.ReceivedAt,
		"before_time": w.before.ReceivedAt, "before_id": w.before.RequestID,
	}}
}

// newest reads the index only until the page is full.
func (w *walker) newest(ctx context.Context) (walked, error) {
	var found walked
	err := w.store.sessions.read(ctx, "step=api,op=list", func(ctx context.Context, r reader) error {
		found = walked{}
		seen := 0
		err := r.Query(ctx, w.statement(newest)).Do(func(row *spanner.Row) error {
			place, short, err := readShort(row)
			if err != nil {
				return err
			}
			if w.filter.matches(short) {
				found.places = append(found.places, place)
			}
			if seen++; seen == w.rows || len(found.places) > w.filter.Limit {
				found.end = place
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	})
	return found, err
}

// readShort reads a row of the index by time.
func readShort(row *spanner.Row) (Cursor, *request.Request, error) {
	var q requestRow
	var source spanner.NullString
	err := row.Columns(&q.RequestID, &q.ReceivedAt, &q.Status, &q.Kind, &q.SourceID, &source, &q.CRMState,
		&q.Intent, &q.ProjectType, &q.Timeline, &q.Budget, &q.LeadScore, &q.ScoreBand)
	short := q.request()
	short.Details.Source = source.StringVal
	return Cursor{ReceivedAt: q.ReceivedAt, RequestID: q.RequestID}, short, err
}

func (w *walker) ofPerson(ctx context.Context, person string) (walked, error) {
	statement := w.statement(ofPerson)
	statement.Params["person"] = person
	var found walked
	err := w.store.sessions.read(ctx, "step=api,op=list_people", func(ctx context.Context, r reader) error {
		found = walked{}
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var place Cursor
			if err := row.Columns(&place.RequestID, &place.ReceivedAt); err != nil {
				return err
			}
			if found.places = append(found.places, place); len(found.places) == w.rows {
				found.end = place
			}
			return nil
		})
	})
	return found, err
}

func (w *walker) withWords(ctx context.Context) (walked, error) {
	if !w.store.fullText {
		return walked{}, ErrNoSearch
	}
	words := plain(w.filter.Words)
	if words == "" {
		return walked{}, nil
	}
	statement := spanner.Statement{SQL: withWords, Params: map[string]any{
		"tenant": w.tenant, "rows": int64(w.rows), "words": words,
		"from_us": w.from.ReceivedAt.UnixMicro(), "before_us": w.before.ReceivedAt.UnixMicro(),
	}}
	var places []Cursor
	err := w.store.sessions.search(ctx, "step=api,op=search", func(ctx context.Context, r reader) error {
		places = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var id string
			var us int64
			if err := row.Columns(&id, &us); err != nil {
				return err
			}
			places = append(places, Cursor{ReceivedAt: time.UnixMicro(us), RequestID: id})
			return nil
		})
	})
	return placesWithWords(places, w.before, w.rows), err
}

// plain returns the words of a query and nothing else: SEARCH takes signs and words in capital
// letters for operators.
func plain(query string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(query), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	}), " ")
}

// placesWithWords brings rows of one microsecond into the list's order, which the index does
// not know. Those of the cursor's microsecond that are behind it come again and are dropped;
// if there may be more rows, so are those of the last microsecond, of which some may be missing.
func placesWithWords(places []Cursor, before Cursor, rows int) walked {
	slices.SortFunc(places, func(a, b Cursor) int {
		return cmp.Or(b.ReceivedAt.Compare(a.ReceivedAt), strings.Compare(a.RequestID, b.RequestID))
	})
	var found walked
	if len(places) == rows {
		last := places[rows-1].ReceivedAt
		found.end = Cursor{ReceivedAt: last, RequestID: firstID}
		if places[0].ReceivedAt.After(last) {
			places = slices.DeleteFunc(places, func(p Cursor) bool { return p.ReceivedAt.Equal(last) })
		} else {
			found.end.RequestID = lastID
		}
	}
	at := before.ReceivedAt.Truncate(time.Microsecond)
	found.places = slices.DeleteFunc(places, func(p Cursor) bool {
		return p.ReceivedAt.Equal(at) && p.RequestID <= before.RequestID
	})
	return found
}

// about returns those places whose requests are about all of the people.
func (s *Scope) about(ctx context.Context, places []Cursor, people []string) ([]Cursor, error) {
	if len(people) == 0 || len(places) == 0 {
		return places, nil
	}
	var keys []spanner.KeySet
	for _, place := range places {
		for _, person := range people {
			keys = append(keys, s.key(place.RequestID, person))
		}
	}
	known := map[string]int{}
	err := s.store.sessions.read(ctx, "step=api,op=list_about", func(ctx context.Context, r reader) error {
		clear(known)
		return r.Read(ctx, "people", spanner.KeySets(keys...), []string{"request_id"}).Do(func(row *spanner.Row) error {
			var id string
			if err := row.Columns(&id); err != nil {
				return err
			}
			known[id]++
			return nil
		})
	})
	return slices.DeleteFunc(places, func(p Cursor) bool { return known[p.RequestID] < len(people) }), err
}
