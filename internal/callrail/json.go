package callrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Limits of a payload. A live body has about 110 keys on three levels; the limits keep a
// stranger's megabyte from becoming a hundred megabytes of small values.
const (
	maxValues = 20_000
	maxDepth  = 32
)

var (
	errTooComplex = errors.New("too many values or levels")
	errNotObject  = errors.New("not an object")
)

// parseJSON reads one JSON value and nothing after it.
func parseJSON(body []byte) (*value, error) {
	r := newReader(body)
	v, err := r.value(0)
	if err != nil {
		return nil, fmt.Errorf("parse json: %w", r.fault(err))
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("parse json: text after the value")
	}
	return &v, nil
}

// jsonReader builds values token by token: unlike a map it keeps order and repetitions.
type jsonReader struct {
	dec  *json.Decoder
	left int // values that may still come
}

func newReader(body []byte) *jsonReader {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	return &jsonReader{dec: dec, left: maxValues}
}

// fault says where a body is broken, without the library's words: they quote it.
func (r *jsonReader) fault(err error) error {
	if errors.Is(err, errTooComplex) {
		return err
	}
	return fmt.Errorf("malformed after %d bytes", r.dec.InputOffset())
}

func (r *jsonReader) value(depth int) (value, error) {
	r.left--
	if r.left < 0 || depth > maxDepth {
		return value{}, errTooComplex
	}
	token, err := r.dec.Token()
	if err != nil {
		return value{}, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return r.object(depth)
		}
		return r.list(depth)
	case string:
		return value{text: t}, nil
	case json.Number:
		return value{text: t.String()}, nil
	case bool:
		return value{text: strconv.FormatBool(t)}, nil
	default:
		return value{kind: null}, nil
	}
}

func (r *jsonReader) object(depth int) (value, error) {
	v := value{kind: object}
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return value{}, err
		}
		name, ok := token.(string)
		if !ok {
			return value{}, errNotObject // the decoder has seen to it that a name is a text
		}
		member, err := r.value(depth + 1)
		if err != nil {
			return value{}, err
		}
		v.fields = append(v.fields, field{name: name, value: member})
	}
	_, err := r.dec.Token() // the closing brace
	return v, err
}

func (r *jsonReader) list(depth int) (value, error) {
	v := value{kind: list}
	for r.dec.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return value{}, err
		}
		v.items = append(v.items, item)
	}
	_, err := r.dec.Token() // the closing bracket
	return v, err
}

// members calls visit for each scalar member of the outermost object until the body ends, is
// malformed or has too many tokens. It holds nothing of the body.
func members(body []byte, visit func(name, text string)) {
	r := newReader(body)
	if token, err := r.dec.Token(); err != nil || token != json.Delim('{') {
		return
	}
	for range maxValues {
		name, err := r.dec.Token()
		if err != nil {
			return
		}
		key, ok := name.(string)
		if !ok || !r.member(key, visit) {
			return
		}
	}
}

// member reads one member's value, skipping a nested one.
func (r *jsonReader) member(key string, visit func(name, text string)) bool {
	for depth := 0; r.left > 0; {
		r.left--
		token, err := r.dec.Token()
		if err != nil {
			return false
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if depth == 0 {
				visit(key, t)
			}
		case json.Number:
			if depth == 0 {
				visit(key, t.String())
			}
		}
		if depth == 0 {
			return true
		}
	}
	return false
}
