package callrail

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Masked returns the payload with every text as mask returns it, encoded as JSON, or nil if
// mask changes none: then the raw bytes can be kept. Mask also gets the name of the field that
// the text stands in. Numbers and booleans become texts, which Decode reads alike.
func (p *Payload) Masked(mask func(name, text string) string) ([]byte, error) {
	m := masker{mask: mask}
	if err := m.write("", p.root); err != nil {
		return nil, fmt.Errorf("mask payload: %w", err)
	}
	if !m.changed {
		return nil, nil
	}
	return m.out.Bytes(), nil
}

type masker struct {
	mask    func(name, text string) string
	changed bool
	out     bytes.Buffer
}

func (m *masker) write(name string, v *value) error {
	switch v.kind {
	case null:
		m.out.WriteString("null")
	case list:
		return m.each('[', ']', len(v.items), func(i int) error { return m.write(name, &v.items[i]) })
	case object:
		return m.each('{', '}', len(v.fields), func(i int) error {
			if err := m.text(v.fields[i].name); err != nil {
				return err
			}
			m.out.WriteByte(':')
			return m.write(v.fields[i].name, &v.fields[i].value)
		})
	case scalar:
		masked := m.mask(name, v.text)
		m.changed = m.changed || masked != v.text
		return m.text(masked)
	}
	return nil
}

func (m *masker) each(begin, end byte, n int, write func(i int) error) error {
	m.out.WriteByte(begin)
	for i := range n {
		if i > 0 {
			m.out.WriteByte(',')
		}
		if err := write(i); err != nil {
			return err
		}
	}
	m.out.WriteByte(end)
	return nil
}

func (m *masker) text(s string) error {
	encoded, err := json.Marshal(s)
	m.out.Write(encoded)
	return err
}
