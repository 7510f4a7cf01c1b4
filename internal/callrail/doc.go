// Package callrail speaks with CallRail: it verifies deliveries, reads their payloads and
// fetches calls and recordings through the API.
//
//	Verify ── is it CallRail's? both signature forms, over the raw bytes
//	Peek   ── whose does it claim to be? before verification, bounded
//	Decode ── JSON or form-encoded, tolerant of the types that CallRail varies
//	Client ── API v3: a call's canonical values, a recording's audio
//
// A delivery is a trigger and a fallback; what the API says about a call wins.
package callrail
