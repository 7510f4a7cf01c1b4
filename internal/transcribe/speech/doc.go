// Package speech turns audio into words with Speech-to-Text v2.
//
// Under a minute the answer comes with the call (Recognize). Anything longer is a
// long-running operation that reads the audio from Cloud Storage and writes its answer
// there (Start, Poll, Result). An operation is paid for when it is started, so nothing
// here starts one twice: the client's own retry is off, and Find looks one up whose name
// was lost.
//
// The limits are those of chirp_3: Recognize takes a minute and 10 MB, a batch an hour,
// or 20 minutes if every word shall have its time.
// https://docs.cloud.google.com/speech-to-text/docs/models/chirp-3
package speech
