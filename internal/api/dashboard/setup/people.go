package setup

import (
	"net/http"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// actor is somebody who did something lately.
type actor struct {
	Name string
	Last time.Time
	Did  string
}

// membersPage is the data of members.html.
type membersPage struct {
	Subject string
	Seen    []actor
}

// showMembers says who may do what. Who has a role is decided by the identity provider, whose
// list the API does not know: it knows who did something.
func showMembers(w http.ResponseWriter, r *web.Request) error {
	me, err := web.Read[client.Me](r.API.GetMe(r.Context()))
	if err != nil {
		return err
	}
	page := membersPage{Subject: me.Subject}
	if r.Viewer.Admin() {
		log, err := web.Read[client.AuditPage](r.API.ListAudit(r.Context(), r.TenantID(), &client.ListAuditParams{Limit: 100}))
		if err != nil {
			return err
		}
		for _, e := range log.Entries { // newest first
			if !slices.ContainsFunc(page.Seen, func(a actor) bool { return a.Name == e.Actor }) {
				page.Seen = append(page.Seen, actor{e.Actor, e.At, e.Action})
			}
		}
	}
	return r.Render(w, "setup/members.html", web.View{Title: "People", Nav: "members", Data: page})
}

// auditPage is the data of audit.html.
type auditPage struct {
	Action, Target string
	Actions        []string
	Entries        []client.AuditEntry
	Next           string
	Problem        string
}

// actions are those of the audit log that people look for.
var actions = []string{
	"tenant.create", "tenant.put", "tenant.suspend", "tenant.activate", "source.put", "source.connect", "source.key.add", "source.key.remove",
	"source.delete", "integration.put", "integration.test", "integration.delete", "notification.test", "workflow.put", "secret.put", "delivery.retry", "deliveries.retry",
	"request.retry", "request.correct", "request.delete", "request.hold", "request.release", "transcript.read", "transcript.export",
	"recording.read", "privacy.export", "export.read", "privacy.erase", "privacy.opt_out", "privacy.opt_in", "import.create",
	"rescore.create", "reanalysis.create", "job.pause", "job.resume", "job.cancel", "pause.put", "pause.delete", "budget.warning", "budget.exceeded",
}

func showAudit(w http.ResponseWriter, r *web.Request) error {
	query := r.URL.Query()
	page := auditPage{Action: query.Get("action"), Target: query.Get("target"), Actions: actions}
	params := &client.ListAuditParams{Limit: 50}
	for name, into := range map[string]**string{"action": &params.Action, "target": &params.Target, "page_token": &params.PageToken} {
		if value := query.Get(name); value != "" {
			*into = &value
		}
	}
	found, err := web.Read[client.AuditPage](r.API.ListAudit(r.Context(), r.TenantID(), params))
	switch {
	case web.Refused(err, "invalid_request", "invalid_page_token"):
		page.Problem, _ = web.Sentence(err)
	case err != nil:
		return err
	}
	page.Entries, page.Next = found.Entries, found.NextPageToken
	return r.Render(w, "setup/audit.html", web.View{Title: "Audit log", Nav: "audit", Data: page})
}
