// Package stage is what every step does round its own work: claim, work, save, announce.
//
//	message ─► claim ─► work ─► save with the new status ─► announce the next step
//	              │        │
//	              │        ├─ Later(when, why)    due then; not an attempt
//	              │        ├─ Permanent(why)      failed
//	              │        └─ any other error     due after a backoff; failed after the limit
//	              ├─ held by somebody, or not yet due: leave it to them
//	              └─ already past this step: announce again, or drop
//
// The state is in the store, never in the message: a message that is lost, doubled or
// late changes nothing but the time. A step refuses a message only if the store could
// not record what came of it.
package stage
