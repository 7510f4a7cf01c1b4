// Package callrail is the sandbox's CallRail: API v3, recordings, and signed deliveries
// to the webhooks that were registered.
//
// It holds, for each company, the calls and forms in the shape of webhook deliveries,
// and derives from it what the API answers: the two differ in names and types, as they
// do at CallRail. A call that was added is known and served, but nobody is told: only
// Deliver posts, and so does a change made through the API.
//
//	companies ──┬── calls ── audio
//	            ├── form submissions
//	            └── one Webhooks integration
package callrail
