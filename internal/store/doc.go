// Package store keeps the pipeline's state in Spanner. It is the only importer of the
// Spanner client.
//
// Access to a tenant's rows goes through a Scope, made by ForTenant: every key it builds
// begins with its tenant, so it cannot name another tenant's row. What must see all
// tenants (the directory, sweep, administration) is a separate type, Operator.
//
// The unit of work is a Claim: a step takes a request's row under a lease, works, and
// saves under the same token. A save whose token is no longer in the row fails with
// stage.ErrLost and changes nothing. Deliveries have claims of their own.
//
// Production reads are plain strong reads. What differs with the emulator is confined to
// session.go.
package store
