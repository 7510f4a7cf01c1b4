package callrail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits of a payload. A live body has about 110 keys on three levels; the limits keep a
// stranger's megabyte from becoming a hundred megabytes of small values.
const (
	maxValues = 20_000
	maxDepth  = 32

	usualFields  = 128 // more than a live body has: room for these is made at once
	nestedFields = 4
)

var (
	errTooComplex = errors.New("too many values or levels")
	errNotObject  = errors.New("not an object")
)

// asReceived lets through what encoding/json does: a form's page may repeat a field. It is the
// tokenizer that Go's own library has had since 1.27; unlike encoding/json's it can be asked for
// a value where it stands, so that reading a body costs the same number of allocations
// whether it has six fields or a hundred.
var asReceived = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// decoders are kept: a new one makes a dozen allocations for the nesting of each body, and every
// delivery needs two.
var decoders = sync.Pool{New: func() any { return jsontext.NewDecoder(&bytes.Buffer{}, asReceived...) }}

func decoder(body []byte) *jsontext.Decoder {
	dec, ok := decoders.Get().(*jsontext.Decoder)
	if !ok {
		dec = new(jsontext.Decoder) // the pool holds nothing else
	}
	dec.Reset(bytes.NewBuffer(body), asReceived...)
	return dec
}

// release puts a decoder back without what it has read.
func release(dec *jsontext.Decoder) {
	dec.Reset(&bytes.Buffer{}, asReceived...)
	decoders.Put(dec)
}

// parseJSON reads one JSON value and nothing after it.
func parseJSON(body []byte) (*value, error) {
	r := jsonReader{dec: decoder(body), text: string(body), left: maxValues}
	defer release(r.dec)
	v, err := r.value(0)
	if err != nil {
		return nil, fmt.Errorf("parse json: %w", r.fault(err))
	}
	if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("parse json: text after the value")
	}
	return &v, nil
}

// jsonReader builds values token by token: unlike a map it keeps order and repetitions.
type jsonReader struct {
	dec  *jsontext.Decoder
	text string // the body: texts are pieces of it, unless something in them is escaped
	left int    // values that may still come
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
	switch r.dec.PeekKind() {
	case jsontext.KindBeginObject:
		return r.object(depth)
	case jsontext.KindBeginArray:
		return r.list(depth)
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		return value{}, err
	}
	if raw.Kind() == jsontext.KindNull {
		return value{kind: null}, nil
	}
	return value{text: r.piece(raw)}, nil
}

func (r *jsonReader) object(depth int) (value, error) {
	room := nestedFields
	if depth == 0 {
		room = min(strings.Count(r.text, ",")+1, usualFields)
	}
	v := value{kind: object, fields: make([]field, 0, room)}
	if _, err := r.dec.ReadToken(); err != nil {
		return value{}, err
	}
	for r.dec.PeekKind() == jsontext.KindString {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return value{}, err
		}
		name := r.piece(raw)
		member, err := r.value(depth + 1)
		if err != nil {
			return value{}, err
		}
		v.fields = append(v.fields, field{name: name, value: member})
	}
	_, err := r.dec.ReadToken() // the closing brace
	return v, err
}

func (r *jsonReader) list(depth int) (value, error) {
	v := value{kind: list}
	if _, err := r.dec.ReadToken(); err != nil {
		return value{}, err
	}
	for {
		kind := r.dec.PeekKind()
		if kind == jsontext.KindEndArray || kind == jsontext.KindInvalid {
			break
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return value{}, err
		}
		v.items = append(v.items, item)
	}
	_, err := r.dec.ReadToken() // the closing bracket
	return v, err
}

// piece returns the text of the scalar that was read last.
func (r *jsonReader) piece(raw jsontext.Value) string {
	if escaped(raw) {
		return unquote(raw)
	}
	end := int(r.dec.InputOffset())
	start := end - len(raw)
	if raw.Kind() == jsontext.KindString {
		start, end = start+1, end-1
	}
	return r.text[start:end]
}

func escaped(raw jsontext.Value) bool {
	return raw.Kind() == jsontext.KindString && bytes.IndexByte(raw, '\\') >= 0
}

// unquote returns the text of a scalar. Half of a surrogate pair becomes U+FFFD.
func unquote(raw jsontext.Value) string {
	switch {
	case escaped(raw):
		text, _ := jsontext.AppendUnquote(nil, raw) // the decoder has accepted it
		return string(text)
	case raw.Kind() == jsontext.KindString:
		return string(raw[1 : len(raw)-1])
	default:
		return string(raw)
	}
}

// claimed calls visit for each scalar member of the outermost object that may be a claim, until
// the body ends, is malformed or has too many members. It holds nothing of the body.
func claimed(body []byte, visit func(name, text string)) {
	dec := decoder(body)
	defer release(dec)
	if _, err := dec.ReadToken(); err != nil {
		return
	}
	for range maxValues {
		if dec.PeekKind() != jsontext.KindString {
			return
		}
		raw, err := dec.ReadValue()
		if err != nil {
			return
		}
		name, wanted := claimName(raw)
		kind := dec.PeekKind()
		if !wanted || kind != jsontext.KindString && kind != jsontext.KindNumber {
			if dec.SkipValue() != nil {
				return
			}
			continue
		}
		if raw, err = dec.ReadValue(); err != nil {
			return
		}
		visit(name, unquote(raw))
	}
}

// claimName returns the name of a member that may be a claim.
func claimName(raw jsontext.Value) (string, bool) {
	name := raw[1 : len(raw)-1]
	if escaped(raw) {
		name = jsontext.Value(unquote(raw))
	}
	i := slices.IndexFunc(claimFields, func(field string) bool { return field == string(name) })
	if i < 0 {
		return "", false
	}
	return claimFields[i], true
}
