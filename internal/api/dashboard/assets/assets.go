// Package assets is the dashboard's styles and scripts: built from src and npm packages by
// `make assets` into dist, which is embedded. Without them the package compiles and pages say
// what to run; they still work as plain links and forms.
package assets

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// Set is the built files.
type Set struct {
	base     string // address of the folder, ending in a slash
	dir      fs.FS
	manifest map[string]string // name: name with its hash
	files    map[string]bool   // by name with its hash
}

// encodings in the order of preference, and what ends the names of files that have them.
var (
	encodings = []string{"br", "gzip"}
	suffixes  = map[string]string{"": "", "br": ".br", "gzip": ".gz"}
)

// Load reads what was built; base is where it will be served.
func Load(base string) (*Set, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("open assets: %w", err)
	}
	return load(sub, base)
}

func load(dir fs.FS, base string) (*Set, error) {
	s := &Set{base: base, dir: dir, manifest: map[string]string{}, files: map[string]bool{}}
	text, err := fs.ReadFile(dir, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	if err := json.Unmarshal(text, &s.manifest); err != nil {
		return nil, fmt.Errorf("read manifest of assets: %w", err)
	}
	for _, name := range s.manifest {
		for _, suffix := range suffixes {
			if _, err := fs.Stat(dir, name+suffix); err != nil {
				return nil, fmt.Errorf("read assets: %w", err)
			}
		}
		s.files[name] = true
	}
	return s, nil
}

// Built reports whether there are any.
func (s *Set) Built() bool { return len(s.files) > 0 }

// Path returns the address of a file, empty if it was not built.
func (s *Set) Path(name string) string {
	hashed := s.manifest[name]
	if hashed == "" {
		return ""
	}
	return s.base + hashed
}

// ServeHTTP serves the files. Their names change with their contents, so browsers keep them
// for ever.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, s.base)
	if !s.files[name] {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	encoding := chosen(r.Header.Get("Accept-Encoding"))
	tag := `"` + name + "." + encoding + `"`
	h.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	s.send(w, name+suffixes[encoding])
}

// send sends a file out of the binary, without holding a copy of it.
func (s *Set) send(w http.ResponseWriter, name string) {
	f, err := s.dir.Open(name)
	if err != nil {
		w.Header().Del("Cache-Control") // nobody must keep this for ever
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	}
	_, _ = io.Copy(w, f) // whoever went away cannot be told
}

// chosen returns the best encoding that the browser accepts. A weight of zero, which no
// browser sends, is not honoured.
func chosen(accepted string) string {
	for _, encoding := range encodings {
		for part := range strings.SplitSeq(accepted, ",") {
			if name, _, _ := strings.Cut(part, ";"); strings.TrimSpace(name) == encoding {
				return encoding
			}
		}
	}
	return ""
}
