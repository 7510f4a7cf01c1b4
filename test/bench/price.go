package main

import (
	"context"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/cost/estimate"
)

const callsAMonth = 10_000

// measurePrice prices a call of three minutes by the product's own table, with its share of what
// the deployment that Terraform makes without variables costs in any case.
func measurePrice(_ context.Context, _ scale, r *report) error {
	prices := cost.Default().At(time.Now())
	for i, call := range estimate.Calls {
		each := call.Price(prices).TotalUSD
		r.add(line{Section: "price", Name: "call of 3 minutes, " + call.Name, Unit: "$", Value: each})
		for _, d := range []estimate.Deployment{estimate.Default, estimate.Awake, estimate.Smallest} {
			var wanted *target
			if i == 0 && d.Name == estimate.Default.Name {
				wanted = atMost(.06)
			}
			r.add(line{Section: "price", Name: "of 10,000 a month, " + d.Name + ", " + call.Name, Unit: "$", Value: each + d.FixedUSD(callsAMonth)/callsAMonth, Target: wanted})
		}
	}
	for _, item := range estimate.Default.Fixed(callsAMonth) {
		r.note("price: fixed, assumed, by the defaults: %s: $%.0f a month", item.Name, item.USD)
	}
	r.note("price: per call by internal/cost: speech per channel, %d and %d tokens of the model, a year of storage, shares of Cloud Run, Pub/Sub and Spanner's storage; not the CRM, the telephone or CallRail. docs/cost.md has more.", estimate.InputTokens, estimate.OutputTokens)
	return nil
}
