package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/assets"
)

//go:embed templates/*.html
var shared embed.FS

// own is the area of the pages that belong to none: errors.
const own = "web"

// Renderer holds the templates of all areas, each parsed at the first look at its page: an
// instance that nobody looks at pages of does not pay for them. It is safe for concurrent use.
type Renderer struct {
	pages  map[string]parse // by area and file: "leads/list.html"
	areas  []Area
	assets *assets.Set
}

// parse returns a page's template, always the same one.
type parse func() (*template.Template, error)

// NewRenderer finds the templates. A page's file defines "content", and may use the shared
// templates and those of its area's files that begin with an underscore.
func NewRenderer(set *assets.Set, areas []Area) (*Renderer, error) {
	r := &Renderer{pages: map[string]parse{}, areas: areas, assets: set}
	base := sync.OnceValues(func() (*template.Template, error) {
		return template.New("").Funcs(r.funcs()).ParseFS(shared, "templates/[^e]*.html")
	})
	sub, err := fs.Sub(shared, "templates")
	if err != nil {
		return nil, fmt.Errorf("open shared templates: %w", err)
	}
	r.pages[path.Join(own, "error.html")] = parsing(base, Area{Templates: sub}, []string{"error.html"})
	for _, area := range areas {
		if err := r.find(base, area); err != nil {
			return nil, fmt.Errorf("find templates of %s: %w", area.Name, err)
		}
	}
	return r, nil
}

func (r *Renderer) find(base parse, area Area) error {
	files, err := fs.Glob(area.Templates, "*.html")
	if err != nil {
		return err
	}
	var parts []string
	for _, file := range files {
		if strings.HasPrefix(file, "_") {
			parts = append(parts, file)
		}
	}
	for _, file := range files {
		if !slices.Contains(parts, file) {
			r.pages[path.Join(area.Name, file)] = parsing(base, area, append(slices.Clone(parts), file))
		}
	}
	return nil
}

func parsing(base parse, area Area, files []string) parse {
	return sync.OnceValues(func() (*template.Template, error) {
		shared, err := base()
		if err != nil {
			return nil, err
		}
		page, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		return page.Funcs(area.Funcs).ParseFS(area.Templates, files...)
	})
}

// Parse parses every page now, and reports all that cannot be.
func (r *Renderer) Parse() error {
	var errs []error
	for name, parse := range r.pages {
		if _, err := parse(); err != nil {
			errs = append(errs, fmt.Errorf("parse %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

func (r *Renderer) execute(w http.ResponseWriter, status int, file, name string, data any) error {
	parse := r.pages[file]
	if parse == nil {
		return fmt.Errorf("render: there is no template %s", file)
	}
	page, err := parse()
	if err != nil {
		return fmt.Errorf("render: %w", err)
	}
	var out bytes.Buffer // an error in the middle must not leave half a page
	if err := page.ExecuteTemplate(&out, name, data); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := out.WriteTo(w); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}
