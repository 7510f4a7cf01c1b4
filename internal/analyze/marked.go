package analyze

import (
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

const (
	// clearIntent is how sure of a wish an analyser must be to outweigh the mark as spam, which a
	// person set or a filter that is seldom wrong.
	clearIntent = 0.6
	// contradicted is the share of the confidence that is lost where words and mark disagree.
	contradicted = 0.5
)

// heedMark weighs CallRail's mark as spam against an answer, and returns the share of the
// confidence that is lost over it. Clear words win; without any the mark is all there is.
func (s Subject) heedMark(c *verdict.Checked) (doubt float64) {
	switch {
	case !s.Input.Call.MarkedSpam:
		return 0
	case c.Spam || slices.Contains(request.NonLeads, c.Intent): // no lead by its words already
	case c.Intent != "other" && c.Trust().Fields[verdict.FieldIntent] >= clearIntent:
		c.Warnings = append(c.Warnings, "CallRail marks this call as spam, but its words say otherwise")
		return contradicted
	default:
		c.Intent, c.Spam, c.NextSteps = "spam", true, []string{}
		c.Evidence = slices.DeleteFunc(c.Evidence, func(e request.Evidence) bool { return e.Field == verdict.FieldIntent })
	}
	c.Warnings = append(c.Warnings, "CallRail marks this call as spam")
	return 0
}
