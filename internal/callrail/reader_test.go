package callrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// standard reads a JSON value with the standard library's decoder.
func standard(dec *json.Decoder) (value, error) {
	token, err := dec.Token()
	if err != nil {
		return value{}, err
	}
	switch t := token.(type) {
	case json.Delim:
		v := value{kind: list}
		if t == '{' {
			v.kind = object
		}
		for dec.More() {
			var name string
			if v.kind == object {
				key, err := dec.Token()
				if err != nil {
					return value{}, err
				}
				name, _ = key.(string)
			}
			member, err := standard(dec)
			if err != nil {
				return value{}, err
			}
			if v.kind == object {
				v.fields = append(v.fields, field{name: name, value: member})
			} else {
				v.items = append(v.items, member)
			}
		}
		_, err := dec.Token()
		return v, err
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

// What the standard library reads is read alike, and what it refuses is refused.
func FuzzJSONIsReadAsTheStandardLibraryReadsIt(f *testing.F) {
	for _, name := range []string{"post_call.json", "form_submission.json", "call_modified.json"} {
		f.Add(read(f, name))
	}
	for _, body := range []string{
		`{"a\u0062":"\ud83d\ude00 \ud83d x \n","a":1e5,"b":[true,null,-0.5,{"c":[]}],"":""}`, `{"a":"\ud800\u0041"}`,
		`[1,2`, `{"a" 1}`, `{"a":1,}`, `{"a":01}`, `{"a":"` + "\x01" + `"}`, `{"a":tru}`, ` {} `, `{}{}`, `"a"`, `{1:2}`, `{"a":1 "b":2}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !utf8.Valid(body) || strings.Count(string(body), "[")+strings.Count(string(body), "{") > maxDepth {
			return
		}
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		want, err := standard(dec)
		if err == nil {
			if _, err = dec.Token(); errors.Is(err, io.EOF) {
				err = nil
			} else {
				err = errors.New("text after the value")
			}
		}
		valid := err == nil && json.Valid(body) // token by token it lets some mistakes pass
		got, err := parseJSON(body)
		if (err == nil) != valid {
			t.Fatalf("%q: %v, the standard library says valid: %v", body, err, valid)
		}
		if !valid {
			return
		}
		if diff := cmp.Diff(want, *got, cmp.AllowUnexported(value{}, field{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q (-want +got)\n%s", body, diff)
		}
	})
}

// A live body is read at the same cost as a relay's six fields.
func TestTheNumberOfFieldsDoesNotMatter(t *testing.T) {
	live := read(t, "post_call.json")
	for name, test := range map[string]struct {
		limit float64
		run   func()
	}{
		"decode": {20, func() { _, _ = Decode(live) }},
		"peek":   {15, func() { Peek(live) }},
	} {
		if got := testing.AllocsPerRun(100, test.run); got > test.limit {
			t.Errorf("%s: %.0f allocations, want at most %.0f", name, got, test.limit)
		}
	}
}
