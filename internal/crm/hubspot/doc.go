// Package hubspot delivers leads into HubSpot: a contact, a deal, and a call (for forms and
// texts a note) with its associations.
//
// HubSpot takes no idempotency key, and its search lags behind its writes, so each record
// carries a property of ours by which it is found again:
//
//	contact  pipeline_person_key  unique; the phone number's hash, so that two requests of one
//	                              person cannot create two contacts even if our ledger is lost
//	deal     pipeline_request_id  unique; the deal is upserted by it
//	call     pipeline_request_id  unique where HubSpot allows it; searched by, after SearchLag
//
// The credentials are a service key, or those of an OAuth app (package oauth), whose access
// tokens live for half an hour.
//
// The properties are created before the first delivery. Reads by unique property or e-mail
// do not go through the search index.
package hubspot
