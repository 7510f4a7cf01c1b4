// Package notify is the last step: it tells a tenant's people about a lead, by Slack and
// by e-mail, and completes the request.
//
// Whom to tell is the decision of the tenant's workflow (package workflow). Each channel is
// told once; who was told is written down right after each message, so that a repeated step
// goes on where it ended. A channel is told again only if the score band has risen since. A
// channel that refuses for good (a revoked webhook, an unknown mailbox) never holds a request
// up: people see it in the timeline. A mail list of which one mailbox takes nothing for now is
// told but for that one, which alone is tried again.
package notify
