// Package recording keeps the audio of calls in Cloud Storage.
//
// One bucket holds two trees, both with the tenant first so that erasing a tenant or a
// request is a deletion by prefix:
//
//	recordings/{tenant}/{request}/{run}/audio      what the caller and the agent said
//	speech/{tenant}/{request}/{run}/{intent}/…     what Speech-to-Text wrote, until it is read
//
// The second tree is scratch space: its objects have not been redacted, are deleted once
// the transcript is saved, and a lifecycle rule on the prefix "speech/" can remove what a
// crash left behind.
//
// An audio object is written once. A writer that finds it there takes it over, so that a
// crash after the upload costs nothing.
package recording
