package callrail

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Sizes of a page.
const (
	defaultPerPage = 100
	maxPerPage     = 250
)

// answerPage answers the page of rows that the request asks for, under the list's name.
func answerPage(w http.ResponseWriter, r *http.Request, name string, rows []map[string]any) {
	perPage, page, err := pageOf(r.URL.Query())
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	from := min((page-1)*perPage, len(rows))
	answer(w, http.StatusOK, map[string]any{
		"page": page, "per_page": perPage, "total_records": len(rows),
		"total_pages": (len(rows) + perPage - 1) / perPage,
		name:          rows[from:min(from+perPage, len(rows))],
	})
}

// answerRelativePage answers the rows after the offset, and the address of those that
// follow. Only calls are listed this way.
func (s *Server) answerRelativePage(w http.ResponseWriter, r *http.Request, rows []map[string]any) {
	query := r.URL.Query()
	if query.Has("page") {
		refuse(w, http.StatusBadRequest, "page cannot be used with relative_pagination.")
		return
	}
	perPage, _, err := pageOf(query)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	offset, err := positive(query, "offset", 0, len(rows))
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	end := min(offset+perPage, len(rows))
	body := map[string]any{"per_page": perPage, "calls": rows[offset:end], "has_next_page": end < len(rows), "next_page": nil}
	if end < len(rows) {
		query.Set("offset", strconv.Itoa(end))
		body["next_page"] = s.cfg.BaseURL + r.URL.Path + "?" + query.Encode()
	}
	answer(w, http.StatusOK, body)
}

func pageOf(query url.Values) (perPage, page int, err error) {
	if perPage, err = positive(query, "per_page", defaultPerPage, maxPerPage); err != nil {
		return 0, 0, err
	}
	if page, err = positive(query, "page", 1, 1<<20); err != nil {
		return 0, 0, err
	}
	return max(perPage, 1), max(page, 1), nil
}

func positive(query url.Values, name string, fallback, limit int) (int, error) {
	if !query.Has(name) {
		return fallback, nil
	}
	n, err := strconv.Atoi(query.Get(name))
	if err != nil || n < 0 || n > limit {
		return 0, fmt.Errorf("%s must be a number up to %d", name, limit)
	}
	return n, nil
}
