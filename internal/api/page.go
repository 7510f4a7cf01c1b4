package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the page
	"encoding/hex"
	"net/http"
	"time"
)

// The document as a page for people, and the Content-Security-Policy that it needs. They are
// generated, or the service would hold what renders them: see internal/api/reference.
var (
	//go:embed page.html
	page []byte
	//go:embed page.policy
	pagePolicy string
)

// pageHandler serves the page. It runs nothing and loads nothing.
func pageHandler() http.Handler {
	next := kept("text/html; charset=utf-8", page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// kept serves content that never changes while the service runs, under its hash.
func kept(contentType string, content []byte) http.Handler {
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache") // kept, but asked for again with the tag
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	})
}
