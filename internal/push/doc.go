// Package push brings an analysed request into the tenant's CRMs.
//
// Every destination has a delivery of its own in the store. The step plans them, tries
// each once, all at the same time, and is done: a CRM that is down delays nobody but
// itself. What is left over becomes due and comes back on the topic delivery-due,
// whatever the request has become meanwhile.
//
// Which destinations, with which owner and tags, is the decision of the tenant's workflow
// (package workflow); what else is written there, that of the destination's mapping (package
// crm/mapping). Both are evaluated again for each attempt, so that a corrected rule or mapping
// helps a delivery that waits or is parked. Writing back to the call in CallRail is a delivery
// like the others (writeback.go). Nobody waits for a slow CRM: people are told as soon as each
// destination was tried once.
package push
