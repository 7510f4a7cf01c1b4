package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"

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

// details reads everything about a tenant's requests.
func (s *stack) details(ctx context.Context, t tenant) (map[string]found, error) {
	requests, err := s.requests(ctx, t)
	if err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	var mu sync.Mutex
	all := make(map[string]found, len(requests))
	for id := range requests {
		group.Go(func() error {
			var f found
			if err := s.get(ctx, t, "/requests/"+id, &raw{&f}); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			all[id] = f
			return nil
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
