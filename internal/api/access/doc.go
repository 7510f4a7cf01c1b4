// Package access decides who may use the management API: it verifies tokens and says what
// their bearers may do.
//
//	token ─ bounded ─► its issuer ─ configured? ─► signature by the issuer's keys
//	      ─► audience, times ─► role and tenants, by claims or grants, within the issuer's
//	         limits ─► Principal
//
// A deployment may trust several issuers, each with tenants and a highest role of its own: an
// operator's identity provider for everything, a customer's for that customer. Nothing that a
// token says reaches beyond its issuer.
package access
