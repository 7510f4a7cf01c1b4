// Package crm writes leads into CRMs: one engine, one interface that a CRM's connector
// implements, one way to decide who a caller is.
//
// Deliver runs a connector's steps in order by the delivery's ledger. No CRM takes an
// idempotency key and their searches lag behind their writes, so nothing is created
// before an intent is in the ledger, and an intent without an outcome is looked up by the
// request's own marker in the CRM before it is repeated:
//
//	Contact (lease, intent) ─ create contact ─ Write(contact done, deal intent) ─ create deal
//	─ Write(deal done, call intent) ─ create call ─ Result.Entries, saved with the delivery
//
// Each arrow may break; the entry or the intent on its left says where to go on.
//
//	crm.go     the interfaces      deliver.go, run.go  the engine
//	person.go  who is calling      match.go, name.go   whether that is somebody the CRM knows
//	fault.go   what an error means for the delivery and the tenant
//	call.go, http.go, limit.go     what every connector's HTTP client needs
//	shared.go  what the connectors of one account share
//	key.go     how a new person is marked in the CRM
//	breaker.go leaving a dead destination alone
package crm
