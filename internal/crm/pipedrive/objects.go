package pipedrive

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// kind is a type of record, with what the two APIs want to know about it.
type kind struct {
	name   string // of one record, in words
	path   string
	old    bool   // lives in version 1
	fields string // path of its fields' definitions, in version 2
	update string // method
}

var (
	persons = kind{name: "person", path: "persons", fields: "personFields", update: http.MethodPatch}
	deals   = kind{name: "deal", path: "deals", fields: "dealFields", update: http.MethodPatch}
	// Leads have no fields of their own but deal fields.
	leads    = kind{name: "lead", path: "leads", old: true, fields: "dealFields", update: http.MethodPatch}
	notes    = kind{name: "note", path: "notes", old: true, update: http.MethodPut}
	callLogs = kind{name: "call log", path: "callLogs", old: true}
)

func (c *client) pathOf(k kind, parts ...string) string {
	parts = append([]string{k.path}, parts...)
	if k.old {
		return c.v1(parts...)
	}
	return c.v2(parts...)
}

func (k kind) body(v values) values {
	if k.old {
		return v
	}
	return v.nested()
}

// answer is an answer that holds one record, or a list.
type answer[T any] struct {
	Data       T `json:"data"`
	Additional struct {
		NextCursor string `json:"next_cursor"` // version 2
		Pagination struct {
			More bool `json:"more_items_in_collection"`
			Next int  `json:"next_start"`
		} `json:"pagination"` // version 1
	} `json:"additional_data"`
}

var errNoID = errors.New("the answer holds no record id")

// get reads a record. A missing or deleted one is an error with the fault Gone.
func (c *client) get(ctx context.Context, k kind, id string) (record, error) {
	var a answer[record]
	call := crm.Call{Op: "get " + k.name, Method: http.MethodGet, Path: c.pathOf(k, id)}
	err := c.do(ctx, call, &a)
	switch {
	case err != nil:
		return nil, err
	case a.Data.gone():
		return nil, &crm.Error{Fault: crm.Gone, Op: call.Op, Status: http.StatusOK, Code: "DELETED"}
	case a.Data.id() == "":
		return nil, call.Unclear(http.StatusOK, errNoID)
	default:
		return a.Data, nil
	}
}

// notOurs is the error of a record that has the id of one of ours, but is not: like one that
// is gone, it is made anew.
func notOurs(k kind) error {
	return &crm.Error{Fault: crm.Gone, Op: "get " + k.name, Status: http.StatusOK, Code: "NOT_OURS"}
}

func (c *client) create(ctx context.Context, k kind, v values) (record, error) {
	return c.write(ctx, crm.Call{Op: "create " + k.name, Method: http.MethodPost, Path: c.pathOf(k), Body: k.body(v), Creates: true})
}

func (c *client) update(ctx context.Context, k kind, id string, v values) (record, error) {
	o, err := c.write(ctx, crm.Call{Op: "update " + k.name, Method: k.update, Path: c.pathOf(k, id), Body: k.body(v)})
	if err == nil && o.gone() {
		err = &crm.Error{Fault: crm.Gone, Op: "update " + k.name, Status: http.StatusOK, Code: "DELETED"}
	}
	return o, err
}

// write sends a call that answers with one record. Success is the record's id, not the
// status, which is 200 or 201 as Pipedrive likes.
func (c *client) write(ctx context.Context, call crm.Call) (record, error) {
	var a answer[record]
	err := c.do(ctx, call, &a)
	if err == nil && a.Data.id() == "" {
		err = call.Unclear(http.StatusOK, errNoID)
	}
	return a.Data, err
}

// How lists are read: pages of a size that both versions take, and as many of them as one
// person's records can need.
const (
	pageSize = 100
	maxPages = 20
)

// list reads a list page by page, until the reader has enough.
func (c *client) list(ctx context.Context, call crm.Call) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		query := url.Values{}
		for name, value := range call.Query {
			query[name] = value
		}
		query.Set("limit", strconv.Itoa(pageSize))
		call.Method, call.Query = http.MethodGet, query
		for range maxPages {
			var a answer[[]record]
			if err := c.do(ctx, call, &a); err != nil {
				yield(nil, err)
				return
			}
			for _, r := range a.Data {
				if !yield(r, nil) {
					return
				}
			}
			switch next := a.Additional; {
			case next.NextCursor != "":
				query.Set("cursor", next.NextCursor)
			case next.Pagination.More && next.Pagination.Next > 0:
				query.Set("start", strconv.Itoa(next.Pagination.Next))
			default:
				return
			}
		}
	}
}

// first returns the first record of a list that is looked for; nil: there is none.
func first(list iter.Seq2[record, error], wanted func(record) bool) (record, error) {
	for r, err := range list {
		if err != nil {
			return nil, err
		}
		if !r.gone() && wanted(r) {
			return r, nil
		}
	}
	return nil, nil
}

// maxHits is how many persons of one phone number or address are looked at.
const maxHits = 50

// search finds persons by one field: the documentation allows a list of fields, the
// specification does not.
func (c *client) search(ctx context.Context, field, term string, exact bool) ([]record, error) {
	query := url.Values{"term": {term}, "fields": {field}, "limit": {strconv.Itoa(maxHits)}}
	if exact {
		query.Set("exact_match", "true")
	}
	var a answer[struct {
		Items []struct {
			Item record `json:"item"`
		} `json:"items"`
	}]
	err := c.do(ctx, crm.Call{Op: "search persons", Method: http.MethodGet, Path: c.pathOf(persons, "search"), Query: query, Search: true}, &a)
	if err != nil {
		return nil, err
	}
	var found []record
	for _, hit := range a.Data.Items {
		found = append(found, hit.Item)
	}
	return found, nil
}
