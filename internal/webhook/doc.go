// Package webhook takes deliveries in. It is the first step: once it has answered 2xx, the
// request is in the store and will not be lost.
//
//	read (bounded) → whose? (from memory) → signature → decode → store → announce → reply
//
// CallRail never sends a delivery twice and may switch an integration off that fails, so
// whatever can be kept is kept, and nothing but the commit is waited for. Until the signature
// is verified nothing that was sent is believed, stored, counted for a source or logged, and
// no stranger can cause a read.
//
// While the store is away, deliveries are kept whole in a topic, and acknowledged once they are
// there; Drain takes each in when it comes back. Every id follows from what came, so that one
// that was committed all the same, though the answer was lost, meets its own row. An instance
// that has just started and knows no tenants and keys keeps what is signed, so many a minute;
// it is verified when it is drained, before anything else.
//
// Web forms come the same way, from a tenant's server, which signs, or from a visitor's
// browser, which anybody can be: a form key and the page's origin let it in, the tenant's limits
// hold for it, and what it says of a person is not believed of anybody who is known already.
package webhook
