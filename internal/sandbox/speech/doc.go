// Package speech stands in for Speech-to-Text v2: Recognize, BatchRecognize and its
// long-running operations, over gRPC, for the real client.
//
// It recognises by listening as far as a laptop can: audio whose SHA-256 it was told the
// words of (Know) gives those words, as the real service would have heard them through
// the features that were asked for. Other audio goes to Config.Command if there is one.
// Else it is silence, for which the real service has no results either.
//
// What the service holds is its operations, in memory: running, then done until they are
// deleted. Their output goes to Cloud Storage.
package speech
