// Package estimate says what a deployment costs in a month: what its calls use, at the prices of
// package cost, and what is paid without any call. docs/cost.md and the benchmarks are made from it.
//
// Every price here is assumed: a list price in US dollars from memory of Google's pages, before
// free tiers, discounts and taxes, not confirmed on a bill.
package estimate

import (
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Item is something that is paid for by the month.
type Item struct {
	Name string
	USD  float64
}

// Call is a typical call. How much of the model it uses is counted from the prompt's and the
// answer's sizes.
type Call struct {
	Name     string
	Channels float64
	Batch    bool // transcribed when it is cheap
}

// Calls are the kinds of call that differ in price.
var Calls = []Call{
	{Name: "mono", Channels: 1},
	{Name: "stereo", Channels: 2},
	{Name: "mono, when it is cheap", Channels: 1, Batch: true},
	{Name: "stereo, when it is cheap", Channels: 2, Batch: true},
}

// What a call of Minutes uses.
const (
	Minutes      = 3
	InputTokens  = 3_400 // prompt and schema with about 450 words, by the estimate that internal/analyze/prompt is tested with
	OutputTokens = 900   // the answer, which is 2,200 characters for the samples' longest, as JSON, and half as much again
	storedBytes  = 1_500_000
	crmCalls     = 5
	model        = "gemini-2.5-flash"
)

// Price returns what the call costs, by component.
func (c Call) Price(p *cost.Prices) cost.Breakdown {
	m := request.Metering{
		StoredBytes: storedBytes,
		Models:      map[string]request.Usage{model: {InputTokens: InputTokens, OutputTokens: OutputTokens}},
	}
	seconds := Minutes * 60 * c.Channels
	if c.Batch {
		m.SpeechBatchS = seconds
	} else {
		m.SpeechS = seconds
	}
	return p.Of(m, crmCalls)
}
