package crm

import "strings"

// Text returns the same as HTML without markup, for fields that show text as it is. Limit
// is in bytes.
func Text(lead Lead, limit int) string {
	w := &textWriter{limit: limit}
	if a := lead.Analysis; a != nil {
		w.block(cut(strings.TrimSpace(a.Summary), limit/4))
		var rows []string
		for _, f := range facts(lead) {
			rows = append(rows, f.label+": "+f.value)
		}
		w.block(rows...)
		w.list("Next steps:", a.NextSteps)
		w.list("In the caller's words:", quotes(a.Evidence))
	}
	if lead.Link != "" {
		w.block("Recording, transcript and analysis: " + lead.Link)
	}
	w.transcript(lead)
	return w.String()
}

// textWriter appends whole lines while they fit.
type textWriter struct {
	strings.Builder
	limit int
}

func (w *textWriter) add(text string) bool {
	if w.Len()+len(text) > w.limit {
		return false
	}
	_, _ = w.WriteString(text) // never fails
	return true
}

// block adds lines after an empty one, all or none.
func (w *textWriter) block(lines ...string) bool {
	text := strings.Join(lines, "\n")
	if text == "" {
		return true
	}
	if w.Len() > 0 {
		text = "\n\n" + text
	}
	return w.add(text)
}

func (w *textWriter) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	lines := []string{title}
	for _, item := range items {
		lines = append(lines, "- "+cut(item, 500))
	}
	w.block(lines...)
}

func (w *textWriter) transcript(lead Lead) {
	if lead.Transcript.Empty() {
		return
	}
	const more = "\n…"
	w.limit -= len(more)
	fits := w.block("Transcript:")
	for _, s := range lead.Transcript.Segments {
		if text := strings.TrimSpace(s.Text); text != "" {
			fits = fits && w.add("\n"+readable(s.Speaker)+": "+text)
		}
	}
	w.limit += len(more)
	if !fits {
		w.add(more)
	}
}
