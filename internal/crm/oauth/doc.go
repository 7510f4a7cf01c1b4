// Package oauth keeps OAuth access tokens of CRM accounts alive.
//
// An integration's credentials are one secret, a JSON document:
//
//	{"client_id":"…","client_secret":"…","refresh_token":"…",
//	 "access_token":"…","expires_at":"2026-11-20T16:45:02Z","api_domain":"https://…"}
//
// The first three are what connecting the account yields; the others, which may be missing,
// are written here. A Source serves the access token from memory and renews it before it
// runs out. A refresh token may work only once, and using one twice may revoke the whole
// connection, so one instance renews at a time, in this order:
//
//	lock (a lease in the store) ─ read the newest credentials ─ ask the provider
//	─ save the new refresh token ─ unlock ─ use the new access token
//
// Whoever comes second finds a fresh access token and asks nobody. A crash between asking
// and saving loses a refresh token that works only once: the next renewal is then refused as
// invalid_grant, the deliveries park, and somebody must connect the account again. Nothing
// that a client can do closes that gap; it is a few milliseconds in thirty minutes.
//
//	source.go       the token in memory, and who may renew it
//	exchange.go     what a provider's answers mean
//	credentials.go  the document
//	vault.go        lock and secret
package oauth
