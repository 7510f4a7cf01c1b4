// Package prompt writes what a model is asked about one request, and reads it back.
//
// A prompt has two parts. The system part is the fixed, versioned template. The user part
// is one JSON document between two marker lines:
//
//	<request_data>
//	{"kind":"call","tenant":{…},"call":{…},"segments":[…]}
//	</request_data>
//
// JSON written by encoding/json has neither "<" nor a line break in it, so nothing that a
// caller says can end the document: their words stay data. Parse returns the Input that
// Build wrote.
package prompt
