// Package push brings an analysed request into the tenant's CRMs.
//
// Every destination has a delivery of its own in the store. The step plans them, tries
// each once, all at the same time, and is done: a CRM that is down delays nobody but
// itself. What is left over becomes due and comes back on the topic delivery-due,
// whatever the request has become meanwhile.
package push
