package setup

import (
	"net/http"
	"net/url"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

func privacyRoutes() []web.Route {
	return []web.Route{
		get("/privacy", showPrivacy), post("/privacy", lookUp), post("/privacy/{order}", orderPrivacy),
		get("/jobs", showJobs), post("/jobs/{job_id}/{change}", changeJob), get("/jobs/{job_id}/download", downloadJob),
	}
}

// privacyPage is the data of privacy.html.
type privacyPage struct {
	Form   form
	Person *client.PersonState // who was looked up
	Jobs   jobList
}

func showPrivacy(w http.ResponseWriter, r *web.Request) error {
	return renderPrivacy(w, r, privacyPage{Form: form{Values: url.Values{}}})
}

func renderPrivacy(w http.ResponseWriter, r *web.Request, page privacyPage) error {
	var err error
	if page.Jobs, err = readJobs(r, "", ""); err != nil {
		return err
	}
	v := web.View{Title: "Privacy and jobs", Nav: "privacy", Data: page}
	if page.Form.Notice != "" {
		return r.RenderInvalid(w, "setup/privacy.html", v)
	}
	return r.Render(w, "setup/privacy.html", v)
}

// person is who a form names. It is never put into an address: those end up in logs.
func person(f form) client.PersonKey {
	in := &reader{values: f.Values}
	return client.PersonKey{Phone: in.text("phone"), Email: in.text("email")}
}

// lookUp shows what is known of a person, and what can be done.
func lookUp(w http.ResponseWriter, r *web.Request) error {
	f, err := sent(r)
	if err != nil {
		return err
	}
	page := privacyPage{Form: f}
	known, err := web.Read[client.PersonState](r.API.LookUpPerson(r.Context(), r.TenantID(), person(f)))
	if err != nil && !page.Form.refuse(err) {
		return err
	}
	if err == nil {
		page.Person = &known
	}
	return renderPrivacy(w, r, page)
}

// orderPrivacy does what was chosen for the person who was looked up.
func orderPrivacy(w http.ResponseWriter, r *web.Request) error {
	f, err := sent(r)
	if err != nil {
		return err
	}
	about, back := person(f), at(r, "privacy")
	var said string
	switch r.Param("order") {
	case "opt-out":
		said = "The person is opted out: nothing about them goes to third parties from now on."
		_, err = web.Read[struct{}](r.API.OptOut(r.Context(), r.TenantID(), about))
	case "opt-in":
		said = "The opt-out is taken back."
		_, err = web.Read[struct{}](r.API.OptIn(r.Context(), r.TenantID(), about))
	case "export":
		said = "The export has begun. It can be fetched below when it is done, for seven days."
		_, err = web.Read[client.Job](r.API.CreateExport(r.Context(), r.TenantID(), about))
	case "erase":
		said = "The erasure has begun. Its report stands below when it is done."
		_, err = web.Read[client.Job](r.API.CreateErasure(r.Context(), r.TenantID(), about))
	default:
		return &web.Problem{Problem: client.Problem{Status: http.StatusNotFound, Code: "not_found"}}
	}
	return done(w, r, back, said, err)
}
