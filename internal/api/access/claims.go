package access

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// claims are what a token says, by the exact names of its claims. Decoding into a struct
// would take Role for role, and the last of two: whoever can add a claim of his own to a
// token could replace one of its issuer's.
type claims map[string]any

var errAmbiguous = errors.New("it names something twice")

// readClaims returns the claims of a token's payload. A payload that names something twice,
// at any depth, is refused.
func readClaims(payload []byte) (claims, error) {
	d := json.NewDecoder(bytes.NewReader(payload))
	value, err := readValue(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more follows the claims")
	}
	all, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("the claims are no object")
	}
	return all, nil
}

func readValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	switch token {
	case json.Delim('{'):
		return readObject(d)
	case json.Delim('['):
		return readList(d)
	default:
		return token, nil
	}
}

func readObject(d *json.Decoder) (map[string]any, error) {
	object := map[string]any{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("read claims: %w", err)
		}
		key, _ := name.(string) // the decoder lets nothing else pass
		if _, twice := object[key]; twice {
			return nil, errAmbiguous
		}
		if object[key], err = readValue(d); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return object, err
}

func readList(d *json.Decoder) ([]any, error) {
	list := []any{}
	for d.More() {
		value, err := readValue(d)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := d.Token()
	return list, err
}

// at returns the claim at a path, nil if there is none. Dots lead into objects, but not in
// the name of a claim that is an address, as identity providers name those of others.
func (c claims) at(path string) any {
	if strings.Contains(path, "://") {
		return c[path]
	}
	var value any = map[string]any(c)
	for name := range strings.SplitSeq(path, ".") {
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = object[name]
	}
	return value
}

// text returns a claim that is a text, empty if it is none.
func (c claims) text(path string) string {
	text, _ := c.at(path).(string)
	return text
}

// seconds returns a time claim; false if it is there and no number. It stays a float: huge
// ones overflow integers.
func (c claims) seconds(name string) (float64, bool) {
	value, present := c[name]
	if !present {
		return 0, true
	}
	seconds, ok := value.(float64)
	return seconds, ok
}

// texts returns a claim that is one text or a list of them; false if it is there and is
// something else.
func (c claims) texts(path string) ([]string, bool) {
	switch value := c.at(path).(type) {
	case nil:
		return nil, true
	case string:
		return []string{value}, true
	case []any:
		texts := make([]string, 0, len(value))
		for _, item := range value {
			text, ok := item.(string)
			if !ok {
				return nil, false
			}
			texts = append(texts, text)
		}
		return texts, true
	default:
		return nil, false
	}
}
