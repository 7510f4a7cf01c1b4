package crm

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// The longest quote list: evidence justifies the score, the transcript holds the rest.
const maxQuotes = 8

// HTML returns the lead as the body of a note or call in a CRM: summary, score, what was
// understood, the caller's own words, next steps, the link to the request, and as much of
// the transcript as fits into limit bytes. Everything a stranger said is escaped.
func HTML(lead Lead, limit int) string {
	w := &htmlWriter{limit: limit}
	a := lead.Analysis
	if a != nil {
		w.paragraph(a.Summary)
		w.facts(lead)
		w.list("Next steps", a.NextSteps)
		w.list("In the caller's words", quotes(a.Evidence))
	}
	if lead.Link != "" {
		w.add(`<p><a href="` + html.EscapeString(lead.Link) + `">Recording, transcript and analysis</a></p>`)
	}
	w.transcript(lead.Transcript)
	return w.String()
}

// htmlWriter appends whole elements while they fit, so that the result is never cut inside
// a tag or a letter.
type htmlWriter struct {
	strings.Builder
	limit int
}

func (w *htmlWriter) add(element string) bool {
	if w.Len()+len(element) > w.limit {
		return false
	}
	_, _ = w.WriteString(element) // a strings.Builder never fails
	return true
}

func (w *htmlWriter) paragraph(text string) {
	if text = strings.TrimSpace(text); text != "" {
		w.add("<p>" + html.EscapeString(cut(text, w.limit/4)) + "</p>")
	}
}

func (w *htmlWriter) facts(lead Lead) {
	var rows []string
	for _, f := range facts(lead) {
		rows = append(rows, "<b>"+f.label+":</b> "+html.EscapeString(f.value))
	}
	w.add("<p>" + strings.Join(rows, "<br>") + "</p>")
}

// fact is one line of what is known about a lead.
type fact struct{ label, value string }

func facts(lead Lead) []fact {
	a := lead.Analysis
	known := []fact{{"Lead score", fmt.Sprintf("%d of 100 (%s)", a.LeadScore, a.ScoreBand)}}
	for _, f := range []fact{
		{"Intent", a.Intent}, {"Project", a.ProjectType}, {"Timeline", a.Timeline},
		{"Budget", a.Budget.String()}, {"Appointment", a.Appointment},
		{"Address", a.Customer.Address}, {"Source", source(lead.Request)}, {"Tags", strings.Join(lead.Tags, ", ")},
	} {
		if f.value != "" && f.value != "unknown" && f.value != "none" {
			known = append(known, fact{f.label, cut(readable(f.value), 300)})
		}
	}
	return known
}

func (w *htmlWriter) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	var b strings.Builder
	for _, item := range items {
		b.WriteString("<li>" + html.EscapeString(cut(item, 500)) + "</li>")
	}
	w.add("<p><b>" + title + ":</b></p><ul>" + b.String() + "</ul>")
}

func (w *htmlWriter) transcript(t *request.Transcript) {
	if t.Empty() {
		return
	}
	const more = "<p>…</p>"
	w.limit -= len(more)
	fits := w.add("<p><b>Transcript:</b></p>")
	for _, s := range t.Segments {
		if strings.TrimSpace(s.Text) == "" {
			continue
		}
		fits = fits && w.add("<p><b>"+html.EscapeString(readable(s.Speaker))+":</b> "+html.EscapeString(s.Text)+"</p>")
	}
	w.limit += len(more)
	if !fits {
		w.add(more)
	}
}

func quotes(evidence []request.Evidence) []string {
	var all []string
	seen := make(map[string]bool)
	for _, e := range evidence {
		if e.Quote == "" || seen[e.Quote] || len(all) == maxQuotes {
			continue
		}
		seen[e.Quote] = true
		all = append(all, readable(e.Field)+": “"+e.Quote+"”")
	}
	return all
}

func source(r *request.Request) string {
	if r == nil {
		return ""
	}
	parts := []string{}
	for _, p := range []string{r.Details.Source, r.Details.Campaign, r.Details.Keywords} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

var readableTimelines = strings.NewReplacer("1_3_", "1-3 ", "3_6_", "3-6 ", "6_plus_", "more than 6 ", "_", " ")

// readable turns a vocabulary word into plain text: "1_3_months" is "1-3 months".
func readable(word string) string { return readableTimelines.Replace(word) }

// cut shortens s to at most n bytes, at a rune's border.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := max(n-len("…"), 0)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
