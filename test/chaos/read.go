package main

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// readers is how many requests are read at once.
const readers = 8

// listed is what a list of the management API says of a request.
type listed struct {
	RequestID string `json:"request_id"`
	Status    string `json:"status"`
	CRMState  string `json:"crm_state"`
}

// found is everything that the management API says of a request.
type found struct {
	listed
	Reason     string       `json:"reason"`
	Run        int          `json:"run"`
	Deliveries []delivery   `json:"deliveries"`
	Timeline   []occurrence `json:"timeline"`
	raw        []byte
}

// delivery is a request on its way into one CRM.
type delivery struct {
	Destination string `json:"destination"`
	State       string `json:"state"`
	Error       string `json:"error"`
	Revision    int    `json:"revision"`
	Ledger      []struct {
		Step     string `json:"step"`
		RemoteID string `json:"remote_id"`
	} `json:"ledger"`
}

// occurrence is a line of a request's timeline.
type occurrence struct {
	Step   string `json:"step"`
	Name   string `json:"name"`
	Detail string `json:"detail"`
}

// settled reports whether nothing is left to do.
func (l listed) settled() bool {
	return l.Status == "failed" || l.Status == "completed" && l.CRMState != "pending"
}

// requests lists all requests of a tenant, by their ids.
func (s *stack) requests(ctx context.Context, t tenant) (map[string]listed, error) {
	all := map[string]listed{}
	for token := ""; ; {
		var page struct {
			Requests []listed `json:"requests"`
			Next     string   `json:"next_page_token"`
		}
		if err := s.get(ctx, t, "/requests?limit=100&page_token="+url.QueryEscape(token), &page); err != nil {
			return nil, err
		}
		for _, l := range page.Requests {
			all[l.RequestID] = l
		}
		if token = page.Next; token == "" {
			return all, nil
		}
	}
}

// listable is up to how many requests of a run are read by list. The emulator joins a list's
// index with its table row by row: a page of some thousands takes it more than a minute.
const listable = 1500

// states returns where a tenant's requests are, by their ids: all that there are if they can be
// listed, else those that were planned. Of these, settled ones that were seen before are not asked for again.
func (s *stack) states(ctx context.Context, t tenant, planned []string, seen map[string]listed) (map[string]listed, error) {
	if s.listable {
		return s.requests(ctx, t)
	}
	open := slices.DeleteFunc(slices.Clone(planned), func(id string) bool { return seen[id].settled() })
	found, err := s.read(ctx, t, open)
	if err != nil {
		return nil, err
	}
	for id, f := range found {
		seen[id] = f.listed
	}
	return seen, nil
}

// details reads everything about a tenant's requests, like states.
func (s *stack) details(ctx context.Context, t tenant, planned []string) (map[string]found, error) {
	if s.listable {
		requests, err := s.requests(ctx, t)
		if err != nil {
			return nil, err
		}
		planned = slices.Collect(maps.Keys(requests))
	}
	return s.read(ctx, t, planned)
}

// answered is how long a request may take to be read, again and again: the emulator becomes slow with what
// it holds, and one answer that does not come must not make the others be asked for anew.
const answered = 5 * time.Minute

// read asks for requests one by one. One that is not there is left out.
func (s *stack) read(ctx context.Context, t tenant, ids []string) (map[string]found, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	var mu sync.Mutex
	all := make(map[string]found, len(ids))
	for _, id := range ids {
		group.Go(func() error {
			return until(ctx, answered, time.Second, func() error {
				var f found
				err := s.get(ctx, t, "/requests/"+id, &raw{&f})
				var status *statusError
				if errors.As(err, &status) && status.status == http.StatusNotFound {
					return nil
				}
				if err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				all[id] = f
				return nil
			})
		})
	}
	return all, group.Wait()
}

// raw keeps the whole answer beside what is understood of it.
type raw struct{ *found }

func (r *raw) UnmarshalJSON(data []byte) error {
	r.raw = append([]byte(nil), data...)
	return decode(data, r.found)
}

// foreign asks for a request with another tenant's token. Only 404 is right.
func (s *stack) foreign(ctx context.Context, owner, stranger tenant, id string) error {
	err := s.get(ctx, tenant{ID: stranger.ID, Token: stranger.Token}, "/requests/"+id, &struct{}{})
	var status *statusError
	if errors.As(err, &status) && status.status == http.StatusNotFound {
		err = s.get(ctx, tenant{ID: owner.ID, Token: stranger.Token}, "/requests/"+id, &struct{}{})
		if errors.As(err, &status) && (status.status == http.StatusNotFound || status.status == http.StatusForbidden) {
			return nil
		}
	}
	return errors.Join(errors.New("another tenant's request was not hidden"), err)
}
