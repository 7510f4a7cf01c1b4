package gemini

import (
	"encoding/json"
	"regexp"
	"strings"
)

// request is a GenerateContentRequest, as far as text in and text out goes.
type request struct {
	Contents          []content         `json:"contents"`
	SystemInstruction *content          `json:"systemInstruction"`
	GenerationConfig  generationConfig  `json:"generationConfig"`
	SafetySettings    []safetySetting   `json:"safetySettings"`
	Labels            map[string]string `json:"labels"`
}

type content struct {
	Role  string `json:"role,omitempty"`
	Parts []part `json:"parts"`
}

type part struct {
	Text string `json:"text"`
}

type generationConfig struct {
	Temperature        *float64        `json:"temperature"`
	TopP               *float64        `json:"topP"`
	TopK               *float64        `json:"topK"`
	CandidateCount     *int            `json:"candidateCount"`
	MaxOutputTokens    *int            `json:"maxOutputTokens"`
	StopSequences      []string        `json:"stopSequences"`
	PresencePenalty    *float64        `json:"presencePenalty"`
	FrequencyPenalty   *float64        `json:"frequencyPenalty"`
	Seed               *int32          `json:"seed"`
	ResponseMIMEType   string          `json:"responseMimeType"`
	ResponseSchema     json.RawMessage `json:"responseSchema"`
	ResponseJSONSchema json.RawMessage `json:"responseJsonSchema"`
	ThinkingConfig     *thinking       `json:"thinkingConfig"`
}

type thinking struct {
	IncludeThoughts bool   `json:"includeThoughts"`
	ThinkingBudget  *int   `json:"thinkingBudget"`
	ThinkingLevel   string `json:"thinkingLevel"`
}

type safetySetting struct {
	Category  string `json:"category"`
	Threshold string `json:"threshold"`
	Method    string `json:"method"`
}

// Ranges of the service.
const (
	maxTemperature = 2.0
	maxBudget      = 24576
)

var labelPattern = regexp.MustCompile(`^[a-z0-9_-]{0,63}$`)

// check refuses what the service refuses, in one sentence.
func (r *request) check(model string) error {
	if len(r.Contents) == 0 {
		return refuse("Unable to submit request because it must have at least one contents field.")
	}
	for _, c := range r.Contents {
		if c.Role != "user" && c.Role != "model" {
			return refuse("Please use a valid role: user, model. Got %q.", c.Role)
		}
		if len(c.Parts) == 0 {
			return refuse("Unable to submit request because it must have a text parameter.")
		}
	}
	if r.Contents[len(r.Contents)-1].Role != "user" {
		return refuse("Please ensure that the last content has the role user.")
	}
	for key, value := range r.Labels {
		if !labelPattern.MatchString(key) || key == "" || !labelPattern.MatchString(value) {
			return refuse("Invalid label %q.", key)
		}
	}
	return r.GenerationConfig.check(model)
}

func (g generationConfig) check(model string) error {
	if t := g.Temperature; t != nil && (*t < 0 || *t > maxTemperature) {
		return refuse("Unable to submit request because it has a temperature value of %v but the supported range is from 0 (inclusive) to 2.0 (inclusive).", *t)
	}
	if n := g.MaxOutputTokens; n != nil && *n < 1 {
		return refuse("Unable to submit request because it has a maxOutputTokens value of %d.", *n)
	}
	if n := g.CandidateCount; n != nil && *n != 1 {
		return refuse("Unable to submit request because candidateCount must be 1, got %d.", *n)
	}
	if err := g.ThinkingConfig.check(model); err != nil {
		return err
	}
	return g.checkSchema()
}

// check knows that the 2.5 generation has a budget and the third one levels.
func (t *thinking) check(model string) error {
	if t == nil {
		return nil
	}
	if t.ThinkingBudget != nil && t.ThinkingLevel != "" {
		return refuse("You can only set only one of thinking budget and thinking level.")
	}
	if strings.HasPrefix(model, "gemini-2.5-") && t.ThinkingLevel != "" {
		return refuse("Thinking level is not supported for this model.")
	}
	if b := t.ThinkingBudget; b != nil && (*b < -1 || *b > maxBudget) {
		return refuse("The thinking budget %d is invalid. Please choose a value between 0 and %d.", *b, maxBudget)
	}
	switch t.ThinkingLevel {
	case "", "MINIMAL", "LOW", "MEDIUM", "HIGH":
		return nil
	default:
		return refuse("Invalid value at 'generation_config.thinking_config.thinking_level': %q.", t.ThinkingLevel)
	}
}

// text is what the model reads as the conversation.
func (r *request) text() string {
	var all []string
	for _, c := range r.Contents {
		for _, p := range c.Parts {
			all = append(all, p.Text)
		}
	}
	return strings.Join(all, "\n")
}

// system is what the model reads before it.
func (r *request) system() string {
	if r.SystemInstruction == nil {
		return ""
	}
	var all []string
	for _, p := range r.SystemInstruction.Parts {
		all = append(all, p.Text)
	}
	return strings.Join(all, "\n")
}
