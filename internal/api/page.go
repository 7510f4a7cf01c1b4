package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/your-org/multi-tenant-pipeline/internal/api/reference"
)

// pageHandler serves the document as a page for people. It runs nothing and loads nothing.
func pageHandler(document *openapi3.T) (http.Handler, error) {
	page, err := reference.Render(document)
	if err != nil {
		return nil, err
	}
	next := kept("text/html; charset=utf-8", page.HTML)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", page.Policy)
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	}), nil
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
