// Package api serves the management API.
//
// docs/api/openapi.yaml is its source. Types, routes and the interface that the handlers
// implement are generated from it (api.gen.go); what it says about parameters and roles is
// read from it at start and enforced for each request:
//
//	route ─► gate: token ─► tenant ─► role ─► parameters ─► handler ─► answer or problem
//
// The gate leaves a grant in the context. Handlers reach rows only through the grant's
// tenant, so that what was checked and what is read cannot be two different tenants.
package api

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi-codegen.yaml ../../docs/api/openapi.yaml
//go:generate go run ./reference/generate
