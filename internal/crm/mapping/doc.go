// Package mapping fills fields of a tenant's CRM with any part of a request, its transcript
// or its analysis, as the tenant's rules say. The rules stand in the integration's settings
// beside the connector's own, under the key "mapping":
//
//	{"mapping": [
//	  {"record": "deal", "field": "project_type__c", "value": "analysis.project_type",
//	   "enum": {"kitchen": "Kitchen", "bathroom": "Bath"}, "default": "Other", "required": true},
//	  {"record": "contact", "field": "lead_source", "constant": "Phone"},
//	  {"record": "call", "field": "first_call_on", "value": "request.started_at", "format": "date"}
//	]}
//
// A rule's value goes through four things, each of which may be absent: the expression
// (package expr) or constant, enum, format, default. What is empty after that leaves the field
// alone, or, if the rule is required, parks the delivery. A rule that fails is a warning on the
// delivery and stops neither the other rules nor the lead.
//
//	rule.go    a rule, and Parse       apply.go   values of a lead
//	format.go  how values are written  check.go   the rules against the CRM's own fields
package mapping
