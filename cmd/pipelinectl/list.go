package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
)

// pageSize is the most rows that the API returns at once.
const pageSize = 100

// listing is a list of the API that has pages.
type listing[T any] struct {
	key    string // of the rows in the answer
	header []string
	fetch  func(limit int, token *string) (*http.Response, error)
	row    func(v T) []any
}

// limits is how much of a list is wanted.
type limits struct {
	rows int
	all  bool
}

func (l *limits) add(cmd *cobra.Command) {
	cmd.Flags().IntVar(&l.rows, "limit", 20, "the most rows to print")
	cmd.Flags().BoolVar(&l.all, "all", false, "print every row")
	cmd.MarkFlagsMutuallyExclusive("limit", "all")
}

// print prints the rows, reading as many pages as they need.
func (l listing[T]) print(s *session, want limits) error {
	rows, next, err := l.collect(want)
	if err != nil {
		return err
	}
	if next != "" {
		s.warn("There are more: use --limit or --all.")
	}
	if s.json {
		return s.printValue(map[string]any{l.key: rows, "next_page_token": next})
	}
	p := newPage(s.out)
	p.header(l.header...)
	found, err := decodeAll[T](rows)
	if err != nil {
		return err
	}
	for _, v := range found {
		p.row(l.row(v)...)
	}
	return p.flush()
}

func decodeAll[T any](rows []json.RawMessage) ([]T, error) {
	all := make([]T, len(rows))
	for i, raw := range rows {
		if err := json.Unmarshal(raw, &all[i]); err != nil {
			return nil, fmt.Errorf("read answer: %w", err)
		}
	}
	return all, nil
}

func (l listing[T]) collect(want limits) (rows []json.RawMessage, next string, err error) {
	if want.rows < 1 && !want.all {
		return nil, "", usageError("--limit must be at least 1")
	}
	rows = []json.RawMessage{} // so that an empty list is one in JSON, too
	for {
		size := pageSize
		if !want.all {
			size = min(pageSize, want.rows-len(rows))
		}
		found, err := get[map[string]json.RawMessage](l.fetch(size, optional(next)))
		if err != nil {
			return nil, "", err
		}
		var some []json.RawMessage
		if err := json.Unmarshal(found[l.key], &some); err != nil {
			return nil, "", fmt.Errorf("read answer: %w", err)
		}
		if err := json.Unmarshal(found["next_page_token"], &next); err != nil {
			return nil, "", fmt.Errorf("read answer: %w", err)
		}
		rows = append(rows, some...)
		if next == "" || (!want.all && len(rows) >= want.rows) {
			return rows, next, nil
		}
	}
}

// optional returns nil for the zero value, which stands for a parameter that is absent.
func optional[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}
