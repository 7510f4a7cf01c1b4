// Package openapi holds the management API's document: the source that the handlers are
// generated from, that requests are checked against and that the service hands out.
package openapi

import _ "embed" // for Document

// Document is openapi.yaml.
//
//go:embed openapi.yaml
var Document []byte
