// Package client speaks to the management API.
//
// Types and methods are generated from docs/api/openapi.yaml, as the service's own are; they
// are another set, since a client must not link the service. A method returns the answer as
// it came: reading it, problems included, is the caller's part.
package client

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi-codegen.yaml ../../../docs/api/openapi.yaml
