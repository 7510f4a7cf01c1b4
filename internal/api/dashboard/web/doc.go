// Package web is what the dashboard's pages are made with: an area is a list of routes and the
// templates that they render.
//
//	browser ─► dashboard.Handler ─ session, same origin ─► Route.Handle(w, *Request)
//	                                                          │ r.API: the management API, in
//	                                                          │ this process, with the bearer's token
//	                                                          └ r.Render: layout + template + View
//
// Nothing here decides who may do what: the API does, and refuses. What a page leaves out for
// a viewer is good manners.
package web
