package salesforce

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// pageSize is how many records an answer to a query holds.
const pageSize = 2000

// cursor is a query with more than one page.
type cursor struct {
	object  string
	records []map[string]any
}

// query answers SOQL, which sees every change at once.
func (o *org) query(r *http.Request) (int, any, *apiError) {
	text := r.URL.Query().Get("q")
	if text == "" {
		return 0, nil, malformed("A query string has to be specified")
	}
	q, err := parseSOQL(text)
	if err != nil {
		return 0, nil, err
	}
	if err := o.bind(q); err != nil {
		return 0, nil, err
	}
	found := o.find(q)
	if q.count {
		return http.StatusOK, map[string]any{"totalSize": len(found), "done": true, "records": []any{}}, nil
	}
	shown := []map[string]any{}
	for _, one := range found {
		shown = append(shown, one.show(r.PathValue("version"), q.fields))
	}
	if len(shown) <= pageSize {
		return http.StatusOK, map[string]any{"totalSize": len(shown), "done": true, "records": shown}, nil
	}
	o.nextID++
	id := "01g" + strconv.Itoa(o.nextID)
	o.cursors[id] = cursor{q.object, shown}
	return o.page(r, id, 0)
}

// queryMore answers a further page, whose address the one before told.
func (o *org) queryMore(r *http.Request) (int, any, *apiError) {
	id, digits, _ := strings.Cut(r.PathValue("cursor"), "-")
	from, err := strconv.Atoi(digits)
	if c, ok := o.cursors[id]; err != nil || !ok || from < 0 || from > len(c.records) {
		return 0, nil, refused(http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
	}
	return o.page(r, id, from)
}

func (o *org) page(r *http.Request, id string, from int) (int, any, *apiError) {
	all := o.cursors[id].records
	end := min(from+pageSize, len(all))
	body := map[string]any{"totalSize": len(all), "done": end == len(all), "records": all[from:end]}
	if end < len(all) {
		body["nextRecordsUrl"] = "/services/data/" + r.PathValue("version") + "/query/" + id + "-" + strconv.Itoa(end)
	}
	return http.StatusOK, body, nil
}

// bind checks a query against the org's fields, and writes their names as they are.
func (o *org) bind(q *selection) *apiError {
	i := slices.IndexFunc(objectNames, func(name string) bool { return strings.EqualFold(name, q.object) })
	if i < 0 {
		return refused(http.StatusBadRequest, "INVALID_TYPE", "sObject type '"+q.object+"' is not supported. "+
			"If you are attempting to use a custom object, be sure to append the '__c' after the entity name.")
	}
	schema := o.schema[objectNames[i]]
	q.object = schema.name
	for i, name := range q.fields {
		f := schema.field(name)
		if f == nil {
			return unknownColumn(name, schema.name)
		}
		if slices.Contains(q.fields[:i], f.Name) {
			return refused(http.StatusBadRequest, "INVALID_FIELD", "duplicate field selected: "+f.Name)
		}
		q.fields[i] = f.Name
	}
	for i, by := range q.orders {
		f := schema.field(by.field)
		if f == nil {
			return unknownColumn(by.field, schema.name)
		}
		q.orders[i].field = f.Name
	}
	if q.where == nil {
		return nil
	}
	return q.where.bind(schema)
}

// find returns the records that a bound query selects.
func (o *org) find(q *selection) []*record {
	var found []*record
	for _, r := range o.records[q.object] {
		if !r.deleted && (q.where == nil || q.where.holds(r.fields)) {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b *record) int { return q.compare(a, b) })
	found = found[min(q.offset, len(found)):]
	if q.limit >= 0 {
		found = found[:min(q.limit, len(found))]
	}
	return found
}

// compare orders two records by ORDER BY. Records without a value come first unless the
// query says otherwise.
func (q *selection) compare(a, b *record) int {
	for _, by := range q.orders {
		x, y := a.fields[by.field], b.fields[by.field]
		switch {
		case x == nil && y == nil:
			continue
		case x == nil || y == nil:
			if (x == nil) != by.nullsLast {
				return -1
			}
			return 1
		}
		order := compareValues(x, y)
		if by.descending {
			order = -order
		}
		if order != 0 {
			return order
		}
	}
	return 0
}
