package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// pageToken returns the token of what comes after a place in the list of requests that a
// filter chooses, empty at its end.
func pageToken(at store.Cursor, filter store.Filter) string {
	if at == (store.Cursor{}) {
		return ""
	}
	return place{at: at.ReceivedAt, id: at.RequestID}.token(listOf(filter))
}

// cursor returns the place that a token stands for in the list that the filter chooses.
func cursor(token string, filter store.Filter) (store.Cursor, error) {
	at, err := placeOf(listOf(filter), token)
	return store.Cursor{ReceivedAt: at.at, RequestID: at.id}, err
}

// listOf names the list that a filter chooses, whatever the page. Two bytes of a hash notice
// that another filter is meant, and tell nobody which phone number was searched for.
func listOf(filter store.Filter) string {
	filter.Before, filter.Limit = store.Cursor{}, 0
	text, _ := json.Marshal(filter) // it is plain values
	sum := sha256.Sum256(text)
	return "requests-" + hex.EncodeToString(sum[:2])
}
