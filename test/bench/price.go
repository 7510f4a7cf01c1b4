package main

import (
	"context"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

const (
	callMinutes    = 3
	callsAMonth    = 10_000
	inputTokens    = 3_400 // prompt and schema with about 450 words, by the estimate that internal/analyze/prompt is tested with
	outputTokens   = 900   // the answer, which is 2,200 characters for the samples' longest, as JSON, and half as much again
	secondsAMinute = 60
	storedBytes    = 1_500_000 // an MP3 of three minutes
)

// fixed is what a month costs without any call. The price table has none of it: it depends on
// the deployment. These are the defaults at list prices from memory.
var fixed = []struct {
	name string
	usd  float64
}{
	{"Spanner, 100 processing units, Enterprise for the full-text search", 90},
	{"an instance kept warm: webhook", 10},
	{"secrets, logs, telemetry", 5},
}

// withoutSearch is what Spanner's Standard edition costs less, which has no full-text search:
// FULL_TEXT_SEARCH=false.
const withoutSearch = 25

// measurePrice prices a call of three minutes by the product's own table.
func measurePrice(_ context.Context, _ scale, r *report) error {
	prices := cost.Default().At(time.Now())
	month := 0.0
	for _, f := range fixed {
		month += f.usd
	}
	share := month / callsAMonth
	for _, kind := range []struct {
		name     string
		channels float64
		batch    bool
		target   *target
	}{
		{"mono", 1, false, atMost(.06)}, {"stereo", 2, false, nil}, {"mono, when it is cheap", 1, true, nil}, {"stereo, when it is cheap", 2, true, nil},
	} {
		m := request.Metering{
			StoredBytes: storedBytes,
			Models:      map[string]request.Usage{"gemini-2.5-flash": {InputTokens: inputTokens, OutputTokens: outputTokens}},
		}
		seconds := callMinutes * secondsAMinute * kind.channels
		if kind.batch {
			m.SpeechBatchS = seconds
		} else {
			m.SpeechS = seconds
		}
		each := prices.Of(m, 5).TotalUSD
		r.add(line{Section: "price", Name: "call of 3 minutes, " + kind.name, Unit: "$", Value: each})
		r.add(line{Section: "price", Name: "with the fixed costs of 10,000 calls a month, " + kind.name, Unit: "$", Value: each + share, Target: kind.target})
		r.add(line{Section: "price", Name: "the same without full-text search, " + kind.name, Unit: "$", Value: each + share - withoutSearch/float64(callsAMonth)})
	}
	for _, f := range fixed {
		r.note("price: fixed, assumed: %s: $%.0f a month", f.name, f.usd)
	}
	r.note("price: per call by internal/cost: speech per channel, %d and %d tokens of the model, a year of storage, shares of Cloud Run, Pub/Sub and Spanner's storage; not the CRM, the telephone or CallRail.", inputTokens, outputTokens)
	return nil
}
