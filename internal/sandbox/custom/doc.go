// Package custom is the sandbox's endpoint of a company's own: a receiver of Standard
// Webhooks for each tenant, found by its path.
//
// It takes nothing that is not signed with one of the tenant's secrets, for now and for
// exactly the bytes that came, and it takes each delivery once: the same idempotency key
// with the same request is answered as it was the first time, with another one refused.
// Whatever else a receiver may do to its sender (410, redirects, 429 with Retry-After,
// silence) is a matter of the sandbox's faults.
package custom
