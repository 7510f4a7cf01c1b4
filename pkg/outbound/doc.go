// Package outbound makes the one HTTP client for everything that somebody outside can
// name: a custom URL, a Slack webhook, a Salesforce instance, a media host.
//
//	http.Client ─ redact ─ otelhttp ─ discreet ─ scheme guard ─ stall guard ─ http.Transport ─ dial guard
//
// The dial guard looks at the address that is really dialled, after name resolution, so
// that a name which points into the private network (or changes its mind between check
// and use) reaches nothing. No proxy is ever used: it would dial in the guard's place.
package outbound
