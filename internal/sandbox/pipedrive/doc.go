// Package pipedrive is the sandbox's Pipedrive: persons, deals, activities, leads, notes
// and call logs of one company for each tenant, found by its API token or by an OAuth
// access token.
//
// It refuses what Pipedrive refuses, and keeps its traps: two APIs of which each serves
// what the other does not, v2 without any leniency about types while notes want 0 and 1,
// custom fields below custom_fields by hash but at the top level of a lead, a change that
// replaces all phones of a person, phones as plain strings in search, an index lag,
// archived leads that no list shows and nobody can edit, a limit without Retry-After, and
// Cloudflare's page for whoever does not heed it.
//
// Where nobody has seen what the real one does, it takes the stricter way: an unknown
// member of a v2 body is refused, and HTML comments do not survive in notes.
//
// A request goes through authenticate (401) and within the limits (429, 403) to a method
// of the company, which works under the company's lock:
//
//	company ──┬── records by kind and id ── versions, for the index
//	          └── fields of persons and deals; leads have those of deals
package pipedrive
