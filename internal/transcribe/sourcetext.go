package transcribe

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

const (
	labels = `(agent|caller|customer|employee|representative|speaker \d+|(?:agent|caller|customer) \d+)`
	stamp  = `(?:\[?(?:(\d{1,2}):)?(\d{1,2}):(\d{2})\]?\s*-?\s*)?`
)

var (
	// labelledLine is "Agent: …" at the start of a line, with a time before it or not.
	labelledLine = regexp.MustCompile(`(?im)^\s*` + stamp + labels + `\s*:[ \t]*`)
	// labelledInline is for a text without line breaks. There a label must be written
	// large, or "I am a customer: …" would become a turn.
	labelledInline = regexp.MustCompile(`(?:^|\s)` + stamp + `(Agent|Caller|Customer|Employee|Representative|Speaker \d+)\s*:\s*`)
)

// labelConfidence is for roles that the source itself gave; it recognises voices too.
const labelConfidence = 0.9

// parseSourceTranscript reads the transcript that a call tracker made itself, in lines
// like "Agent: Hello". It returns nil if there is nothing in it. Text without labels is
// one segment of an unknown speaker.
func parseSourceTranscript(text string) *request.Transcript {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" {
		return nil
	}
	t := &request.Transcript{Origin: request.OriginSource, Segments: []request.Segment{}}
	label := labelledLine
	if !strings.Contains(text, "\n") {
		label = labelledInline
	}
	found := label.FindAllStringSubmatchIndex(text, -1)
	before := len(text)
	if len(found) > 0 {
		before = found[0][0]
	}
	add(t, request.Segment{Speaker: "speaker 1", Text: text[:before]})
	for i, m := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		speaker := speakerOf(text[m[8]:m[9]])
		if speaker == request.Agent || speaker == request.Customer {
			t.RoleConfidence = labelConfidence
		}
		at := secondsOf(text, m)
		add(t, request.Segment{Speaker: speaker, Start: at, End: at, Text: text[m[1]:end]})
	}
	return t
}

func add(t *request.Transcript, s request.Segment) {
	s.Text = strings.Join(strings.Fields(s.Text), " ")
	if s.Text == "" {
		return
	}
	s.Index = len(t.Segments)
	if last := s.Index - 1; last >= 0 {
		t.Segments[last].End = max(t.Segments[last].End, s.Start)
	}
	t.Segments = append(t.Segments, s)
}

func speakerOf(label string) string {
	label = strings.ToLower(label)
	switch word, _, _ := strings.Cut(label, " "); word {
	case "agent", "employee", "representative":
		return request.Agent
	case "caller", "customer":
		return request.Customer
	default:
		return label
	}
}

// secondsOf returns the time before a label, 0 if there is none: groups 1 to 3 are
// hours, minutes and seconds.
func secondsOf(text string, m []int) float64 {
	total := 0
	for group := 1; group <= 3; group++ {
		n := 0
		if start := m[2*group]; start >= 0 {
			n, _ = strconv.Atoi(text[start:m[2*group+1]]) // at most two digits
		}
		total = total*60 + n
	}
	return float64(total)
}
