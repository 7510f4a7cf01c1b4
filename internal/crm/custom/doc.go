// Package custom delivers leads to an address of the tenant's own, as Standard Webhooks
// (https://www.standardwebhooks.com).
//
// One request is one event: lead.created, and lead.updated each time that the answer is
// corrected later. Events have ids that are derived from what they are about, so that one
// which is sent again, because an answer was lost or a process died, carries the same
// webhook-id and Idempotency-Key. The receiver recognises it; nothing is ever looked up.
//
//	payload.go      what is sent, by default       body.go    the tenant's own shape of it
//	signature.go    secrets and signatures         client.go  sending, and errors.go answers
package custom
