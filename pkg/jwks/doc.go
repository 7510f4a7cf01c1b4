// Package jwks keeps the public keys of a token issuer.
//
//	token's key known ─► verified, nothing fetched
//	          unknown ─► the keys are fetched again, at most every ten seconds
//	an hour later      ─► what the issuer has withdrawn is forgotten
//	issuer away        ─► the last keys serve for a day
//
// So a key that its issuer rotates is accepted without a restart, strangers with invented
// keys cause no load there, and an issuer that is down locks nobody out.
package jwks
