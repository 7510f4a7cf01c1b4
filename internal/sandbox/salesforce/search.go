package salesforce

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxHits is how many records a search finds.
const maxHits = 2000

// search answers SOSL from the index: what changed within the lag is not seen yet.
func (o *org) search(r *http.Request) (int, any, *apiError) {
	s, err := parseSOSL(r.URL.Query().Get("q"))
	if err != nil {
		return 0, nil, err
	}
	return o.searched(r, s)
}

// searched answers a search that was read.
func (o *org) searched(r *http.Request, s *sosl) (int, any, *apiError) {
	if len(s.returning) == 0 {
		for _, name := range objectNames {
			s.returning = append(s.returning, &selection{fields: []string{"Id"}, object: name, limit: -1})
		}
	}
	found := []map[string]any{}
	for _, q := range s.returning {
		if err := o.bind(q); err != nil {
			return 0, nil, err
		}
		if len(q.fields) == 0 {
			q.fields = []string{"Id"}
		}
		for _, one := range o.hits(s, q) {
			found = append(found, one.show(r.PathValue("version"), q.fields))
		}
	}
	if s.limit >= 0 {
		found = found[:min(s.limit, len(found))]
	}
	return http.StatusOK, map[string]any{"searchRecords": found[:min(len(found), maxHits)]}, nil
}

// hits returns the records of one object that a search finds, as the index has them.
func (o *org) hits(s *sosl, q *selection) []*record {
	now := o.now()
	var hits []*record
	for _, one := range o.records[q.object] {
		v := one.indexed(now)
		if v == nil || v.deleted || !s.matches(o.schema[q.object], v.fields) || q.where != nil && !q.where.holds(v.fields) {
			continue
		}
		hits = append(hits, &record{object: one.object, id: one.id, fields: v.fields})
	}
	slices.SortStableFunc(hits, q.compare)
	if q.limit >= 0 {
		hits = hits[:min(q.limit, len(hits))]
	}
	return hits
}

// parameterizedSearch takes the parts of a search apart from each other, so that nothing
// in the text needs escapes.
func (o *org) parameterizedSearch(r *http.Request) (int, any, *apiError) {
	type wish struct {
		Name   string   `json:"name"`
		Fields []string `json:"fields"`
		Limit  *int     `json:"limit"`
	}
	var body struct {
		Text    string   `json:"q"`
		In      string   `json:"in"`
		Fields  []string `json:"fields"`
		Objects []wish   `json:"sobjects"`
		Limit   *int     `json:"overallLimit"`
	}
	if r.Method == http.MethodPost {
		if err := decode(r, &body); err != nil {
			return 0, nil, err
		}
	} else {
		query := r.URL.Query()
		body.Text, body.In, body.Fields = query.Get("q"), query.Get("in"), splitNames(query.Get("fields"))
		body.Limit = optionalInt(query.Get("overallLimit"))
		for _, name := range query["sobject"] {
			body.Objects = append(body.Objects, wish{name, splitNames(query.Get(name + ".fields")), optionalInt(query.Get(name + ".limit"))})
		}
	}
	s := &sosl{in: strings.ToUpper(body.In), limit: -1}
	if body.Limit != nil {
		s.limit = *body.Limit
	}
	for _, w := range body.Objects {
		q := &selection{object: w.Name, fields: w.Fields, limit: -1}
		if len(q.fields) == 0 {
			q.fields = slices.Clone(body.Fields)
		}
		if w.Limit != nil {
			q.limit = *w.Limit
		}
		s.returning = append(s.returning, q)
	}
	if err := s.setPlain(body.Text); err != nil {
		return 0, nil, err
	}
	return o.searched(r, s)
}

func splitNames(list string) []string {
	return strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' })
}

func optionalInt(text string) *int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return nil
	}
	return &n
}
