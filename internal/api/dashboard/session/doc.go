// Package session signs people in by OpenID Connect and remembers them in a cookie.
//
//	browser ─► /dashboard/… without a session ─► /dashboard/sign-in ─► issuer (code, PKCE, state, nonce)
//	        ◄─ session cookie ◄─ /dashboard/callback ◄─┘
//
// The session is the issuer's tokens themselves, encrypted and authenticated (AES-256-GCM)
// with a key of the deployment: no instance keeps anything, and the API decides with each
// request what the token may do. A token that is about to expire is refreshed.
package session
