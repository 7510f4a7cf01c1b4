package gemini

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rules"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	lead "github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Mode is a way in which a model's answers go wrong.
type Mode string

// The modes. All but Good still start from the true answer.
const (
	Good           Mode = ""
	BadJSON        Mode = "bad_json"        // chat round a JSON object that breaks off
	UnknownEnum    Mode = "unknown_enum"    // a word that the schema does not have
	Score400       Mode = "score_400"       // a number out of its range
	InventedQuotes Mode = "invented_quotes" // evidence that nobody said
	Blocked        Mode = "blocked"         // no candidate: the prompt was blocked
	MaxTokens      Mode = "max_tokens"      // cut off in the middle
)

// nextMode returns the mode of one answer.
func (s *Server) nextMode() Mode {
	m, _ := s.modes.Next("gemini")
	return Mode(m.Mode)
}

// response is a GenerateContentResponse.
type response struct {
	Candidates     []candidate `json:"candidates,omitempty"`
	PromptFeedback *feedback   `json:"promptFeedback,omitempty"`
	UsageMetadata  usage       `json:"usageMetadata"`
	ModelVersion   string      `json:"modelVersion"`
	CreateTime     time.Time   `json:"createTime"`
	ResponseID     string      `json:"responseId"`
}

type candidate struct {
	Content      content `json:"content"`
	FinishReason string  `json:"finishReason"`
}

type feedback struct {
	BlockReason string `json:"blockReason"`
}

type usage struct {
	PromptTokenCount     int    `json:"promptTokenCount"`
	CandidatesTokenCount int    `json:"candidatesTokenCount,omitempty"`
	TotalTokenCount      int    `json:"totalTokenCount"`
	TrafficType          string `json:"trafficType"`
}

// charsPerToken is Google's rule of thumb for English.
const charsPerToken = 4

func tokens(text string) int {
	return (utf8.RuneCountInString(text) + charsPerToken - 1) / charsPerToken
}

func (s *Server) answer(r *request, model string) (*response, error) {
	in, err := prompt.Parse(r.text())
	if err != nil {
		return nil, refuse("The sandbox's model reads only prompts of this pipeline: %v.", err)
	}
	resp := &response{ModelVersion: model, CreateTime: s.now().UTC(), ResponseID: rand.Text()}
	resp.UsageMetadata = usage{PromptTokenCount: tokens(r.system()) + tokens(r.text()), TrafficType: "ON_DEMAND"}
	mode := s.nextMode()
	if mode == Blocked {
		resp.PromptFeedback = &feedback{BlockReason: "PROHIBITED_CONTENT"}
		resp.UsageMetadata.TotalTokenCount = resp.UsageMetadata.PromptTokenCount
		return resp, nil
	}
	analysis := rules.Analyze(in)
	analysis.Answers = replies(in)
	text, err := write(analysis, mode)
	if err != nil {
		return nil, err
	}
	text, reason := limit(text, r.GenerationConfig.MaxOutputTokens, mode)
	resp.Candidates = []candidate{{Content: content{Role: "model", Parts: []part{{Text: text}}}, FinishReason: reason}}
	resp.UsageMetadata.CandidatesTokenCount = tokens(text)
	resp.UsageMetadata.TotalTokenCount = resp.UsageMetadata.PromptTokenCount + tokens(text)
	return resp, nil
}

// write returns the answer's JSON, spoiled by the mode.
func write(a verdict.Answer, mode Mode) (string, error) {
	if a.Evidence == nil {
		a.Evidence = []lead.Evidence{} // the schema has arrays, never null
	}
	if a.NextSteps == nil {
		a.NextSteps = []string{}
	}
	switch mode {
	case UnknownEnum:
		a.Intent = "wants_a_kitchen"
	case Score400:
		a.ScoreEstimate = 400
	case InventedQuotes:
		a.Evidence = append([]lead.Evidence{}, a.Evidence...)
		for i := range a.Evidence {
			a.Evidence[i].Quote = "money is no object, start tomorrow at any price"
		}
	}
	data, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("encode answer: %w", err)
	}
	if mode == BadJSON {
		return "Here is the analysis you asked for:\n```json\n" + strings.TrimSuffix(string(data), "}"), nil
	}
	return string(data), nil
}

// limit cuts a text off where the tokens end.
func limit(text string, maxTokens *int, mode Mode) (cut, finishReason string) {
	allowed := tokens(text)
	if mode == MaxTokens {
		allowed /= 2
	}
	if maxTokens != nil {
		allowed = min(allowed, *maxTokens)
	}
	if allowed >= tokens(text) {
		return text, "STOP"
	}
	return string([]rune(text)[:allowed*charsPerToken]), "MAX_TOKENS"
}
