package verdict

import (
	"math"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// unsupportedShare is what is left of the confidence in a claim without a quote.
const unsupportedShare = 0.5

// Trust returns how sure one may be of the checked answer: the analyser's own confidence,
// lowered where a claim has no quote and overall by the share of quotes that were invented.
func (c *Checked) Trust() request.Confidence {
	own := c.Answer.Confidence
	fields := map[string]float64{
		FieldIntent:      c.trust(FieldIntent, own.Intent, c.Intent == "other"),
		FieldProjectType: c.trust(FieldProjectType, own.ProjectType, c.ProjectType == None),
		FieldTimeline:    c.trust(FieldTimeline, own.Timeline, c.Timeline == Unknown),
		FieldBudget:      c.trust(FieldBudget, own.Budget, c.Budget.Signal == Unknown),
	}
	sum := 0.0
	for _, f := range fields {
		sum += f
	}
	overall := sum / float64(len(fields))
	if offered := len(c.Evidence) + c.Dropped; offered > 0 {
		overall *= 1 - 0.5*float64(c.Dropped)/float64(offered)
	}
	return request.Confidence{Overall: round2(overall), Fields: fields}
}

// trust returns the confidence in one claim; that nothing was said needs no quote.
func (c *Checked) trust(field string, own float64, nothing bool) float64 {
	if !nothing && !c.supported[field] {
		own *= unsupportedShare
	}
	return round2(own)
}

func round2(f float64) float64 { return math.Round(f*100) / 100 }
