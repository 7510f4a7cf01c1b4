// Package hubspot is the sandbox's HubSpot: CRM objects, properties and associations of
// one account for each tenant, found by its token.
//
// It refuses what HubSpot refuses, and keeps its traps: every property value is a
// string, search sees a change only after the index lag and answers national phone
// digits only, a batch upsert carries no associations, an association without types
// links nothing, a batch without inputs succeeds with nothing.
//
// A request goes through authenticate (401), within limits (429) and scopes (403) to a
// method of the account, which works under the account's lock:
//
//	account ──┬── objects by type and id ── versions, for the index
//	          ├── links between objects
//	          ├── schema: properties and groups by type
//	          └── pipelines, owners
package hubspot
