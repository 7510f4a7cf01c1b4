// Package reconcile finds the calls and forms that CallRail knows of and never delivered. It
// sends each delivery once: one that met an outage is lost unless somebody asks for it.
//
// A Poller asks for what has happened since it asked last, with an overlap, and takes in what
// is not here. An Importer does the same with a tenant's history, as a job. A Retranscriber is
// the job that makes up for the words that a call tracker's key kept from us.
package reconcile
