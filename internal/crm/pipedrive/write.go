package pipedrive

import (
	"context"
	"maps"
	"slices"
)

// write is one change of a record that may go through without some of its fields.
type write struct {
	kind     kind
	values   values
	required map[string]bool // values that the record makes no sense without
	marker   string          // key of the field for our mark, if it is among the values
	warnings []string        // for the tenant
	send     func(ctx context.Context, v values) (record, error)
}

// offer sets a field unless the tenant's mapping does.
func (w *write) offer(name string, value any) {
	if _, ok := w.values[name]; !ok {
		w.values[name] = value
	}
}

// need is offer for a field that cannot be left out.
func (w *write) need(name string, value any) {
	w.offer(name, value)
	w.required[name] = true
}

// mark sets our mark. An empty key is that of an account which has no field for it.
func (w *write) mark(key, value string) {
	if key == "" {
		return
	}
	w.marker, w.values[key], w.required[key] = key, value, true
}

// onlyGaps leaves out what the record has already: somebody may have corrected it.
func (w *write) onlyGaps(o record) {
	maps.DeleteFunc(w.values, func(name string, _ any) bool { return !o.empty(name) })
}

// save sends a write. One refused field refuses the whole record, so if Pipedrive names
// fields, optional ones are left out with a warning, a mark whose field has vanished moves
// to a new field, and the write is repeated once.
func (c *Connector) save(ctx context.Context, w write) (record, []string, error) {
	v := maps.Clone(w.values)
	o, err := w.send(ctx, v)
	refused := fieldsOf(err)
	if len(refused) == 0 {
		return o, w.warnings, err
	}
	warnings := slices.Clone(w.warnings)
	for _, name := range refused {
		_, sent := v[name]
		switch {
		case sent && name == w.marker:
			if err := c.moveMark(ctx, w, v); err != nil {
				return nil, warnings, err
			}
		case !sent || w.required[name]:
			return nil, warnings, err
		default:
			delete(v, name)
			warnings = append(warnings, "Pipedrive refused the field "+name+" of the "+w.kind.name+". It was left out.")
		}
	}
	c.client.forget(w.kind)
	o, err = w.send(ctx, v)
	return o, warnings, err
}

// moveMark puts our mark into the field that takes the place of one that was deleted.
func (c *Connector) moveMark(ctx context.Context, w write, v values) error {
	c.client.forget(w.kind)
	key, err := c.markerFor(ctx, w.kind)
	if err != nil {
		return err
	}
	value := v[w.marker]
	delete(v, w.marker)
	if key != "" {
		v[key] = value
	}
	return nil
}
