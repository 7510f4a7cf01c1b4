// Package request holds what flows through the pipeline: a Request and what the
// steps find out about it.
//
// A request is one call, form or text of one tenant. Its Status says how far it
// has come; a Delivery says how far one CRM destination has come with it and has
// a life of its own; a Notice says that somebody was told.
//
//	received → transcribed → analyzed → pushed → completed
//	    └────────────┴──────────┴─────────┴──→ failed, erased
//
// The package imports only the standard library: everything else may import it.
package request
