package gemini

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"google.golang.org/genai"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// maxOutput bounds an answer, thinking included, in tokens. A full answer takes about 1,500.
const maxOutput = 8192

// contents are the parts of the prompt that stand in the user's turn.
func contents(p prompt.Prompt) []*genai.Content {
	parts := []*genai.Part{{Text: p.User}}
	if p.Correction != "" {
		parts = append(parts, &genai.Part{Text: p.Correction})
	}
	return []*genai.Content{{Role: genai.RoleUser, Parts: parts}}
}

// config is how a profile's model is asked. Only ResponseJsonSchema is set, since the
// service wants one of the two schema fields.
func (p Profile) config(question prompt.Prompt) *genai.GenerateContentConfig {
	cfg := &genai.GenerateContentConfig{
		SystemInstruction:  &genai.Content{Parts: []*genai.Part{{Text: question.System}}},
		ResponseMIMEType:   "application/json",
		ResponseJsonSchema: verdict.ResponseSchema(question.Questions...),
		MaxOutputTokens:    maxOutput,
		Temperature:        p.Temperature,
		Seed:               p.Seed,
		Labels:             labels(question.TenantID),
	}
	if p.ThinkingBudget != nil || p.ThinkingLevel != "" {
		cfg.ThinkingConfig = &genai.ThinkingConfig{ThinkingBudget: p.ThinkingBudget, ThinkingLevel: genai.ThinkingLevel(p.ThinkingLevel)}
	}
	return cfg
}

// labelValue is what a label's value may hold, up to 63 of them: counted by the expression, they
// would take megabytes and milliseconds to compile, at the start of every service.
var labelValue = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]+$`)

const longestLabel = 63

// labels break the bill down by tenant. An id that is no label's value is left out: the
// service would refuse the whole request.
func labels(tenantID string) map[string]string {
	if !labelValue.MatchString(tenantID) || utf8.RuneCountInString(tenantID) > longestLabel {
		return nil
	}
	return map[string]string{"tenant_id": tenantID}
}

// text returns what the model wrote. A blocked prompt is no error of the library: it has no
// candidates; a cut answer is JSON that ends too early.
func text(r *genai.GenerateContentResponse) (string, error) {
	if len(r.Candidates) == 0 || r.Candidates[0] == nil {
		why := "the prompt was blocked"
		if r.PromptFeedback != nil && r.PromptFeedback.BlockReason != "" {
			why += " (" + string(r.PromptFeedback.BlockReason) + ")"
		}
		return "", &RefusedError{Why: why}
	}
	candidate := r.Candidates[0]
	switch candidate.FinishReason {
	case genai.FinishReasonStop, genai.FinishReasonUnspecified, "":
	case genai.FinishReasonMaxTokens:
		return "", &RefusedError{Why: "the answer was too long and was cut off"}
	default:
		return "", &RefusedError{Why: "the answer was stopped (" + string(candidate.FinishReason) + ")"}
	}
	var b strings.Builder
	if candidate.Content != nil {
		for _, part := range candidate.Content.Parts {
			if part != nil && !part.Thought {
				b.WriteString(part.Text)
			}
		}
	}
	if b.Len() == 0 {
		return "", &RefusedError{Why: "the answer was empty"}
	}
	return b.String(), nil
}

func usage(m *genai.GenerateContentResponseUsageMetadata) request.Usage {
	if m == nil {
		return request.Usage{}
	}
	return request.Usage{
		InputTokens: int64(m.PromptTokenCount), OutputTokens: int64(m.CandidatesTokenCount), ThinkingTokens: int64(m.ThoughtsTokenCount),
	}
}
