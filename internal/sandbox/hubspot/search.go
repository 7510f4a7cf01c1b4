package hubspot

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Limits of one search.
const (
	maxGroups  = 5
	maxFilters = 6
	maxTotal   = 18
	maxLimit   = 200
	maxResults = 10_000
)

// searchBody is the body of a search. The specification requires every member.
type searchBody struct {
	Groups     *[]filterGroup `json:"filterGroups"`
	Properties *[]string      `json:"properties"`
	Sorts      *[]string      `json:"sorts"`
	Limit      *int           `json:"limit"`
	After      *string        `json:"after"`
}

type filterGroup struct {
	Filters []filter `json:"filters"`
}

type filter struct {
	Property  string   `json:"propertyName"`
	Operator  string   `json:"operator"`
	Value     *string  `json:"value"`
	HighValue *string  `json:"highValue"`
	Values    []string `json:"values"`
}

// searchObjects answers from the index: what changed within the lag is not seen yet.
func (a *account) searchObjects(r request) (int, any, *apiError) {
	var body searchBody
	if err := decode(r, &body); err != nil {
		return 0, nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.schema[r.kind]
	from, err := body.check(s)
	if err != nil {
		return 0, nil, err
	}
	hits := a.hits(r.kind, *body.Groups)
	sortHits(s, hits, *body.Sorts)
	page := []view{}
	for _, o := range hits[min(from, len(hits)):min(from+*body.Limit, len(hits))] {
		page = append(page, a.show(o, *body.Properties))
	}
	answer := map[string]any{"total": len(hits), "results": page}
	if end := from + *body.Limit; end < len(hits) {
		answer["paging"] = map[string]any{"next": map[string]string{"after": strconv.Itoa(end)}}
	}
	return http.StatusOK, answer, nil
}

// hits returns the objects whose indexed version passes a group, as that version.
func (a *account) hits(kind string, groups []filterGroup) []*object {
	s, now := a.schema[kind], a.now()
	var hits []*object
	for _, o := range a.objects[kind] {
		v := o.indexed(now)
		if v == nil || v.archived || !s.passes(v.props, groups) {
			continue
		}
		hits = append(hits, &object{kind: kind, id: o.id, props: v.props, created: o.created, updated: v.updated})
	}
	return hits
}

// passes reports whether one of the groups holds; no groups hold for everything.
func (s *schema) passes(props map[string]string, groups []filterGroup) bool {
	return len(groups) == 0 || slices.ContainsFunc(groups, func(g filterGroup) bool {
		return !slices.ContainsFunc(g.Filters, func(f filter) bool { return !f.holds(s.properties[f.Property], props) })
	})
}

// check validates a search, and returns where its page begins.
func (b *searchBody) check(s *schema) (int, *apiError) {
	if err := b.complete(); err != nil {
		return 0, err
	}
	from, err := strconv.Atoi(*b.After)
	if err != nil || from < 0 {
		return 0, invalid("after is not a valid paging cursor.")
	}
	total := 0
	for _, g := range *b.Groups {
		total += len(g.Filters)
		if len(g.Filters) == 0 || len(g.Filters) > maxFilters {
			return 0, invalid("A filter group takes 1 to 6 filters.")
		}
		for _, f := range g.Filters {
			if err := f.check(s); err != nil {
				return 0, err
			}
		}
	}
	switch {
	case len(*b.Groups) > maxGroups || total > maxTotal:
		return 0, invalid("The maximum number of filters is exceeded.")
	case *b.Limit < 1 || *b.Limit > maxLimit:
		return 0, invalid("limit must be between 1 and 200.")
	case from+*b.Limit > maxResults:
		return 0, invalid("Paging through more than 10000 results is not possible.")
	}
	for _, name := range *b.Sorts {
		if _, ok := s.properties[strings.TrimPrefix(name, "-")]; !ok {
			return 0, unknownProperty(name)
		}
	}
	return from, nil
}

// complete refuses a body that lacks a member.
func (b *searchBody) complete() *apiError {
	var lacking []string
	for _, member := range []struct {
		name    string
		missing bool
	}{
		{"filterGroups", b.Groups == nil}, {"properties", b.Properties == nil}, {"sorts", b.Sorts == nil},
		{"limit", b.Limit == nil}, {"after", b.After == nil},
	} {
		if member.missing {
			lacking = append(lacking, member.name)
		}
	}
	if len(lacking) > 0 {
		return missing(lacking...)
	}
	return nil
}

func unknownProperty(name string) *apiError {
	return invalid("There was a problem with the request.",
		refusal(name, codeUnknown, "Property \""+name+"\" does not exist"))
}

// sortHits orders hits by the first sort, "-" meaning descending, else as they were made.
func sortHits(s *schema, hits []*object, sorts []string) {
	if len(sorts) == 0 {
		return
	}
	name, descending := strings.CutPrefix(sorts[0], "-")
	p := s.properties[name]
	slices.SortStableFunc(hits, func(a, b *object) int {
		order := compareValues(p, a.props[name], b.props[name])
		if descending {
			return -order
		}
		return order
	})
}
