package store

import (
	"context"
	"time"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Filter chooses requests for a list. Zero fields choose all.
type Filter struct {
	Status      request.Status
	Kind        request.Kind
	SourceID    string
	Source      string // the marketing source
	MinScore    *int   // what is not analysed has no score
	MaxScore    *int
	Band        request.Band
	Intent      string
	ProjectType string
	Timeline    string
	Budget      string
	CRMState    request.CRMState
	From        time.Time // received then or later
	Until       time.Time // received before
	People      []string  // keys of a person, as contact.Keys returns them: requests that have all
	Words       string    // what somebody types into a search box

	Limit  int
	Before Cursor // where the page before ended
}

// matches reports whether the filter chooses the request, but for what only an index knows.
func (f *Filter) matches(r *request.Request) bool {
	scored := r.ScoreBand != ""
	return is(f.Status, r.Status) && is(f.Kind, r.Kind) && is(f.SourceID, r.SourceID) && is(f.Source, r.Details.Source) &&
		(f.MinScore == nil || scored && r.LeadScore >= *f.MinScore) && (f.MaxScore == nil || scored && r.LeadScore <= *f.MaxScore) &&
		is(f.Band, r.ScoreBand) && is(f.Intent, r.Intent) && is(f.ProjectType, r.ProjectType) &&
		is(f.Timeline, r.Timeline) && is(f.Budget, r.Budget) && is(f.CRMState, r.CRMState)
}

func is[T ~string](wanted, have T) bool { return wanted == "" || wanted == have }

// picky reports whether matches may refuse a request.
func (f *Filter) picky() bool { return !f.matches(&request.Request{}) }

// Cursor is a place in the list, newest first. The zero one is its beginning.
type Cursor struct {
	ReceivedAt time.Time
	RequestID  string
}

// Page is a part of a list. It may be short, even empty, though the list goes on: what a page
// costs is bounded, however many requests there are and however few of them match.
type Page struct {
	Requests []*request.Request
	Next     Cursor // where the list goes on; zero: nowhere
}

// List returns a page of the tenant's requests, newest first.
//
// Time, people and words each have an index that leads with the tenant and is in the list's
// order. One statement walks the one that knows most from the cursor on, for so many rows at
// most. Then the rows of the page are read by their keys.
func (s *Scope) List(ctx context.Context, f Filter) (Page, error) {
	found, err := s.walk(ctx, &f)
	if err != nil || len(found.places) == 0 {
		return Page{Next: found.end}, err
	}
	rows, err := s.requests(ctx, found.places)
	if err != nil {
		return Page{}, err
	}
	page, last := Page{Next: found.end}, Cursor{}
	for _, place := range found.places {
		r := rows[place.RequestID]
		if r == nil || !f.matches(r) { // it was deleted or has changed since, or nobody has looked yet
			continue
		}
		if len(page.Requests) == f.Limit {
			page.Next = last
			break
		}
		page.Requests, last = append(page.Requests, r), place
	}
	return page, nil
}

// requests reads rows by their keys.
func (s *Scope) requests(ctx context.Context, places []Cursor) (map[string]*request.Request, error) {
	keys := make([]spanner.KeySet, 0, len(places))
	for _, place := range places {
		keys = append(keys, s.key(place.RequestID))
	}
	rows := map[string]*request.Request{}
	err := s.store.sessions.read(ctx, "step=api,op=rows", func(ctx context.Context, r reader) error {
		return r.Read(ctx, "requests", spanner.KeySets(keys...), requestColumns).Do(func(row *spanner.Row) error {
			found, err := readRequest(row)
			if err != nil {
				return err
			}
			rows[found.RequestID] = found.request()
			return nil
		})
	})
	return rows, err
}
