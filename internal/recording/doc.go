// Package recording keeps the audio of calls in Cloud Storage.
//
// One bucket holds these trees, all with the tenant first so that erasing a tenant or a
// request is a deletion by prefix:
//
//	recordings/{tenant}/{request}/{run}/audio      what the caller and the agent said
//	uploads/{tenant}/{request}/audio               what a caller of the API sends, until it is taken over
//	speech/{tenant}/{request}/{run}/{intent}/…     what Speech-to-Text wrote, until it is read
//	speech/{tenant}/{request}/{run}/piece-{n}      what it is sent of a recording, until then
//	exports/{tenant}/{job}.zip                     what a person asked to see, for a week
//	erasures/{tenant}/{job}.json                   that an erasure was asked for, as hashes
//
// Uploads and speech are scratch space: nothing in them has been checked or redacted. Their
// objects are deleted once the transcript is saved, and a lifecycle rule on the prefixes
// "uploads/" and "speech/" can remove what a crash, or an upload that came too late, left
// behind.
//
// An audio object is written once. A writer that finds it there takes it over, so that a
// crash after the upload costs nothing.
package recording
