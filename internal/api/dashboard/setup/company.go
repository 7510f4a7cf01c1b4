package setup

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// company is a tenant with its settings, as they are or are to be.
type company struct {
	Name, TimeZone, Region string
	Settings               tenant.Settings
	ETag                   string
}

func readCompany(r *web.Request) (*company, error) {
	var t client.Tenant
	etag, err := tagged(&t)(r.API.GetTenant(r.Context(), r.TenantID()))
	if err != nil {
		return nil, err
	}
	c := &company{Name: t.Name, TimeZone: t.TimeZone, Region: t.Region, ETag: etag}
	if err := json.Unmarshal(t.Settings, &c.Settings); err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return c, nil
}

// put saves the company, if it is still as the form has seen it.
func (c *company) put(r *web.Request, f form) error {
	settings, err := json.Marshal(c.Settings)
	if err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	_, err = web.Read[client.Tenant](r.API.PutTenant(r.Context(), r.TenantID(), &client.PutTenantParams{IfMatch: f.bound()},
		client.TenantChange{Name: c.Name, TimeZone: c.TimeZone, Region: c.Region, Settings: settings}))
	return err
}

// section is a page that shows a part of a company, and replaces it.
type section struct {
	path, file, title, nav string
	saved                  string // what is said afterwards

	fill   func(c *company, v url.Values)                            // what is saved, as fields
	read   func(in *reader, c *company)                              // fields, into the company
	before func(r *web.Request, in *reader, c *company) error        // what must be done before it is saved; may be nil
	beside func(r *web.Request, c *company, page *sectionPage) error // what else the page shows; may be nil
}

// sectionPage is the data of a section's page.
type sectionPage struct {
	Form    form
	Company *company
	Beside  any
}

func sections() []section {
	return []section{profile(), questions(), retention(), budget(), notifications(nil), scoring()}
}

func (s section) show(w http.ResponseWriter, r *web.Request) error {
	c, err := readCompany(r)
	if err != nil {
		return err
	}
	page := sectionPage{Form: form{Values: url.Values{}, ETag: c.ETag}, Company: c}
	s.fill(c, page.Form.Values)
	v, err := s.view(r, c, page)
	if err != nil {
		return err
	}
	return r.Render(w, s.file, v)
}

func (s section) save(w http.ResponseWriter, r *web.Request) error {
	c, err := readCompany(r)
	if err != nil {
		return err
	}
	page := sectionPage{Company: c}
	if page.Form, err = sent(r); err != nil {
		return err
	}
	in := &reader{values: page.Form.Values}
	s.read(in, c)
	if len(in.wrong) > 0 {
		page.Form.fail(in.wrong)
		return s.again(w, r, c, page)
	}
	if s.before != nil {
		err = s.before(r, in, c)
	}
	if err == nil {
		err = c.put(r, page.Form)
	}
	if err == nil {
		return r.Redirect(w, at(r)+s.path, s.saved)
	}
	if !page.Form.refuse(err) {
		return err
	}
	if page.Form.Changed {
		page.Form.ETag = c.ETag // to save again is to have seen it
	}
	page.Form.Values = url.Values{} // rows that were left empty are gone: the API counts without them
	s.fill(c, page.Form.Values)
	return s.again(w, r, c, page)
}

func (s section) again(w http.ResponseWriter, r *web.Request, c *company, page sectionPage) error {
	v, err := s.view(r, c, page)
	if err != nil {
		return err
	}
	return r.RenderInvalid(w, s.file, v)
}

func (s section) view(r *web.Request, c *company, page sectionPage) (web.View, error) {
	if s.beside != nil {
		if err := s.beside(r, c, &page); err != nil {
			return web.View{}, err
		}
	}
	return web.View{Title: s.title, Nav: s.nav, Modules: modules, Data: page}, nil
}
