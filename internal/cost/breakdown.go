package cost

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// The names of components, beside those of the table's overheads.
const (
	Speech        = "speech"
	SpeechBatch   = "speech_batch"
	ModelInput    = "model_input"
	ModelOutput   = "model_output"
	ModelThinking = "model_thinking"
	Storage       = "storage"
	CRMCalls      = "crm_calls"
)

// The units of components.
const (
	perMinute  = "minute"
	perMillion = "million tokens"
	perGBMonth = "GB month"
	perRequest = "request"
	perCall    = "call"
)

// Breakdown is what a request cost, by component.
type Breakdown struct {
	TotalUSD   float64     `json:"total_usd"`
	Estimated  bool        `json:"estimated"` // part of it is
	Components []Component `json:"components"`
}

// Component is what one thing cost: USD is Quantity × UnitPriceUSD.
type Component struct {
	Name         string  `json:"name"`
	Model        string  `json:"model,omitempty"` // whose tokens these are
	Quantity     float64 `json:"quantity"`
	Unit         string  `json:"unit"`
	UnitPriceUSD float64 `json:"unit_price_usd"`
	USD          float64 `json:"cost_usd"`
	Estimated    bool    `json:"estimated"` // by an assumed price, or that of another model
}

// secondsPerMinute and the like turn what is metered into what is priced.
const (
	secondsPerMinute = 60
	million          = 1e6
	bytesPerGB       = 1e9
)

// TypicalAnalysis is what the analysis of a call of three minutes uses, for estimates: the
// prompt with about 450 words, and a full answer. Counted from their sizes, not measured.
var TypicalAnalysis = request.Usage{InputTokens: 4_500, OutputTokens: 1_500}

// typicalLength is how long the call of TypicalAnalysis is, and tokensPerMinute what is said in a
// minute: about 150 words.
const (
	typicalLength   = 3 * time.Minute
	tokensPerMinute = 200
)

// AnalysisOf is what the analysis of a call of some length uses, for estimates.
func AnalysisOf(length time.Duration) request.Usage {
	u := TypicalAnalysis
	u.InputTokens += int64((length - typicalLength).Minutes() * tokensPerMinute)
	return u
}

// Of prices what a request used, and the calls that its deliveries made to CRMs.
func (p *Prices) Of(m request.Metering, calls int64) Breakdown {
	b := Breakdown{Components: []Component{}} // a list also when there is nothing in it
	b.add(Component{Name: Speech, Quantity: m.SpeechS / secondsPerMinute, Unit: perMinute}, p.SpeechMinute)
	b.add(Component{Name: SpeechBatch, Quantity: m.SpeechBatchS / secondsPerMinute, Unit: perMinute}, p.SpeechBatchMinute)
	for _, name := range slices.Sorted(maps.Keys(m.Models)) {
		b.addModel(p, name, m.Models[name])
	}
	b.add(Component{Name: Storage, Quantity: float64(m.StoredBytes) / bytesPerGB * p.StoredMonths, Unit: perGBMonth}, p.StoredGBMonth)
	for _, o := range p.PerRequest {
		b.add(Component{Name: o.Name, Quantity: 1, Unit: perRequest}, o.Price)
	}
	b.add(Component{Name: CRMCalls, Quantity: float64(calls), Unit: perCall}, p.CRMCall)
	return b
}

func (b *Breakdown) addModel(p *Prices, name string, u request.Usage) {
	price, known := p.model(name)
	tokens := func(component string, count int64, price Price) {
		price.Assumed = price.Assumed || !known
		b.add(Component{Name: component, Model: name, Quantity: float64(count) / million, Unit: perMillion}, price)
	}
	tokens(ModelInput, u.InputTokens, price.InputMillion)
	tokens(ModelOutput, u.OutputTokens, price.OutputMillion)
	tokens(ModelThinking, u.ThinkingTokens, price.OutputMillion)
}

// add prices a component, unless nothing of it was used.
func (b *Breakdown) add(c Component, price Price) {
	if c.Quantity == 0 {
		return
	}
	c.UnitPriceUSD, c.USD, c.Estimated = price.USD, c.Quantity*price.USD, price.Assumed
	b.Components = append(b.Components, c)
	b.TotalUSD += c.USD
	b.Estimated = b.Estimated || c.Estimated
}

// Charge sets what a request cost so far, by the prices of the day it was received: a price
// that changes later does not change what a month has cost. Calls to CRMs are not in it: they
// come when the request is saved already, and are free unless a deployment says otherwise.
func (t *Table) Charge(r *request.Request) {
	var parts request.CostParts
	platform := 0.0
	for _, c := range t.At(r.ReceivedAt).Of(r.Metering, 0).Components {
		switch c.Name {
		case Speech, SpeechBatch:
			parts.SpeechUSD += c.USD
		case ModelInput, ModelOutput, ModelThinking:
			parts.ModelUSD += c.USD
		case Storage:
			parts.StorageUSD += c.USD
		default:
			platform += c.USD
		}
	}
	// Rounded before they are added, so that the parts of stored sums are never more than
	// their total.
	parts = request.CostParts{SpeechUSD: micros(parts.SpeechUSD), ModelUSD: micros(parts.ModelUSD), StorageUSD: micros(parts.StorageUSD)}
	r.CostParts = parts
	r.CostUSD = parts.SpeechUSD + parts.ModelUSD + parts.StorageUSD + micros(platform)
}

// micros rounds to millionths of a dollar, which is how money is stored.
func micros(usd float64) float64 { return math.Round(usd*million) / million }
