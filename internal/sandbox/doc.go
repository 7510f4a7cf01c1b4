// Package sandbox starts stand-ins for what cannot run on a laptop, wired to each other:
// CallRail, HubSpot, Salesforce, Pipedrive, a receiver of webhooks, Slack, a mail relay,
// Speech-to-Text, Gemini, Secret Manager, Cloud Storage and a token issuer, and the control
// API before them.
//
// It listens on four addresses of the loopback interface:
//
//	URL          HTTP: control API, /callrail /hubspot /salesforce /pipedrive /custom
//	             /slack /gemini /oidc
//	GRPCAddr     gRPC: Speech-to-Text with its operations, Secret Manager
//	SMTP         mail
//	StorageHost  Cloud Storage
//
// The stand-ins share nothing with the production connectors that talk to them: what one
// gets wrong, the other finds out. All that speak HTTP, gRPC or SMTP stand behind one
// journal and one set of faults.
package sandbox
