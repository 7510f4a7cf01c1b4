package api

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// A page token is a place in a list, not a permission: it holds no tenant, and whoever
// invents one only chooses where his own list begins.

// pageToken returns the token of the page after the row.
func pageToken(r *request.Request) string {
	return base64.RawURLEncoding.EncodeToString([]byte(r.ReceivedAt.UTC().Format(time.RFC3339Nano) + " " + r.ID))
}

// cursor returns the place that a token stands for; an empty one is the beginning.
func cursor(token string) (store.Cursor, error) {
	if token == "" {
		return store.Cursor{}, nil
	}
	wrong := &refusal{code: ProblemCodeInvalidPageToken, parameter: "page_token"}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || !utf8.Valid(text) {
		return store.Cursor{}, wrong
	}
	at, id, found := strings.Cut(string(text), " ")
	receivedAt, err := time.Parse(time.RFC3339Nano, at)
	if err != nil || !found || id == "" || receivedAt.Year() < 1 || receivedAt.IsZero() {
		return store.Cursor{}, wrong
	}
	return store.Cursor{ReceivedAt: receivedAt, RequestID: id}, nil
}
