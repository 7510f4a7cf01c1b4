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
	if !p.root.changedBy("", mask) { // nearly all of them
		return nil, nil
	}
	m := masker{mask: mask}
	if err := m.write("", p.root); err != nil {
		return nil, fmt.Errorf("mask payload: %w", err)
	}
	return m.out.Bytes(), nil
}

// changedBy reports whether mask changes any text below v, which stands in the named field.
func (v *value) changedBy(name string, mask func(name, text string) string) bool {
	if v.kind == scalar {
		return mask(name, v.text) != v.text
	}
	for i := range v.items {
		if v.items[i].changedBy(name, mask) {
			return true
		}
	}
	for i := range v.fields {
		if v.fields[i].value.changedBy(v.fields[i].name, mask) {
			return true
		}
	}
	return false
}

type masker struct {
	mask func(name, text string) string
	out  bytes.Buffer
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
		return m.text(m.mask(name, v.text))
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
