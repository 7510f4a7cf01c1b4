// Package salesforce is the sandbox's Salesforce: one org for each tenant with leads,
// contacts, accounts, opportunities and tasks, found by the session that its token
// endpoint opened.
//
// It refuses what Salesforce refuses, and keeps its traps: an upsert's body may hold
// neither the id nor the key, a composite answers 200 whatever happened inside, text
// areas cannot be filtered by, AND and OR mix only in parentheses, a converted lead
// cannot be written to, duplicate rules answer with a misspelt member, and fields such as
// TaskSubtype are set on create only. SOQL sees every change at once, SOSL after the
// index lag. Only what leads and their activities need is here: no relationships,
// functions or GROUP BY in SOQL.
//
// A request goes through its session (401) and within the daily limit (403) to a method
// of the org, which works under the org's lock; the parts of a composite go through the
// same methods:
//
//	org ──┬── records by type and id ── versions, for the index
//	      ├── schema: fields by object, with one external id each
//	      └── duplicate rules by object
package salesforce
