package api

import (
	"errors"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// FuzzPlaceOf: a token leads back to its place in its own list, and to none in another one.
// What is no token is refused as one.
func FuzzPlaceOf(f *testing.F) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 1, time.UTC)
	f.Add(place{at: at, id: "req_a"}.token("audit"), "req_a", at.UnixNano())
	f.Add(place{at: at, id: "req b"}.token("jobs"), "req b c", int64(-1))
	f.Add("YXVkaXQgMDAwMS0wMS0wMVQwMDowMDowMFogeA", "", int64(0))
	f.Fuzz(func(t *testing.T, token, id string, nanos int64) {
		got, err := placeOf("audit", token)
		var wrong *refusal
		switch {
		case err != nil && (!errors.As(err, &wrong) || wrong.code != ProblemCodeInvalidPageToken):
			t.Errorf("%q: %v is no refusal of a page token", token, err)
		case err == nil && token != "":
			again, err := placeOf("audit", got.token("audit"))
			if err != nil || !again.at.Equal(got.at) || again.id != got.id {
				t.Errorf("%q leads to %+v, and that to %+v, %v", token, got, again, err)
			}
			if other, err := placeOf("jobs", token); err == nil {
				t.Errorf("a token of one list is good for another: %+v", other)
			}
		}
		if !utf8.ValidString(id) {
			return
		}
		mine, theirs := store.Filter{Source: "a"}, store.Filter{Source: "b"}
		want := store.Cursor{ReceivedAt: time.Unix(0, nanos).UTC(), RequestID: "req_" + id}
		back, err := cursor(pageToken(want, mine), mine)
		if err != nil || !back.ReceivedAt.Equal(want.ReceivedAt) || back.RequestID != want.RequestID {
			t.Errorf("%+v came back as %+v, %v", want, back, err)
		}
		if _, err := cursor(pageToken(want, mine), theirs); err == nil {
			t.Error("a token of one search is good for another")
		}
	})
}
