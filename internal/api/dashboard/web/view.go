package web

import (
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
)

// View is what a handler gives to its page.
type View struct {
	Title   string
	Nav     string   // key of the menu's entry
	Modules []string // scripts beside app.js: "charts.js"
	Data    any      // what the page is about: .Data in templates
}

// page is what templates see: the view, the request, and what the layout needs.
type page struct {
	View
	*Request

	Flash *Flash
	Menu  []menuGroup
	Built bool // styles and scripts are there
}

type menuGroup struct {
	Label string
	Items []menuItem
}

type menuItem struct {
	Label, Icon, Href, Badge string
	Current                  bool
}

// With returns the page with other data, for a template that shows a part of it.
func (p page) With(data any) page {
	p.Data = data
	return p
}

// Render answers with a page: file is "area/file.html".
func (r *Request) Render(w http.ResponseWriter, file string, v View) error {
	r.flash = takeFlash(w, r.Request)
	return r.renderer.execute(w, http.StatusOK, file, "layout", r.page(v))
}

// RenderInvalid is Render for a form that must be filled in again.
func (r *Request) RenderInvalid(w http.ResponseWriter, file string, v View) error {
	return r.renderer.execute(w, http.StatusUnprocessableEntity, file, "layout", r.page(v))
}

// Fragment answers with one template of a page's file, for htmx.
func (r *Request) Fragment(w http.ResponseWriter, file, name string, v View) error {
	return r.renderer.execute(w, http.StatusOK, file, name, r.page(v))
}

func (r *Request) page(v View) page {
	return page{View: v, Request: r, Flash: r.flash, Menu: r.menu(v.Nav), Built: r.renderer.assets.Built()}
}

// menu returns what the viewer may open from here.
func (r *Request) menu(current string) []menuGroup {
	var groups []menuGroup
	index := map[string]int{}
	for _, area := range r.renderer.areas {
		for _, item := range area.Nav {
			scoped := strings.Contains(item.Path, "{tenant_id}")
			if scoped && r.Tenant == nil || !r.Viewer.Role.Includes(item.Role) ||
				item.Role == access.PlatformAdmin && !r.Viewer.Platform() {
				continue
			}
			href, badge := Base+item.Path, item.Badge
			if scoped {
				href = strings.ReplaceAll(href, "{tenant_id}", r.Tenant.TenantID)
				badge = strings.ReplaceAll(badge, "{tenant_id}", r.Tenant.TenantID)
			}
			if badge != "" {
				badge = Base + badge
			}
			at, known := index[item.Group]
			if !known {
				at, index[item.Group] = len(groups), len(groups)
				groups = append(groups, menuGroup{Label: item.Group})
			}
			groups[at].Items = append(groups[at].Items, menuItem{item.Label, item.Icon, href, badge, item.Key == current})
		}
	}
	return groups
}

// fault is an error as a page shows it: what happened, and what to do.
type fault struct {
	Status int
	Advice string
}

// Fail answers with the page of an error, and logs what is our own fault.
func (r *Request) Fail(w http.ResponseWriter, err error) {
	status, title, advice := explain(err)
	if status >= http.StatusInternalServerError && r.Context().Err() == nil {
		slog.ErrorContext(r.Context(), "page failed", "error", err)
	}
	v := View{Title: title, Data: fault{Status: status, Advice: advice}}
	if err := r.renderer.execute(w, status, own+"/error.html", "layout", r.page(v)); err != nil {
		slog.ErrorContext(r.Context(), "page failed", "error", err)
	}
}

func explain(err error) (status int, title, advice string) {
	var p *Problem
	if !errors.As(err, &p) {
		return http.StatusInternalServerError, "This page failed", "It is not your doing. Try again in a minute; if it stays like this, tell whoever runs the platform."
	}
	switch p.Status {
	case http.StatusNotFound:
		return p.Status, "Nothing here", "It does not exist any more, or it belongs to a company that you cannot see. Choose a company above, or go back to the leads."
	case http.StatusForbidden:
		return p.Status, "Not for your role", "Your role does not allow this. Ask an administrator of the company."
	case http.StatusTooManyRequests:
		return p.Status, "Too fast", "There were too many requests in a short time. Wait a minute, then load the page again."
	case http.StatusServiceUnavailable:
		return p.Status, "Not available right now", "The service cannot answer at the moment. Nothing is lost: calls are still being taken. Load the page again in a minute."
	}
	text, _ := Sentence(err)
	return p.Status, "That did not work", text
}

// Sentence returns what people are told about a refusal of the API; false: err is none.
func Sentence(err error) (string, bool) {
	var p *Problem
	if !errors.As(err, &p) {
		return "", false
	}
	switch p.Code {
	case "insufficient_role":
		return "Your role does not allow this. Ask an administrator of the company.", true
	case "changed":
		return "Somebody else has changed it since you opened the page. Look at it again, then repeat your change.", true
	case "invalid_request", "invalid_settings":
		if len(p.Errors) > 0 {
			return "Please check: " + p.Errors[0].Field + " " + p.Errors[0].Message + ".", true
		}
		if p.Parameter != "" {
			return "Please check the value of " + p.Parameter + ".", true
		}
	}
	return p.Detail, true
}

// Time shows a moment in the tenant's zone: with the day unless it is today, with the year
// unless it is this one.
func (p page) Time(t time.Time) template.HTML {
	if t.IsZero() {
		return "–"
	}
	local, now := t.In(p.Zone()), p.Now.In(p.Zone())
	layout := "Jan 2, 2006, 3:04 PM"
	switch {
	case local.Format(time.DateOnly) == now.Format(time.DateOnly):
		layout = "3:04 PM"
	case local.Year() == now.Year():
		layout = "Jan 2, 3:04 PM"
	}
	text := template.HTMLEscapeString(local.Format(layout))
	full := template.HTMLEscapeString(local.Format("Monday, January 2, 2006, 3:04:05 PM MST"))
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + `" title="` + full + `">` + text + `</time>`) //nolint:gosec // formats of our own, escaped
}

// Clock shows the time of day to the second.
func (p page) Clock(t time.Time) string { return t.In(p.Zone()).Format("3:04:05 PM") }

// Notice answers somebody who is not signed in.
func (r *Renderer) Notice(w http.ResponseWriter, req *http.Request, status int, title, text string) {
	data := struct {
		Request     *http.Request
		Title, Text string
	}{req, title, text}
	if err := r.execute(w, status, own+"/error.html", "bare", data); err != nil {
		slog.ErrorContext(req.Context(), "page failed", "error", err)
	}
}
