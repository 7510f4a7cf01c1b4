// Package cost turns what requests used into money.
//
//	request.Metering ─► Prices of the day it was received ─► Breakdown ─► requests.cost_micros
//	                                                             └─ the detail's cost, by component
//	sum of a month ─► Standing: spent, forecast, how the tenant stands with its budget
//
// The steps meter what they pay for and price it when they save. Prices are data: a dated
// table in prices.json, which a deployment may replace by its own. Each price says where it is
// from; what nobody could verify is marked as assumed, and what is priced by it as estimated.
package cost
