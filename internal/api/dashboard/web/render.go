package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/assets"
)

//go:embed templates/*.html
var shared embed.FS

// own is the area of the pages that belong to none: errors.
const own = "web"

// Renderer holds the parsed templates of all areas. It is safe for concurrent use.
type Renderer struct {
	pages  map[string]*template.Template // by area and file: "leads/list.html"
	areas  []Area
	assets *assets.Set
}

// NewRenderer parses the templates. A page's file defines "content", and may use the shared
// templates and those of its area's files that begin with an underscore.
func NewRenderer(set *assets.Set, areas []Area) (*Renderer, error) {
	r := &Renderer{pages: map[string]*template.Template{}, areas: areas, assets: set}
	base, err := template.New("").Funcs(r.funcs()).ParseFS(shared, "templates/[^e]*.html")
	if err != nil {
		return nil, fmt.Errorf("parse shared templates: %w", err)
	}
	sub, err := fs.Sub(shared, "templates")
	if err != nil {
		return nil, fmt.Errorf("open shared templates: %w", err)
	}
	for _, area := range append([]Area{{Name: own, Templates: sub}}, areas...) {
		if err := r.parse(base, area); err != nil {
			return nil, fmt.Errorf("parse templates of %s: %w", area.Name, err)
		}
	}
	return r, nil
}

func (r *Renderer) parse(base *template.Template, area Area) error {
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
		if slices.Contains(parts, file) || area.Name == own && file != "error.html" {
			continue
		}
		page, err := base.Clone()
		if err != nil {
			return err
		}
		if r.pages[path.Join(area.Name, file)], err = page.Funcs(area.Funcs).ParseFS(area.Templates, append(parts, file)...); err != nil {
			return err
		}
	}
	return nil
}

func (r *Renderer) execute(w http.ResponseWriter, status int, file, name string, data any) error {
	page := r.pages[file]
	if page == nil {
		return fmt.Errorf("render: there is no template %s", file)
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
