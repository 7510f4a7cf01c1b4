// Package crmtest is the conformance suite that every CRM connector passes, driven through
// the delivery engine against a CRM, or a stand-in for one, that the connector's own test
// brings along.
//
// Faults are injected between the connector and the CRM, at every single remote call in
// turn: the suite knows nothing of a CRM's protocol but a few error bodies. What it asks is
// always the same: when the delivery is done at last, the CRM holds each record exactly once.
package crmtest
