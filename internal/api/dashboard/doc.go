// Package dashboard is what people see of the pipeline: pages at /dashboard, rendered here
// and filled by the management API, which is called in this process with the token of whoever
// is signed in. Roles, isolation, validation, audit log and limits are therefore the API's and
// exist once; nothing here reads the store.
//
//	assets/   styles and scripts, built from npm packages and embedded
//	session/  sign-in by OpenID Connect, and the cookie that remembers it
//	web/      what pages are made with: routes, templates, formats, the API's client
//	leads/    the list of leads, and one lead
package dashboard
