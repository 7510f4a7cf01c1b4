package verdict

import (
	"fmt"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Checked is an Answer whose evidence has been looked up in the transcript.
type Checked struct {
	Answer            // with the evidence that is there, and no invented personal details
	Warnings []string // what was dropped or repaired; no personal data
	Dropped  int      // quotes that are nowhere
	Steered  bool     // somebody tries to steer the analysis

	supported map[string]bool
}

// Supported reports whether at least one quote for the field is in the transcript.
func (c *Checked) Supported(field string) bool { return c.supported[field] }

// Unfounded reports whether the answer offered quotes or could have, and none is there:
// the claims of such an answer are invented.
func (c *Checked) Unfounded(tr *request.Transcript) bool {
	return !tr.Empty() && len(c.Evidence) == 0
}

// Check looks every quote up in the transcript. A quote that stands in another segment
// than cited gets that segment's index; one that stands nowhere is dropped, and so is one
// out of words that were meant to steer the analysis. Personal details that nobody gave
// are dropped, too.
func Check(a Answer, tr *request.Transcript) Checked {
	c := Checked{Answer: a, supported: map[string]bool{}}
	c.Evidence = nil
	texts := maskedTexts(tr)
	moved := 0
	for _, e := range a.Evidence {
		at, ok := locate(texts, e)
		if !ok {
			c.Dropped++
			continue
		}
		if at != e.Segment {
			e.Segment = at
			moved++
		}
		c.supported[e.Field] = true
		if !slices.Contains(c.Evidence, e) {
			c.Evidence = append(c.Evidence, e)
		}
	}
	c.warn(c.Dropped, "%d quotes are not in the transcript and were dropped")
	c.warn(moved, "%d quotes were cited from the wrong segment")
	c.checkPerson(texts)
	c.Steered = slices.ContainsFunc(texts, func(t maskedText) bool { return t.steers })
	if c.Steered {
		c.Warnings = append(c.Warnings, "somebody tried to steer the analysis; those words count for nothing")
		c.withdraw()
	}
	return c
}

// withdraw takes back what has no quote: where somebody tries to steer, an analyser may have
// obeyed them.
func (c *Checked) withdraw() {
	for field, claim := range map[string]struct {
		word    *string
		nothing string
	}{
		FieldProjectType: {&c.ProjectType, None}, FieldTimeline: {&c.Timeline, Unknown}, FieldAppointment: {&c.Appointment, None},
	} {
		if !c.supported[field] {
			*claim.word = claim.nothing
		}
	}
	if !c.supported[FieldBudget] {
		c.Budget = request.Budget{Signal: Unknown}
	}
	c.Spam = c.Spam && c.supported[FieldSpam]
}

func (c *Checked) warn(n int, format string) {
	if n > 0 {
		c.Warnings = append(c.Warnings, fmt.Sprintf(format, n))
	}
}

type maskedText struct {
	index  int
	text   string
	steers bool // a part of it is hidden
}

func maskedTexts(tr *request.Transcript) []maskedText {
	if tr == nil {
		return nil
	}
	texts := make([]maskedText, 0, len(tr.Segments))
	for _, s := range tr.Segments {
		text := wording.Mask(s.Text)
		texts = append(texts, maskedText{index: s.Index, text: text, steers: text != s.Text})
	}
	return texts
}

// locate returns the segment that the quote is in: the cited one, else the nearest.
func locate(texts []maskedText, e request.Evidence) (segment int, ok bool) {
	best := -1
	for _, t := range texts {
		if best >= 0 && distance(t.index, e.Segment) >= distance(best, e.Segment) {
			continue
		}
		if wording.Contains(t.text, e.Quote) {
			best = t.index
		}
	}
	return best, best >= 0
}

func distance(a, b int) int { return max(a-b, b-a) }

// checkPerson drops details without a quote whose letters are nowhere in the transcript.
func (c *Checked) checkPerson(texts []maskedText) {
	var all strings.Builder
	for _, t := range texts {
		all.WriteString(squash(t.text))
		all.WriteByte(' ')
	}
	said := all.String()
	dropped := 0
	for field, value := range map[string]*string{
		FieldName: &c.Customer.Name, FieldEmail: &c.Customer.Email,
		FieldPhone: &c.Customer.Phone, FieldAddress: &c.Customer.Address,
	} {
		*value = strings.TrimSpace(*value)
		if *value == "" || c.supported[field] || strings.Contains(said, squash(*value)) {
			continue
		}
		*value = ""
		dropped++
	}
	c.warn(dropped, "%d personal details are not in the transcript and were dropped")
}

// squash leaves letters and digits only, so that "S-M-Y-T-H-E" is "smythe".
func squash(text string) string { return strings.Join(wording.Words(text), "") }
