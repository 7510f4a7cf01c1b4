package request

import "maps"

// Metering counts what a request used, over all its runs, in units that are paid for.
type Metering struct {
	SpeechS      float64          `json:"speech_s,omitempty"`       // seconds of audio over all channels, transcribed at once
	SpeechBatchS float64          `json:"speech_batch_s,omitempty"` // the same, transcribed when it was cheap
	Models       map[string]Usage `json:"models,omitempty"`         // tokens by model
	StoredBytes  int64            `json:"stored_bytes,omitempty"`   // audio kept
}

// AddTokens counts one answer of a model.
func (m *Metering) AddTokens(model string, u Usage) {
	if u == (Usage{}) {
		return
	}
	models := maps.Clone(m.Models) // copies of a request share the map
	if models == nil {
		models = make(map[string]Usage)
	}
	models[model] = models[model].Plus(u)
	m.Models = models
}

// Plus returns the sum of both.
func (u Usage) Plus(more Usage) Usage {
	return Usage{
		InputTokens:    u.InputTokens + more.InputTokens,
		OutputTokens:   u.OutputTokens + more.OutputTokens,
		ThinkingTokens: u.ThinkingTokens + more.ThinkingTokens,
	}
}

// CostParts is what of a request's cost was for what. The rest is the platform's share.
type CostParts struct {
	SpeechUSD  float64
	ModelUSD   float64
	StorageUSD float64
}
