package callrail

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxPairs is how many fields a form may have, as many as the parts of a multipart one. A live
// body has about 110. Each is looked up among those before it, so that their number decides
// how long a stranger's form keeps a processor busy.
const maxPairs = 1000

// parseForm reads a form-encoded body. Nested values may be written a[b], a[b][c] or a[]:
// how CallRail nests is not documented, and these are what Rails writes. url.ParseQuery is
// not used because it loses the order.
func parseForm(body []byte) (*value, error) {
	root := value{kind: object}
	left := maxPairs
	for pair := range strings.SplitSeq(string(body), "&") {
		if pair == "" {
			continue
		}
		if left--; left < 0 {
			return nil, fmt.Errorf("parse form: %w", errTooComplex)
		}
		key, text, err := unescapePair(pair)
		if err != nil {
			return nil, fmt.Errorf("parse form: %w", err)
		}
		root.put(path(key), text)
	}
	return &root, nil
}

func unescapePair(pair string) (key, text string, err error) {
	key, text, _ = strings.Cut(pair, "=")
	if key, err = url.QueryUnescape(key); err != nil {
		return "", "", errors.New("bad escape in a key") // the library's words quote the payload
	}
	if text, err = url.QueryUnescape(text); err != nil {
		return "", "", errors.New("bad escape in a value")
	}
	if !utf8.ValidString(key) || !utf8.ValidString(text) {
		return "", "", errEncoding
	}
	return key, text, nil
}

// path splits a[b][] into "a", "b", "". A key that is not written so is one element.
func path(key string) []string {
	head, rest, ok := strings.Cut(key, "[")
	if !ok || head == "" || !strings.HasSuffix(rest, "]") {
		return []string{key}
	}
	elements := append([]string{head}, strings.Split(strings.TrimSuffix(rest, "]"), "][")...)
	if len(elements) > maxDepth {
		return []string{key}
	}
	return elements
}

// put stores a text under a path below an object. A repeated plain key is stored again, an
// empty last element appends to a list.
func (v *value) put(path []string, text string) {
	if len(path) == 1 {
		v.fields = append(v.fields, field{name: path[0], value: value{text: text}})
		return
	}
	child := v.get(path[0])
	if child == nil || child.kind == scalar {
		v.fields = append(v.fields, field{name: path[0], value: value{kind: object}})
		child = &v.fields[len(v.fields)-1].value
	}
	if len(path) == 2 && path[1] == "" {
		if child.kind == object && len(child.fields) == 0 {
			child.kind = list
		}
		if child.kind == list {
			child.items = append(child.items, value{text: text})
			return
		}
	}
	if child.kind == list { // a[] and a[b] in one body: keep the text, drop the name
		child.items = append(child.items, value{text: text})
		return
	}
	child.put(path[1:], text)
}
