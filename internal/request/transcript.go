package request

import "strings"

// Speakers of a transcript.
const (
	Agent    = "agent"
	Customer = "customer"
)

// Origins of a transcript.
const (
	OriginSpeech = "speech" // Speech-to-Text
	OriginSource = "source" // the call tracker's own transcript
	OriginForm   = "form"   // a form's or text's own words
	OriginNone   = "none"   // nothing was recorded; the metadata alone speak
)

// Transcript is what was said, in segments by speaker. An empty one is valid: an
// abandoned call has no words and is still a lead.
type Transcript struct {
	Origin         string    `json:"origin"`
	Model          string    `json:"model,omitempty"`
	Language       string    `json:"language,omitempty"`
	DurationS      float64   `json:"duration_s,omitempty"`      // billed audio, seconds over all channels
	RoleConfidence float64   `json:"role_confidence,omitempty"` // 0-1: how sure it is who is the agent
	Segments       []Segment `json:"segments"`

	Redactions []Redaction `json:"redactions,omitempty"` // what was masked before it was stored
}

// Redaction is a span of a transcript that was masked.
type Redaction struct {
	Segment int     `json:"segment"` // index of the segment
	Kind    string  `json:"kind"`    // what stood there
	Start   float64 `json:"start_s"` // the segment's own time: words have none
	End     float64 `json:"end_s"`
}

// Segment is one turn of one speaker.
type Segment struct {
	Index   int     `json:"index"`   // position, from 0; evidence cites it
	Speaker string  `json:"speaker"` // agent, customer, or "speaker 1" where roles are unknown
	Start   float64 `json:"start_s"` // seconds from the beginning
	End     float64 `json:"end_s"`
	Text    string  `json:"text"`
}

// Empty reports whether nobody said anything.
func (t *Transcript) Empty() bool {
	if t == nil {
		return true
	}
	for _, s := range t.Segments {
		if strings.TrimSpace(s.Text) != "" {
			return false
		}
	}
	return true
}
