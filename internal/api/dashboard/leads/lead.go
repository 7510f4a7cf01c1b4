package leads

import (
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// leadPage is the data of lead.html.
type leadPage struct {
	client.RequestDetail

	Heard    bool // there is a transcript with words
	Known    bool // there is an analysis
	Claims   []claim
	Factors  []factor
	Lanes    []lane
	Corrects map[string]client.Correction // by field
	Steps    []step
	Held     *client.AuditEntry // who put it under legal hold; nil: it is not, or not for this person
}

// claim is one answer of the analysis with the words that justify it.
type claim struct {
	Field      string
	Value      string
	Confidence float32 // 0: not told
	Quotes     []client.Quote
	Fix        *fix // nil: nobody may correct it here
	Correction *client.Correction
}

// factor is one part of the score's bar, in hundredths of its width.
type factor struct {
	client.Factor
	Start float32
}

// lane is one turn in the overview of who spoke when, in hundredths of the recording.
type lane struct {
	Speaker      string
	Start, Width float32
	Segment      int
}

// step is one line of the timeline.
type step struct {
	client.Event
	Failed bool
}

func showLead(w http.ResponseWriter, r *web.Request) error {
	detail, err := web.Read[client.RequestDetail](r.API.GetRequest(r.Context(), r.TenantID(), r.Param("request_id")))
	if err != nil {
		return err
	}
	page := newLeadPage(&detail)
	if page.Held, err = heldBy(r, &detail); err != nil {
		return err
	}
	return r.Render(w, "leads/lead.html", web.View{
		Title: page.Title(), Nav: "leads", Modules: []string{"lead.js"}, Data: page,
	})
}

// heldBy returns the line of the audit log about the lead's legal hold. Only administrators may
// read that log.
func heldBy(r *web.Request, d *client.RequestDetail) (*client.AuditEntry, error) {
	if !d.Hold || !r.Viewer.Admin() {
		return nil, nil
	}
	action := "request.hold"
	log, err := web.Read[client.AuditPage](r.API.ListAudit(r.Context(), r.TenantID(), &client.ListAuditParams{Limit: 1, Action: &action, Target: &d.RequestID}))
	if err != nil || len(log.Entries) == 0 {
		return nil, err
	}
	return &log.Entries[0], nil
}

func newLeadPage(d *client.RequestDetail) *leadPage {
	p := &leadPage{
		RequestDetail: *d, Heard: len(d.Transcript.Segments) > 0, Known: d.Analysis.Analyzer != "",
		Corrects: map[string]client.Correction{},
	}
	for _, c := range d.Corrections {
		p.Corrects[c.Field] = c
	}
	if p.Known {
		p.Claims, p.Factors = claims(p), factors(d.Analysis.ScoreBreakdown)
	}
	p.Lanes = lanes(d)
	for _, e := range d.Timeline {
		p.Steps = append(p.Steps, step{Event: e, Failed: e.Name == "failed"})
	}
	return p
}

// Title is who it is.
func (p *leadPage) Title() string {
	for _, name := range []string{p.Caller.Name, web.Phone(p.Caller.Phone), p.Caller.Email} {
		if name != "" {
			return name
		}
	}
	return "Unknown caller"
}

// Working reports whether the pipeline has not finished with it.
func (p *leadPage) Working() bool {
	return p.Status != string(request.Completed) && p.Status != string(request.Failed) && p.Status != string(request.Erased)
}

// factors lays the parts of the score side by side.
func factors(all []client.Factor) []factor {
	var laid []factor
	var at float32
	for _, f := range all {
		laid = append(laid, factor{Factor: f, Start: at})
		at += f.Points
	}
	return laid
}

// lanes lays the turns along the recording. Without times there are none.
func lanes(d *client.RequestDetail) []lane {
	total := float32(d.Recording.DurationS)
	for _, s := range d.Transcript.Segments {
		total = max(total, s.EndS)
	}
	if total == 0 {
		return nil
	}
	var all []lane
	for _, s := range d.Transcript.Segments {
		all = append(all, lane{Speaker: s.Speaker, Start: 100 * s.StartS / total, Width: max(0.3, 100*(s.EndS-s.StartS)/total), Segment: s.Index})
	}
	return all
}

// openRecording sends the player to the recording's signed address. The API writes into the
// audit log who listens, and browsers come here again for each further part.
func openRecording(w http.ResponseWriter, r *web.Request) error {
	link, err := web.Read[client.RecordingLink](r.API.GetRecording(r.Context(), r.TenantID(), r.Param("request_id")))
	if err != nil {
		return err
	}
	http.Redirect(w, r.Request, link.URL, http.StatusFound)
	return nil
}
