package api

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"
)

// place is where a list that is ordered by time goes on: behind this row.
type place struct {
	at time.Time
	id string
}

// token returns the page token of a place in a list. The list's name holds its filters, so
// that a token is good for no other list; it holds nothing that is secret.
func (p place) token(list string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(list + " " + p.at.UTC().Format(time.RFC3339Nano) + " " + p.id))
}

// placeOf returns the place in a list that a token stands for; an empty one is the beginning.
func placeOf(list, token string) (place, error) {
	if token == "" {
		return place{}, nil
	}
	wrong := &refusal{code: ProblemCodeInvalidPageToken, parameter: "page_token"}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || !utf8.Valid(text) {
		return place{}, wrong
	}
	rest, ours := strings.CutPrefix(string(text), list+" ")
	at, id, found := strings.Cut(rest, " ")
	moment, err := time.Parse(time.RFC3339Nano, at)
	if err != nil || !ours || !found || id == "" || moment.IsZero() || !storable(moment) {
		return place{}, wrong
	}
	return place{at: moment, id: id}, nil
}

// storable reports whether the store can keep a time: it knows the years 1 to 9999, in UTC.
func storable(at time.Time) bool {
	year := at.UTC().Year()
	return year >= 1 && year <= 9999
}
