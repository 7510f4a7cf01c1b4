// Command generate speaks the sample calls: it turns every data/<name>/script.json
// into audio.mp3 and into a transcript.json with the times at which the words are
// really heard. README.md says how to run it and what it needs.
//
// The files it writes are committed; nobody needs flite or lame to build or test.
package main
