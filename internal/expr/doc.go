// Package expr is the expression language of tenants: CEL over one request, used by
// workflow rules and by field mappings.
//
//	request       what came in: kind, source, caller, details, form, received_at …
//	person        who called or wrote, after normalising: name, first, last, phone, email
//	analysis      the result of the analysis, as the API shows it
//	answers       the values of the answers to the company's own questions: answers["has_pets"]
//	conversation  what was counted in a call: duration_s, speakers.agent.talk_ratio, trackers …
//	transcript    text, customer_text, segments …
//	tenant        name, time_zone, region, services …
//	tags, owner   what the workflow has decided so far
//	now           when the request came in: every step, retry and dry run sees the same time
//
// Types are declared from the Go structures by their JSON names, so that a misspelt field is
// refused when a rule is saved, with its position. A number or time that is not known is null:
// comparing it is a failure, and a rule that fails does not match; nobody is taken for a
// small job because they said no amount.
//
// Expressions come from tenants. They have no loops but over what is there, their size, depth
// and cost are limited, and they reach nothing but their variables.
package expr
